import { GroatError } from "@groat/client";
import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { isUnsettled, useWriteKey } from "../src/lib/write-key";

test("a key stays while the body does, and goes when the verdict is in", () => {
  const { result, rerender } = renderHook(() => useWriteKey());
  const first = result.current.keyFor({ amount: "5" });
  rerender();
  expect(result.current.keyFor({ amount: "5" })).toBe(first);
  expect(result.current.keyFor({ amount: "6" })).not.toBe(first);
  const second = result.current.keyFor({ amount: "6" });
  result.current.settle();
  expect(result.current.keyFor({ amount: "6" })).not.toBe(second);
});

test.each([
  [new GroatError("network", ""), true],
  [new GroatError("unknown_outcome", ""), true],
  [new GroatError("overloaded", "", 503), true],
  [new GroatError("insufficient_funds", "", 422), false],
  [new GroatError("key_reused", "", 409), false],
])("%s is open: %s", (error, open) => {
  expect(isUnsettled(error)).toBe(open);
});
