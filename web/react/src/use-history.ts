"use client";

import { balanceKey, type EntryView, GroatError, type StreamEvent } from "@groat/client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useGroat, useGroatState } from "./provider.js";
import { type BalanceOptions, ownAccount } from "./use-balance.js";

type OfEntries = "held_delta" | "counterparty" | "actor" | "metadata" | "hold" | "reverses";

/** One line of a history. What only the server's entries tell is absent on lines that came live. */
export type HistoryRow = Omit<EntryView, OfEntries> & Partial<Pick<EntryView, OfEntries>>;

export interface HistoryOptions extends BalanceOptions {
  /** Lines per page. */
  limit?: number;
}

export interface UseHistory {
  /** Newest first; each version of the balance once. */
  rows: readonly HistoryRow[];
  loading: boolean;
  hasMore: boolean;
  loadMore: () => void;
  /** Asks for the newest page again: the way on after an error. */
  refresh: () => void;
  error: GroatError | null;
}

interface Pages {
  /** Session, account and asset these belong to. */
  of: string;
  rows: readonly HistoryRow[];
  cursor: string | null;
  /** Version of the balance when these were asked for. */
  checked: number;
  error: GroatError | null;
}

const NOTHING: readonly HistoryRow[] = [];

/** The history of a balance: pages from the server, and on top of them what arrives live. */
export function useHistory({ account, asset = "CREDIT", limit = 50 }: HistoryOptions = {}): UseHistory {
  const groat = useGroat();
  const path = useGroatState((state) => account ?? ownAccount(state));
  const ready = useGroatState((state) => state.phase === "ready");
  const events = useGroatState((state) => state.events);
  const version = useGroatState((state) => state.balances[balanceKey(path, asset)]?.version ?? 0);
  const session = useGroatState((state) => state.session);
  const balance = balanceKey(path, asset);
  const of = `${session} ${balance}`;
  const [kept, setKept] = useState<Pages | null>(null);
  const [loading, setLoading] = useState(false);
  const latest = useRef(0);
  const pages = kept?.of === of && ready ? kept : null;

  const load = useCallback(
    async (cursor: string | null) => {
      latest.current += 1;
      const run = latest.current;
      const checked = groat.getState().balances[balance]?.version ?? 0;
      setLoading(true);
      let page: { items: HistoryRow[]; cursor: string | null } = { items: [], cursor };
      let error: GroatError | null = null;
      try {
        page = await groat.api.entries(path, asset, { cursor, limit });
      } catch (failure) {
        if (!(failure instanceof GroatError)) throw failure;
        error = failure;
      }
      if (run !== latest.current) return;
      setLoading(false);
      setKept((before) => {
        const rows = before?.of === of ? before.rows : NOTHING;
        // A newest page that reaches what is known keeps the older pages' place.
        const keeps = cursor === null && overlaps(page.items, rows);
        const next = keeps ? (before?.cursor ?? null) : page.cursor;
        const all = cursor === null && !keeps ? page.items : mergeRows(page.items, rows);
        return error
          ? { of, rows, cursor: before?.of === of ? before.cursor : null, checked, error }
          : { of, rows: all, cursor: next, checked, error };
      });
    },
    [groat, path, asset, limit, balance, of],
  );

  const live = useMemo(() => liveRows(events, path, asset), [events, path, asset]);
  const behind = pages !== null && version > pages.checked && isBehind(pages.rows, live, version);
  const wanted = ready && (pages === null || behind);
  useEffect(() => {
    if (wanted) void load(null);
  }, [wanted, load]);

  const rows = useMemo(() => (pages ? mergeRows(pages.rows, live) : NOTHING), [pages, live]);
  return {
    rows,
    loading,
    hasMore: pages?.cursor !== null && pages !== null,
    loadMore: () => {
      if (!loading && pages?.cursor) void load(pages.cursor);
    },
    refresh: () => {
      if (ready && !loading) void load(null);
    },
    error: pages?.error ?? null,
  };
}

/** The lines that events tell of one balance; the same objects each time, so that what shows them can tell they are. */
function liveRows(events: readonly StreamEvent[], account: string, asset: string): HistoryRow[] {
  return events.flatMap((event) => {
    let rows = rowsOf.get(event);
    if (!rows) {
      rows = allRows(event);
      rowsOf.set(event, rows);
    }
    return rows.filter((row) => row.account === account && row.asset === asset);
  });
}

const rowsOf = new WeakMap<StreamEvent, HistoryRow[]>();

function allRows(event: StreamEvent): HistoryRow[] {
  const { changes = [], transaction, kind, reason, at, recorded_at } = event;
  return changes.map(({ account, asset, delta, balance, held, version }) => ({
    transaction,
    kind,
    account,
    asset,
    delta,
    balance,
    held,
    version,
    reason,
    at,
    recorded_at,
  }));
}

/** Newest first, each version once; what the server's entries say counts. */
function mergeRows(entries: readonly HistoryRow[], others: readonly HistoryRow[]): HistoryRow[] {
  const byVersion = new Map(others.map((row) => [row.version, row]));
  for (const row of entries) byVersion.set(row.version, row);
  return [...byVersion.values()].sort((a, b) => b.version - a.version);
}

function overlaps(newest: readonly HistoryRow[], known: readonly HistoryRow[]): boolean {
  const oldest = newest.at(-1)?.version ?? Number.MAX_SAFE_INTEGER;
  return known.some((row) => row.version >= oldest - 1);
}

/** True when lines are missing between the entries and the present version: versions have no gaps. */
function isBehind(entries: readonly HistoryRow[], live: readonly HistoryRow[], version: number): boolean {
  const newest = entries[0]?.version ?? 0;
  const fresh = new Set(live.map((row) => row.version).filter((one) => one > newest));
  return version - newest > fresh.size;
}
