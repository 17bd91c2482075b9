import { add, balanceKey, type EntryView, type StreamEvent, subtract } from "@groat/client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { entriesQuery } from "../api/queries";
import { ownerOf } from "../lib/accounts";
import { useLive } from "./hooks";

/** The lines that events tell of one balance, newest first. Who acted and the other account are only in the entries. */
export function linesOf(events: readonly StreamEvent[], account: string, asset: string): EntryView[] {
  const lines: EntryView[] = [];
  for (const event of events) {
    for (const change of event.changes ?? []) {
      if (change.account !== account || change.asset !== asset || !event.transaction) continue;
      lines.push({
        transaction: event.transaction,
        kind: event.kind ?? event.type,
        account,
        asset,
        delta: change.delta,
        balance: change.balance,
        held: change.held,
        version: change.version,
        reason: event.reason ?? "",
        at: event.at ?? event.recorded_at ?? "",
        recorded_at: event.recorded_at ?? event.at ?? "",
        ...(event.hold && { hold: event.hold }),
      });
    }
  }
  return lines.sort((left, right) => right.version - left.version);
}

/** Entries and live lines as one list, newest first, each version once; what the entries say counts. */
export function mergeLines(entries: readonly EntryView[], lines: readonly EntryView[]): EntryView[] {
  const byVersion = new Map(lines.map((line) => [line.version, line]));
  for (const entry of entries) byVersion.set(entry.version, entry);
  return [...byVersion.values()].sort((left, right) => right.version - left.version);
}

/** True where versions are missing between the live lines and the newest entry: the entries must be asked for again. */
export function hasGap(entries: readonly EntryView[], lines: readonly EntryView[]): boolean {
  const newest = entries[0]?.version ?? 0;
  const fresh = lines.filter((line) => line.version > newest);
  return fresh.length > 0 && fresh[0] !== undefined && fresh[0].version - newest !== fresh.length;
}

/** The history of one balance: pages of entries, and on top of them what arrives live. */
export function useHistory(account: string, asset: string) {
  const owner = ownerOf(account);
  const query = useInfiniteQuery(entriesQuery(account, asset));
  const events = useLive((state) => state.events);
  const version = useLive((state) => state.balances[balanceKey(account, asset)]?.version ?? 0);
  const entries = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const lines = useMemo(
    () =>
      linesOf(
        events.filter((event) => event.stream === `user:${owner}` || event.stream === `view:${owner}`),
        account,
        asset,
      ),
    [events, owner, account, asset],
  );
  const rows = useMemo(() => mergeLines(entries, lines), [entries, lines]);
  const loaded = query.isSuccess && !query.isFetching;
  const behind = hasGap(entries, lines) || (rows[0]?.version ?? 0) < version;
  const { refetch } = query;
  useEffect(() => {
    if (loaded && behind) void refetch();
  }, [loaded, behind, refetch]);
  return { ...query, rows };
}

export interface Point {
  /** Milliseconds since 1970, effective time. */
  at: number;
  balance: string;
}

/** The balance after each line in the order of effective time. */
export function pointsOf(rows: readonly EntryView[]): Point[] {
  const newest = rows[0];
  if (!newest) return [];
  let balance = rows.reduce((rest, row) => subtract(rest, row.delta), newest.balance);
  const ordered = [...rows].sort(
    (left, right) => Date.parse(left.at) - Date.parse(right.at) || left.version - right.version,
  );
  return ordered.map((row) => {
    balance = add(balance, row.delta);
    return { at: Date.parse(row.at), balance };
  });
}
