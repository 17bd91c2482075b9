import { add, subtract } from "@groat/client";
import type { HistoryRow } from "@groat/react";

export interface Point {
  /** Milliseconds since 1970, effective time. */
  at: number;
  balance: string;
}

/** The balance after each line in the order of effective time. */
export function pointsOf(rows: readonly HistoryRow[]): Point[] {
  const newest = rows[0];
  if (!newest) return [];
  let balance = rows.reduce((rest, row) => subtract(rest, row.delta), newest.balance);
  const ordered = [...rows].sort(
    (left, right) => Date.parse(left.at) - Date.parse(right.at) || left.version - right.version,
  );
  return ordered.map((row) => {
    balance = add(balance, row.delta);
    return { at: Date.parse(row.at), balance };
  });
}
