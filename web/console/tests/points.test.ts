import type { HistoryRow } from "@groat/react";
import { expect, test } from "vitest";
import { pointsOf } from "../src/live/points";

const entry = (version: number, at: string, delta: string, balance: string): HistoryRow => ({
  transaction: `t${version}`,
  kind: "post",
  account: "user:42",
  asset: "CREDIT",
  delta,
  balance,
  held: "0",
  version,
  reason: "",
  at: `2026-11-${at}T00:00:00Z`,
  recorded_at: "2026-11-20T00:00:00Z",
});

test("points follow effective time, from the balance before the oldest line, exactly", () => {
  // Newest first, and the last one booked took effect before the others.
  const rows = [
    entry(5, "02", "0.10", "100.40"),
    entry(4, "09", "-0.20", "100.30"),
    entry(3, "05", "0.50", "100.50"),
  ];
  expect(pointsOf(rows).map((point) => [new Date(point.at).getUTCDate(), point.balance])).toEqual([
    [2, "100.10"],
    [5, "100.60"],
    [9, "100.40"],
  ]);
});

test("nothing gives no points", () => {
  expect(pointsOf([])).toEqual([]);
});
