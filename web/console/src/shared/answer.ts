import type { Change, GroatError } from "@groat/client";
import { useGroat } from "@groat/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";

/** An operation that many changes concern is asked again at most so often (ms). */
const AGAIN_MS = 1_000;

export interface AnswerOptions {
  query?: Record<string, string | undefined>;
  /** Whether a change of the live picture concerns the answer: then the server is asked again. */
  renew?: (change: Change) => boolean;
}

export interface Answer<Value> {
  /** The last answer; undefined while there is none. */
  value: Value | undefined;
  error: GroatError | null;
  loading: boolean;
  refresh: () => void;
}

/**
 * Reads what `GET path` answers, as the reader; null: nothing is asked. It is read again after a break of the connection, when the tab
 * comes back, and when `renew` says so.
 */
export function useAnswer<Value>(
  path: string | null,
  { query = {}, renew }: AnswerOptions = {},
): Answer<Value> {
  const groat = useGroat();
  const { data, error, isFetching, refetch } = useQuery<Value, GroatError>({
    queryKey: ["answer", path, query],
    queryFn: ({ signal }) => groat.api.request<Value>(path ?? "", { query, signal }),
    enabled: path !== null,
  });
  const concerns = useEffectEvent((change: Change) => renew?.(change) ?? false);
  useEffect(() => {
    if (path === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = Number.NEGATIVE_INFINITY;
    const again = () => {
      timer = undefined;
      last = performance.now();
      void refetch();
    };
    const soon = () => {
      timer ??= setTimeout(again, Math.max(0, last + AGAIN_MS - performance.now()));
    };
    const stops = [
      groat.onChange((change) => concerns(change) && soon()),
      groat.subscribe(
        (state) => state.status.state === "live",
        (live) => live && soon(),
      ),
    ];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [groat, path, refetch]);
  return { value: data, error, loading: isFetching, refresh: () => void refetch() };
}
