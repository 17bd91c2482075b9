"use client";

import { balanceKey, GroatError } from "@groat/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { useGroat, useGroatState } from "./provider.js";

export interface Asked<Value> {
  /** The last answer; null while there is none. */
  value: Value | null;
  loading: boolean;
  error: GroatError | null;
  /** Asks again: the way on after an error. */
  refresh: () => void;
}

/** After each change the server is asked, at most so often (ms). */
const AGAIN_MS = 500;
/** A timer cannot wait longer than this (ms). */
const WAIT_MS_MAX = 2 ** 31 - 1;

interface Kept<Value> {
  of: string;
  value: Value | null;
  error: GroatError | null;
}

/**
 * Asks the server about a balance and its budgets: again when the balance or a budget changes, at most twice a second, and at the
 * moment (ms since 1970) that `next` tells of an answer. `said` is what is asked, as a text.
 */
export function useAsked<Value>(
  { account, asset, said }: { account: string; asset: string; said: string },
  ask: () => Promise<Value>,
  next: (value: Value) => number | null,
): Asked<Value> {
  const groat = useGroat();
  const ready = useGroatState((state) => state.phase === "ready");
  const session = useGroatState((state) => state.session);
  const version = useGroatState((state) => state.balances[balanceKey(account, asset)]?.version ?? 0);
  const ahead = useGroatState((state) => state.ahead ?? 0);
  const of = `${session} ${balanceKey(account, asset)} ${said}`;
  const [kept, setKept] = useState<Kept<Value> | null>(null);
  const [loading, setLoading] = useState(false);
  const [told, setTold] = useState(0);
  const latest = useRef(0);
  const asked = useRef(Number.NEGATIVE_INFINITY);
  const asking = useRef(ask);
  asking.current = ask;
  const known = kept?.of === of && ready ? kept : null;

  const load = useCallback(async () => {
    latest.current += 1;
    const run = latest.current;
    asked.current = Date.now();
    setLoading(true);
    let value: Value | null = null;
    let error: GroatError | null = null;
    try {
      value = await asking.current();
    } catch (failure) {
      if (!(failure instanceof GroatError)) throw failure;
      error = failure;
    }
    if (run !== latest.current) return;
    setLoading(false);
    setKept((before) => ({ of, value: value ?? (before?.of === of ? before.value : null), error }));
  }, [of]);

  useEffect(
    () =>
      groat.onChange((change) => {
        if (change.type === "event" && change.event.type === "budget_updated") setTold((count) => count + 1);
      }),
    [groat],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: each version of the balance, and each budget that is told, may change it
  useEffect(() => {
    if (!ready) return undefined;
    const timer = setTimeout(() => void load(), Math.max(0, asked.current + AGAIN_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [ready, load, version, told]);

  const value = known?.value ?? null;
  const at = value === null ? null : next(value);
  useEffect(() => {
    if (at === null) return undefined;
    // A moment later, so that the server says so too.
    const wait = Math.min(Math.max(AGAIN_MS, at - ahead - Date.now() + AGAIN_MS), WAIT_MS_MAX);
    const timer = setTimeout(() => void load(), wait);
    return () => clearTimeout(timer);
  }, [at, ahead, load]);

  return {
    value,
    loading: loading || (ready && known === null),
    error: known?.error ?? null,
    refresh: () => {
      if (ready && !loading) void load();
    },
  };
}

/** The first of these moments (RFC 3339, or none) as ms since 1970. */
export function firstOf(moments: readonly (string | null)[]): number | null {
  const all = moments.flatMap((at) => (at === null ? [] : [Date.parse(at)]));
  return all.length === 0 ? null : Math.min(...all);
}
