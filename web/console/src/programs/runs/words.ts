/** The words for drafts and runs. */
import type { RunDraft, RunOrigin, RunRowView, RunView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { count, countRows } from "../../lib/counted";
import type { Show } from "./data";

/** Rows of a run that are posted by one command, where it is too big for one. */
const CHUNK_ROWS = 1_000;

export const WHATS: Record<RunOrigin["what"], string> = {
  file: t`File`,
  list: t`List`,
  selection: t`Selection of people`,
  undo: t`Undo`,
};

export const nameOf = ({ origin }: { origin: RunOrigin }): string => origin.name || WHATS[origin.what];

/** How a run of so many rows is carried out. */
export function stepsOf({ atomic, chunks, summary: { selected } }: RunDraft): string {
  if (atomic) return t`All ${countRows(selected)} in one step: everybody gets theirs, or nobody does.`;
  return t`${count(chunks)} steps of up to ${count(CHUNK_ROWS)} rows. Each happens whole or not at all. You can pause, resume and cancel in between.`;
}

export function whyApproval({ approval }: Pick<RunDraft, "approval">): string {
  return approval === "people"
    ? t`It reaches so many people that somebody else must approve it.`
    : t`It gives so much that somebody else must approve it.`;
}

export const SHOWS: Record<Show, string> = {
  all: t`All`,
  bad: t`Bad`,
  duplicates: t`Repeated`,
  new: t`New`,
  over_limit: t`Over a limit`,
  unselected: t`Left out`,
  selected: t`Chosen`,
};

/** The row as its file has it, where that reads otherwise than what was taken. */
export function writtenAmount({ raw, amount }: RunRowView): string | null {
  const written = raw.amount;
  return written !== undefined && written !== amount ? written : null;
}

/** The person as the file names them, where that is not how they are shown. */
export function writtenPerson({ raw, user, name }: RunRowView): string | null {
  const written = raw.user || raw.email || raw.name || "";
  return written && written !== user && written !== name ? written : null;
}

export const OUTCOMES: Record<NonNullable<RunRowView["outcome"]>, string> = {
  waiting: t`waiting`,
  posted: t`posted`,
  nothing: t`nothing to change`,
  skipped: t`skipped`,
  left_out: t`left out`,
};

/** The number of rows of a run with which nothing more happens. */
export const doneOf = ({ posted, idle, skipped }: Pick<RunView, "posted" | "idle" | "skipped">): number =>
  posted.rows + idle + skipped;

/** How far a run is. */
export function progressOf({ posted, idle, rows, chunks, atomic }: RunView): string {
  const done = t`${count(posted.rows + idle)} of ${countRows(rows)}`;
  return atomic ? done : t`${done} · step ${count(chunks.done)} of ${count(chunks.of)}`;
}
