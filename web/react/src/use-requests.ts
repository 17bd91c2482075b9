"use client";

import type {
  GroatError,
  Read,
  Reading,
  RequestFilter,
  RequestsRead,
  RequestView,
  StepView,
} from "@groat/client";
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { useGroat, useGroatState } from "./provider.js";

export interface UseRequests {
  /** In the filter's order, the newest first by default; as the server says, with what the streams told since. */
  items: readonly RequestView[];
  /** True while a page is being asked for, or nothing is known yet. */
  loading: boolean;
  hasMore: boolean;
  loadMore: () => void;
  /** Asks again for what is loaded: the way on after an error, and to show those of `fresh`. */
  refresh: () => void;
  /** The error of the last read; null again with the next answer. */
  error: GroatError | null;
  /** The number of requests that belong here and wait for `refresh`, while the list is held; 0 otherwise. */
  fresh: number;
  /** True while the items are those of the filter before (`keepPrevious`). */
  previous: boolean;
}

export interface RequestsOptions {
  /** Per page. */
  limit?: number;
  /** Holds the rows still: they are kept up to date, but none comes or goes by itself. Not with the oldest first. */
  hold?: boolean;
  /** Shows the items of the filter before until those of a new filter are there. */
  keepPrevious?: boolean;
}

export interface UseRequest {
  /** With its history and what the reader may do; null while nothing is known, and where there is none (then `error` says so). */
  request: RequestView | null;
  loading: boolean;
  refresh: () => void;
  error: GroatError | null;
}

export interface UseRequestHistory {
  /** The newest first; none before `loadMore` was called. */
  steps: readonly StepView[];
  /** True once steps were read. */
  loaded: boolean;
  loading: boolean;
  hasMore: boolean;
  loadMore: () => void;
  error: GroatError | null;
}

const NONE: readonly never[] = [];
const UNKNOWN = { value: null, loading: true, error: null } as const;
const unknown = () => UNKNOWN;

const never = () => () => undefined;

function useReading<Value>(reading: Reading<Value> | null): Read<Value> {
  return useSyncExternalStore<Read<Value>>(reading?.subscribe ?? never, reading?.get ?? unknown, unknown);
}

/** Requests by a filter, live: one's own, or (staff) anybody's. All who show the same list share it. */
export function useRequests(
  filter: RequestFilter = {},
  { limit = 50, hold = false, keepPrevious = false }: RequestsOptions = {},
): UseRequests {
  const groat = useGroat();
  const session = useGroatState((state) => state.session);
  // A filter is often a new object each time; what it says is what counts.
  const said = JSON.stringify(filter);
  const list = useMemo(
    () => groat.requests.list(JSON.parse(said) as RequestFilter, { limit }),
    [groat, said, limit],
  );
  const { value, loading, error } = useReading(list);
  useEffect(() => (hold ? list.hold() : undefined), [hold, list]);
  const last = useRef<{ session: number; value: RequestsRead } | null>(null);
  useEffect(() => {
    if (value) last.current = { session, value };
  }, [session, value]);
  const kept = keepPrevious && last.current?.session === session ? last.current.value : null;
  const previous = value === null && error === null && kept !== null;
  const shown = previous ? kept : value;
  return {
    items: shown?.items ?? NONE,
    loading,
    hasMore: !previous && shown !== null && shown.cursor !== null,
    loadMore: list.loadMore,
    refresh: useCallback(() => void list.refresh(), [list]),
    error,
    fresh: hold && filter.sort !== "oldest" ? (value?.fresh.length ?? 0) : 0,
    previous,
  };
}

/** One request, live. */
export function useRequest(kind: string, id: string): UseRequest {
  const groat = useGroat();
  const one = useMemo(() => groat.requests.one(kind, id), [groat, kind, id]);
  const { value: request, loading, error } = useReading(one);
  return { request, loading, error, refresh: useCallback(() => void one.refresh(), [one]) };
}

/** The whole history of a request; a request itself has its newest steps. */
export function useRequestHistory(
  { kind, id }: Pick<RequestView, "kind" | "id">,
  { limit = 50 }: { limit?: number } = {},
): UseRequestHistory {
  const groat = useGroat();
  const history = useMemo(() => groat.requests.history(kind, id, { limit }), [groat, kind, id, limit]);
  const { value, loading, error } = useReading(history);
  return {
    steps: value?.items ?? NONE,
    loaded: value !== null,
    loading,
    hasMore: value !== null && value.cursor !== null,
    loadMore: history.loadMore,
    error,
  };
}

/** How many requests of each kind wait for a decision, by kind (staff); null until that is known, and with `skip`. */
export function useWaiting({
  skip = false,
}: {
  skip?: boolean;
} = {}): Readonly<Record<string, number>> | null {
  const groat = useGroat();
  return useReading(useMemo(() => (skip ? null : groat.requests.waiting()), [groat, skip])).value;
}
