/** Reads the news of requests in the events of streams. */
import type { StreamEvent } from "../model.js";
import type { RequestFilter } from "../types.js";
import type { KindView, RequestLine, RequestNews, RequestView } from "../wire.js";

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
    (!filter.owner || one.owner === filter.owner) &&
    (!filter.parent || one.parent === filter.parent)
  );
}

/** The request that a request in an event belongs to; null for none. */
export const parentOf = (news: ToldRequest): string | null =>
  (news.from === "line" ? news.line : news.request).parent;

const ofLine = ({ id, kind, version }: RequestLine | RequestView) => ({ id, kind, version });

function isRequest(data: unknown): data is RequestView {
  const { id, kind, version } = (data ?? {}) as Record<string, unknown>;
  return typeof id === "string" && typeof kind === "string" && typeof version === "number";
}

/** The same request as somebody just read it or did something to it, unless what is known is newer. */
export function latest(known: RequestView, read: RequestView): RequestView {
  return read.version >= known.version ? { ...known, ...read } : known;
}

/** A request that is told news of. What only the request itself says stays until it is asked for again. */
export function told(known: RequestView, news: ToldRequest, kind: KindView | undefined): RequestView {
  if (news.version <= known.version) return known;
  if (news.from === "line") return renewed(known, news.line, kind);
  // Events do not say what one may do now. For one's own requests the declaration says what their owner may do.
  const may = (kind?.transitions ?? []).filter(
    ({ from, by, decides }) => from.includes(news.request.state) && by.includes("owner") && !decides,
  );
  return { ...latest(known, news.request), may: news.request.may ?? may.map(({ name }) => name) };
}

function renewed(request: RequestView, line: RequestLine, kind: KindView | undefined): RequestView {
  const { state, version, waits, amount, asset, changed_at } = line;
  const given = [...request.approvals.given];
  if (line.approvals > given.length) given.push({ by: line.by, at: changed_at, input: {} });
  const { open = true } = kind?.states.find(({ name }) => name === state) ?? {};
  const approvals = { needed: line.needed, given };
  const starts = (name: string) => kind?.transitions.find((one) => one.name === name)?.from.includes(state);
  const may = (request.may ?? []).filter(starts);
  const settled = request.waits && !waits && { decided_by: line.by, decided_at: changed_at };
  return { ...request, state, version, waits, open, amount, asset, changed_at, approvals, may, ...settled };
}
