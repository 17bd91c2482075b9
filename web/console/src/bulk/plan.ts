/** The plan of a bulk run: the rows of an uploaded file, the chosen ones, and the balances they would lead to. */

import { add, type SheetRow, type TransactionInput } from "@groat/client";

export interface PlanRow extends SheetRow {
  /** Set where the row cannot be used at all. */
  problem: string | null;
  selected: boolean;
  /** The balance it would lead to, counted after the chosen rows above it; null for rows that are not chosen. */
  after: string | null;
}

export interface PlanSummary {
  chosen: number;
  people: number;
  total: string;
  bad: number;
  duplicates: number;
  /** Chosen rows that name somebody new, and all usable ones that do. */
  unknown: number;
  strangers: number;
}

/** Rows that can be used, name somebody known, and are not repeated start chosen. */
export function firstChoice(rows: readonly SheetRow[]): ReadonlySet<number> {
  return new Set(rows.filter((row) => !row.error && row.known && !row.duplicate_of).map((row) => row.line));
}

/** Whether a row that can be used names somebody who is not known here. */
export function isStranger(row: PlanRow): boolean {
  return row.problem === null && !row.known;
}

/** The account that a row of the file pays. */
function accountOf(user: string): string {
  return user.startsWith("user:") ? user : `user:${user}`;
}

/** The rows with what each would do; the balances of a person who is named twice follow each other. */
export function plan(rows: readonly SheetRow[], chosen: ReadonlySet<number>): PlanRow[] {
  const running = new Map<string, string>();
  return rows.map((row) => {
    const problem = row.error ? row.error.detail : null;
    const selected = !problem && chosen.has(row.line);
    if (!selected) return { ...row, problem, selected, after: null };
    const before = running.get(row.user) ?? row.balance ?? "0";
    const after = add(before, row.amount);
    running.set(row.user, after);
    return { ...row, problem, selected, after };
  });
}

export function summarise(rows: readonly PlanRow[]): PlanSummary {
  const chosen = rows.filter((row) => row.selected);
  return {
    chosen: chosen.length,
    people: new Set(chosen.map((row) => row.user)).size,
    total: chosen.reduce((total, row) => add(total, row.amount), "0"),
    bad: rows.filter((row) => row.problem).length,
    duplicates: rows.filter((row) => row.duplicate_of).length,
    unknown: chosen.filter((row) => !row.known).length,
    strangers: rows.filter(isStranger).length,
  };
}

/** The transactions of the chosen rows, in the order of the file. */
export function toItems(
  rows: readonly PlanRow[],
  { asset, source, reason }: { asset: string; source: string; reason: string },
): TransactionInput[] {
  return rows
    .filter((row) => row.selected)
    .map((row) => ({
      postings: [{ source, destination: accountOf(row.user), amount: row.amount, asset }],
      reason: row.reason || reason,
    }));
}

/** The rows that cannot be used, as a file to mend and send again. */
export function badRows(rows: readonly PlanRow[]): { header: string[]; rows: string[][] } {
  return {
    header: ["line", "user", "amount", "reason", "problem"],
    rows: rows
      .filter((row) => row.problem)
      .map((row) => [String(row.line), row.user, row.amount, row.reason, row.problem ?? ""]),
  };
}
