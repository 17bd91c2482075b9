import { expect, test } from "vitest";
import { type Period, periodFrom, periodOf, toDay } from "../src/programs/statements/periods";

const NOW = new Date(2026, 0, 15, 13, 30);
const days = (period: Period | null) => period && [toDay(period.from), toDay(period.to)];

test.each([
  ["month", ["2026-01-01", "2026-02-01"]],
  ["last-month", ["2025-12-01", "2026-01-01"]],
  ["year", ["2026-01-01", "2027-01-01"]],
] as const)("the %s ends before the next one begins", (name, expected) => {
  expect(days(periodOf(name, NOW))).toEqual(expected);
});

test("days that are named belong to it, both", () => {
  expect(days(periodFrom("2026-02-01", "2026-02-28"))).toEqual(["2026-02-01", "2026-03-01"]);
  expect(days(periodFrom("2026-03-29", "2026-03-29"))).toEqual(["2026-03-29", "2026-03-30"]);
  expect(periodFrom("2026-02-02", "2026-02-01")).toBeNull();
  expect(periodFrom("", "2026-02-01")).toBeNull();
});
