"use client";

import {
  fitsFilter,
  GroatError,
  type RequestFilter,
  type RequestView,
  requestsTold,
  type ToldRequest,
} from "@groat/client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useGroat, useGroatState } from "./provider.js";

export interface UseRequests {
  /** In the filter's order, the newest first by default; as the server says, also after what the streams told. */
  items: readonly RequestView[];
  /** True while a page is being asked for, or nothing is known yet. */
  loading: boolean;
  hasMore: boolean;
  loadMore: () => void;
  /** Asks again for what is loaded: the way on after an error. */
  refresh: () => void;
  /** The error of the last read; null again with the next answer. */
  error: GroatError | null;
}

export interface RequestsOptions {
  /** Per page. */
  limit?: number;
}

export interface UseRequest {
  /** With its history and what the reader may do; null while nothing is known, and where there is none (then `error` says so). */
  request: RequestView | null;
  loading: boolean;
  refresh: () => void;
  error: GroatError | null;
}

interface Pages {
  items: readonly RequestView[];
  /** The cursor of the next page; null where there is none. */
  cursor: string | null;
}

const NONE: readonly RequestView[] = [];

/** Requests by a filter, live: one's own, or (staff) anybody's. */
export function useRequests(filter: RequestFilter = {}, { limit = 50 }: RequestsOptions = {}): UseRequests {
  const groat = useGroat();
  // A filter is often a new object each time; what it says is what counts.
  const said = JSON.stringify(filter);
  const wanted = useMemo(() => JSON.parse(said) as RequestFilter, [said]);

  const more = useCallback(
    async (before: Pages): Promise<Pages> => {
      const page = await groat.api.requests(wanted, { cursor: before.cursor, limit });
      return { items: [...before.items, ...page.items], cursor: page.cursor };
    },
    [groat, wanted, limit],
  );
  const read = useCallback(
    async (before: Pages | null) => {
      let pages = await more({ items: NONE, cursor: null });
      while (pages.cursor !== null && pages.items.length < (before?.items.length ?? 0))
        pages = await more(pages);
      return pages;
    },
    [more],
  );
  const concerns = useCallback(
    (told: ToldRequest, pages: Pages | null) =>
      fitsFilter(told, wanted) || pages?.items.some(({ id }) => id === told.id) === true,
    [wanted],
  );
  const { value, loading, error, ask, refresh } = useReading(`${limit} ${said}`, read, concerns);
  return {
    items: value?.items ?? NONE,
    loading,
    hasMore: value !== null && value.cursor !== null,
    loadMore: () => {
      if (!loading) ask(async (before) => (before?.cursor ? more(before) : read(before)));
    },
    refresh,
    error,
  };
}

/** One request, live. */
export function useRequest(kind: string, id: string): UseRequest {
  const groat = useGroat();
  const read = useCallback(() => groat.api.findRequest(kind, id), [groat, kind, id]);
  const concerns = useCallback((told: ToldRequest) => told.id === id, [id]);
  const { value: request, loading, error, refresh } = useReading(`${kind} ${id}`, read, concerns);
  return { request, loading, refresh, error };
}

/** News that come within this time are answered by asking once (ms). */
const AGAIN_MS = 1_000;

type Read<Value> = (before: Value | null) => Promise<Value>;

interface Kept<Value> {
  of: string;
  value: Value | null;
  error: GroatError | null;
}

/**
 * Returns the server's answer for `key`, read again when the streams tell of a request that `concerns` it, and after a break, for then some
 * news may never come. The streams say that something changed; how it is now, in which order, and what one may do, the server
 * says. While live is paused nothing is read again.
 */
function useReading<Value>(
  key: string,
  read: Read<Value>,
  concerns: (told: ToldRequest, value: Value | null) => boolean,
) {
  const groat = useGroat();
  const session = useGroatState((state) => state.session);
  const ready = useGroatState((state) => state.phase === "ready");
  const of = JSON.stringify([session, key]);
  const [kept, setKept] = useState<Kept<Value> | null>(null);
  const [asked, setAsked] = useState(0);
  const store = useRef<Kept<Value> | null>(null);
  const current = useRef(of);
  const queue = useRef(Promise.resolve());
  useEffect(() => {
    current.current = of;
  }, [of]);

  // One after the other: what is asked for more never overtakes what is asked for again.
  const ask = useCallback(
    (step: Read<Value>, quiet = false) => {
      if (!quiet) setAsked((count) => count + 1);
      queue.current = queue.current.then(async () => {
        const known = store.current?.of === of ? store.current : null;
        let next: Kept<Value> = { of, value: known?.value ?? null, error: null };
        try {
          if (current.current === of) next.value = await step(next.value);
        } catch (failure) {
          // The next one must not wait for ever for this one.
          if (!(failure instanceof GroatError)) return reportError(failure);
          next = { ...next, error: failure };
        } finally {
          if (!quiet) setAsked((count) => count - 1);
        }
        if (current.current !== of) return;
        store.current = next;
        setKept(next);
      });
    },
    [of],
  );

  useEffect(() => {
    if (ready) ask(read);
  }, [ready, ask, read]);

  useEffect(() => {
    if (!ready) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let outdated = false;
    let last = Number.NEGATIVE_INFINITY;
    const again = () => {
      timer = undefined;
      if (!outdated || groat.getState().paused) return;
      outdated = false;
      last = performance.now();
      ask(read, true);
    };
    const soon = () => {
      outdated = true;
      timer ??= setTimeout(again, Math.max(0, last + AGAIN_MS - performance.now()));
    };
    const stops = [
      groat.onChange((change) => {
        if (change.type !== "event") return;
        const { items, more } = requestsTold(change.event);
        const value = store.current?.of === of ? store.current.value : null;
        if (more || items.some((told) => concerns(told, value))) soon();
      }),
      groat.subscribe(
        (state) => state.paused,
        (paused) => !paused && again(),
      ),
      groat.subscribe(
        (state) => state.status.state === "live",
        (live) => live && soon(),
      ),
    ];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [groat, ready, of, ask, read, concerns]);

  const known = ready && kept?.of === of ? kept : null;
  return {
    value: known?.value ?? null,
    error: known?.error ?? null,
    loading: asked > 0 || known === null,
    ask,
    refresh: () => {
      if (ready) ask(read);
    },
  };
}
