/** The rows of the inbox: what waits, and for a moment what has just been decided. */
import type { RequestView } from "@groat/client";

/** A decided row says by whom for so long before it leaves (ms). */
export const LEAVE_MS = 4_000;

export interface InboxRow {
  request: RequestView;
  /** When it stopped waiting, ms since 1970; null while it waits. */
  leftAt: number | null;
}

/**
 * The rows to show after `before`, now that `read` is known. A decided one keeps its place until its time is over, even where the
 * server's list does without it already; `held` (the one that is looked at) stays as long as that is so.
 */
export function arrange(
  before: readonly InboxRow[],
  read: readonly RequestView[],
  now: number,
  held: string | null,
): InboxRow[] {
  const known = new Map(before.map((row) => [row.request.id, row]));
  const rows: InboxRow[] = [];
  for (const request of read) {
    const row = known.get(request.id);
    if (request.waits)
      rows.push(row?.request === request && row.leftAt === null ? row : { request, leftAt: null });
    else if (row) rows.push({ request, leftAt: row.leftAt ?? now });
  }
  const listed = new Set(read.map(({ id }) => id));
  before.forEach((row, index) => {
    if (row.leftAt === null || listed.has(row.request.id)) return;
    const above = before[index - 1]?.request.id;
    const place = rows.findIndex(({ request }) => request.id === above);
    rows.splice(place + 1, 0, row);
  });
  return rows.filter(
    ({ request, leftAt }) => leftAt === null || request.id === held || now < leftAt + LEAVE_MS,
  );
}

/** When the next row leaves, ms since 1970; null: none does by itself. */
export function nextLeave(rows: readonly InboxRow[], held: string | null): number | null {
  const times = rows.flatMap(({ request, leftAt }) =>
    leftAt === null || request.id === held ? [] : [leftAt + LEAVE_MS],
  );
  return times.length > 0 ? Math.min(...times) : null;
}

/** The waiting row beside one: `step` 1 below, -1 above; from nowhere the first or last; where none is, the same one. */
export function beside(rows: readonly InboxRow[], id: string | null, step: 1 | -1): string | null {
  const from = rows.findIndex(({ request }) => request.id === id);
  const start = from >= 0 ? from + step : step > 0 ? 0 : rows.length - 1;
  for (let index = start; index >= 0 && index < rows.length; index += step) {
    const row = rows[index];
    if (row && row.leftAt === null) return row.request.id;
  }
  return id;
}

/** Returns the row to go on with after a decision: the next one below, else the one above. */
export function afterwards(rows: readonly InboxRow[], id: string): string | null {
  const below = beside(rows, id, 1);
  if (below !== id) return below;
  const above = beside(rows, id, -1);
  return above !== id ? above : null;
}
