"use client";

import type { Status } from "@groat/client";
import { useGroat, useGroatContext, useGroatState } from "./provider.js";
import { useRefresh } from "./use-balance.js";

export interface UseStatus extends Status {
  /**
   * The state in words, with its age where the values may be old ("Stale, as of 12:04:31"), or with the reason where none
   * have come ("Connecting: no answer from the server").
   */
  label: string;
  paused: boolean;
  /** Events that wait behind the pause. */
  buffered: number;
  pause: () => void;
  resume: () => void;
  refresh: () => Promise<void>;
}

export function useStatus(): UseStatus {
  const groat = useGroat();
  const { words, locale } = useGroatContext();
  const status = useGroatState((state) => state.status);
  const paused = useGroatState((state) => state.paused);
  const buffered = useGroatState((state) => state.buffered);
  const refresh = useRefresh();
  const signedOut = useGroatState((state) => state.phase === "signed-out" && state.error === null);
  const reason = useGroatState((state) => state.error && words.reasons[state.error.code]);
  const word = signedOut ? words.signedOut : words.status[status.state];
  const silent = status.state === "connecting" || status.state === "offline";
  const label =
    status.asOf !== null
      ? `${word}, ${words.asOf(formatTime(status.asOf, locale))}`
      : silent && reason
        ? `${word}: ${reason}`
        : word;
  return {
    ...status,
    label,
    paused,
    buffered,
    pause: () => groat.pause(),
    resume: () => groat.resume(),
    refresh,
  };
}

export function formatTime(ms: number, locale: string | undefined): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: "medium" }).format(ms);
}
