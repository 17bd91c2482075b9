/** Reads the news of requests in the events of streams. */
import type { StreamEvent } from "./model.js";
import type { RequestFilter } from "./types.js";
import type { RequestLine, RequestNews, RequestView } from "./wire.js";

/** News of one request: staff hear a line, its owner all of it. */
export type ToldRequest =
  | { from: "line"; id: string; kind: string; version: number; line: RequestLine }
  | { from: "owner"; id: string; kind: string; version: number; request: RequestView };

/** The requests in an event; `more`: it is about others, too, without naming them. */
export function requestsTold({ type, stream, data }: StreamEvent): { items: ToldRequest[]; more: boolean } {
  if (type === "requests_updated" && stream.startsWith("role:")) {
    const { items, more } = data as RequestNews;
    return { items: items.map((line) => ({ from: "line", line, ...ofLine(line) })), more: more > 0 };
  }
  if (stream.startsWith("user:") && isRequest(data) && type === `${data.kind}_updated`) {
    const told = data.changed_parent ? [data, data.changed_parent] : [data];
    return { items: told.map((request) => ({ from: "owner", request, ...ofLine(request) })), more: false };
  }
  return { items: [], more: false };
}

/** Whether a request in an event belongs in a list with this filter. */
export function fitsFilter(told: ToldRequest, filter: RequestFilter): boolean {
  const one = told.from === "line" ? told.line : told.request;
  return (
    (!filter.waits || one.waits) &&
    (!filter.kind || one.kind === filter.kind) &&
    (!filter.state || one.state === filter.state) &&
    (!filter.user || one.user === filter.user) &&
    (!filter.parent || one.parent === filter.parent)
  );
}

const ofLine = ({ id, kind, version }: RequestLine | RequestView) => ({ id, kind, version });

function isRequest(data: unknown): data is RequestView {
  const { id, kind, version } = (data ?? {}) as Record<string, unknown>;
  return typeof id === "string" && typeof kind === "string" && typeof version === "number";
}
