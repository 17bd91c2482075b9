/** Periods of statements, in the reader's own zone. */

export type PeriodName = "month" | "last-month" | "year" | "other";

export interface Period {
  /** Milliseconds since 1970; `to` is the first moment after it. */
  from: number;
  to: number;
}

/** The calendar month or year that `now` is in, or the month before. */
export function periodOf(name: Exclude<PeriodName, "other">, now: Date): Period {
  const [year, month] = [now.getFullYear(), now.getMonth()];
  const at = (y: number, m: number) => new Date(y, m, 1).getTime();
  if (name === "month") return { from: at(year, month), to: at(year, month + 1) };
  if (name === "last-month") return { from: at(year, month - 1), to: at(year, month) };
  return { from: at(year, 0), to: at(year + 1, 0) };
}

/** From the begin of one day to the end of another, both as date fields say them; null where they are no period. */
export function periodFrom(first: string, last: string): Period | null {
  const [from, end] = [dayOf(first), dayOf(last)];
  if (!from || !end || end < from) return null;
  return {
    from: from.getTime(),
    to: new Date(end.getFullYear(), end.getMonth(), end.getDate() + 1).getTime(),
  };
}

function dayOf(text: string): Date | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  return year && month && day ? new Date(Number(year), Number(month) - 1, Number(day)) : null;
}

/** A moment as a date field says its day. */
export function toDay(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
