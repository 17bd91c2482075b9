import {
  type KindView,
  type RequestPage,
  type RequestView,
  requestsTold,
  type ToldRequest,
} from "@groat/client";
import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { kindsQuery } from "../api/requests";
import { groat } from "../groat";
import { latest, renewed } from "./kinds";

/** ToldRequest that come within this time are shown together. */
const TOGETHER_MS = 16;
/** Counts and parents are asked for again at most this often. */
const AGAIN_MS = 1_000;

const listeners = new Set<(news: readonly ToldRequest[]) => void>();

/** Calls back for news of requests, own or (staff) anybody's. */
export function useNews(listener: (news: readonly ToldRequest[]) => void): void {
  const current = useRef(listener);
  current.current = listener;
  useEffect(() => {
    const call = (news: readonly ToldRequest[]) => current.current(news);
    listeners.add(call);
    return () => void listeners.delete(call);
  }, []);
}

/**
 * Keeps all requests on screen right, whichever page shows them: what the streams tell is put into what was read, and what
 * they do not tell is asked for again. While live is paused the news wait.
 */
export function RequestsLive(): null {
  const queries = useQueryClient();
  useEffect(() => {
    let gathered: ToldRequest[] = [];
    let together: ReturnType<typeof setTimeout> | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const outdated = new Set<string>();

    function flush() {
      together = undefined;
      if (groat.getState().paused || gathered.length === 0) return;
      const news = gathered;
      gathered = [];
      spread(queries, news);
      const kinds = queries.getQueryData(kindsQuery.queryKey);
      for (const { kind } of news) outdated.add(parentOf(kinds, kind));
      again ??= setTimeout(ask, AGAIN_MS);
      for (const listener of listeners) listener(news);
    }
    function ask() {
      again = undefined;
      void queries.invalidateQueries({ queryKey: ["waiting"] });
      for (const kind of outdated) if (kind) void askFor(queries, kind);
      outdated.clear();
    }
    function everything() {
      for (const key of ["requests", "request", "waiting"]) {
        void queries.invalidateQueries({ queryKey: [key] });
      }
    }

    const stops = [
      groat.onChange((change) => {
        if (change.type !== "event") return;
        const { items, more } = requestsTold(change.event);
        gathered.push(...items);
        if (more) everything();
        else if (items.length > 0) together ??= setTimeout(flush, TOGETHER_MS);
      }),
      groat.subscribe(
        (state) => state.paused,
        (paused) => !paused && flush(),
      ),
      // After a break some news may never come: a stream far behind begins anew.
      groat.subscribe(
        (state) => state.status.state === "live",
        (live) => live && everything(),
      ),
    ];
    return () => {
      clearTimeout(together);
      clearTimeout(again);
      for (const stop of stops) stop();
    };
  }, [queries]);
  return null;
}

/** The kind whose requests those of this one belong to, and change: no stream tells of that. */
const parentOf = (kinds: readonly KindView[] | undefined, name: string) =>
  kinds?.find((kind) => kind.name === name)?.parent ?? "";

function askFor(queries: QueryClient, kind: string): Promise<void> {
  return queries.invalidateQueries({
    predicate: ({ queryKey: [what, which, , whose], state }) =>
      (what === "requests" && (which as { kind?: string }).kind === kind) ||
      (what === "request" && (whose ?? (state.data as RequestView | undefined)?.kind) === kind),
  });
}

/** Puts news into every list and detail that was read. */
export function spread(queries: QueryClient, news: readonly ToldRequest[]): void {
  const kinds = queries.getQueryData(kindsQuery.queryKey);
  const byId = new Map<string, ToldRequest[]>();
  for (const one of news) byId.set(one.id, [...(byId.get(one.id) ?? []), one]);
  const after = (request: RequestView): RequestView => {
    const kind = kinds?.find(({ name }) => name === request.kind);
    return (byId.get(request.id) ?? []).reduce((known, one) => take(known, one, kind), request);
  };
  const lists = queries.getQueriesData<InfiniteData<RequestPage>>({ queryKey: ["requests"] });
  for (const [key, list] of lists) {
    if (!list) continue;
    let changed = false;
    const pages = list.pages.map((page) => {
      const items = page.items.map(after);
      if (items.every((item, index) => item === page.items[index])) return page;
      changed = true;
      return { ...page, items };
    });
    // The list is as old as before: only some of its rows are new.
    const updatedAt = queries.getQueryState(key)?.dataUpdatedAt;
    if (changed) queries.setQueryData(key, { ...list, pages }, { ...(updatedAt && { updatedAt }) });
  }
  for (const id of byId.keys()) {
    const known = queries.getQueryData<RequestView>(["request", id]);
    if (!known) continue;
    const next = after(known);
    if (next === known) continue;
    queries.setQueryData(["request", id], next);
    void queries.invalidateQueries({ queryKey: ["request", id] });
  }
}

function take(known: RequestView, news: ToldRequest, kind: KindView | undefined): RequestView {
  if (news.version <= known.version) return known;
  if (news.from === "line") return renewed(known, news.line, kind);
  // Events do not say what one may do now. For one's own requests the declaration says what their owner may do.
  const may = (kind?.transitions ?? []).filter(
    ({ from, by, decides }) => from.includes(news.request.state) && by.includes("owner") && !decides,
  );
  return { ...latest(known, news.request), may: news.request.may ?? may.map(({ name }) => name) };
}
