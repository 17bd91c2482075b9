/** The status of views, as one tab hands it to another, and the names of their streams. */
import { isBoard } from "./boards.js";
import { GroatError } from "./errors.js";
import type { ViewStatus } from "./model.js";

/** Errors are plain objects. */
export type ToldViews = Record<string, { state: ViewStatus["state"]; error: ToldError | null }>;
type ToldError = Pick<GroatError, "code" | "detail" | "status"> & { fields: Record<string, unknown> };

/** The stream that shows what is watched: a person's, under a name of its own, or a board. */
export const streamOf = (watched: string): string => (isBoard(watched) ? watched : `view:${watched}`);

/** What is watched by a stream; null when it is one's own stream. */
export function viewed(stream: string): string | null {
  if (isBoard(stream)) return stream;
  return stream.startsWith("view:") ? stream.slice("view:".length) : null;
}

export function toldViews(views: Readonly<Record<string, ViewStatus>>): ToldViews {
  return Object.fromEntries(
    Object.entries(views).map(([watched, { state, error }]) => {
      const told = error && { code: error.code, detail: error.detail, status: error.status };
      return [watched, { state, error: told && { ...told, fields: { ...error?.fields } } }];
    }),
  );
}

export function heardError(told: ToldError | null): GroatError | null {
  return told && new GroatError(told.code, told.detail, told.status, told.fields);
}
