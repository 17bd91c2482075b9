"use client";

import { add, balanceKey, compare, type GrantView, GroatError } from "@groat/client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useGroat, useGroatState } from "./provider.js";
import { type BalanceOptions, ownAccount } from "./use-balance.js";

/** What expires next: how much within one day, and the first moment of it. */
export interface Ending {
  amount: string;
  /** RFC 3339. */
  at: string;
}

export interface UseGrants {
  /** Those that can be spent, in the order in which they are. */
  grants: readonly GrantView[];
  /** What expires next; null where nothing does. */
  ending: Ending | null;
  loading: boolean;
  error: GroatError | null;
  /** Asks again: the way on after an error. */
  refresh: () => void;
}

/** An account has at most so many grants of one asset. */
const GRANTS_MAX = 200;
const DAY_MS = 86_400_000;
/** After each change of the balance the server is asked, at most so often (ms). */
const AGAIN_MS = 500;
/** A timer cannot wait longer than this (ms). */
const WAIT_MS_MAX = 2 ** 31 - 1;

interface Kept {
  /** Session, account and asset these belong to. */
  of: string;
  grants: readonly GrantView[];
  error: GroatError | null;
}

const NONE: readonly GrantView[] = [];

/** The grants of a balance, live: asked for again when the balance changes, and when the first of them expires. */
export function useGrants({ account, asset = "CREDIT" }: BalanceOptions = {}): UseGrants {
  const groat = useGroat();
  const path = useGroatState((state) => account ?? ownAccount(state));
  const ready = useGroatState((state) => state.phase === "ready");
  const session = useGroatState((state) => state.session);
  const version = useGroatState((state) => state.balances[balanceKey(path, asset)]?.version ?? 0);
  const ahead = useGroatState((state) => state.ahead ?? 0);
  const of = `${session} ${balanceKey(path, asset)}`;
  const [kept, setKept] = useState<Kept | null>(null);
  const [loading, setLoading] = useState(false);
  const latest = useRef(0);
  const asked = useRef(Number.NEGATIVE_INFINITY);
  const known = kept?.of === of && ready ? kept : null;

  const load = useCallback(async () => {
    latest.current += 1;
    const run = latest.current;
    asked.current = Date.now();
    setLoading(true);
    let grants: readonly GrantView[] | null = null;
    let error: GroatError | null = null;
    try {
      grants = (await groat.api.grants(path, { asset }, { limit: GRANTS_MAX })).items;
    } catch (failure) {
      if (!(failure instanceof GroatError)) throw failure;
      error = failure;
    }
    if (run !== latest.current) return;
    setLoading(false);
    setKept((before) => ({ of, grants: grants ?? (before?.of === of ? before.grants : NONE), error }));
  }, [groat, path, asset, of]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each version of the balance may have changed its grants
  useEffect(() => {
    if (!ready) return undefined;
    const timer = setTimeout(() => void load(), Math.max(0, asked.current + AGAIN_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [ready, load, version]);

  const grants = known?.grants ?? NONE;
  const first = useMemo(() => firstEnd(grants), [grants]);
  useEffect(() => {
    if (first === null) return undefined;
    // A moment later, so that the server says so too.
    const wait = Math.min(Math.max(AGAIN_MS, first - ahead - Date.now() + AGAIN_MS), WAIT_MS_MAX);
    const timer = setTimeout(() => void load(), wait);
    return () => clearTimeout(timer);
  }, [first, ahead, load]);

  return {
    grants,
    ending: useMemo(() => endingOf(grants), [grants]),
    loading: loading || (ready && known === null),
    error: known?.error ?? null,
    refresh: () => {
      if (ready && !loading) void load();
    },
  };
}

const ends = (grants: readonly GrantView[]) =>
  grants.flatMap(({ expires_at, available }) =>
    expires_at !== null && compare(available, "0") > 0
      ? [{ at: Date.parse(expires_at), expires_at, available }]
      : [],
  );

function firstEnd(grants: readonly GrantView[]): number | null {
  const all = ends(grants);
  return all.length === 0 ? null : Math.min(...all.map(({ at }) => at));
}

function endingOf(grants: readonly GrantView[]): Ending | null {
  const all = ends(grants).sort((left, right) => left.at - right.at);
  const [first] = all;
  if (!first) return null;
  const amount = all
    .filter(({ at }) => at < first.at + DAY_MS)
    .reduce((sum, { available }) => add(sum, available), "0");
  return { amount, at: first.expires_at };
}
