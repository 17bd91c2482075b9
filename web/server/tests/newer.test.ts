import { expect, test } from "vitest";
import { isNewer } from "../src/index.js";

test("of two answers about a balance the later version counts, and of one version what was read later", () => {
  const at = (version: number, as_of?: string) => ({ version, as_of });
  expect(isNewer(at(5, "2026-12-01T00:00:00.000000Z"), at(4, "2026-12-02T00:00:00.000000Z"))).toBe(true);
  expect(isNewer(at(4, "2026-12-02T00:00:00.000000Z"), at(4, "2026-12-01T00:00:00.000000Z"))).toBe(true);
  expect(isNewer(at(4, "2026-12-01T00:00:00.000000Z"), at(4, "2026-12-01T00:00:00.000000Z"))).toBe(false);
  expect(isNewer(at(4), at(4, "2026-12-01T00:00:00.000000Z"))).toBe(false);
});
