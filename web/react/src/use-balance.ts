"use client";

import { type Balance, balanceKey, GroatError, type GroatState } from "@groat/client";
import { useEffect, useState } from "react";
import { useGroat, useGroatState } from "./provider.js";

/** Names a balance: by default the signed-in user's CREDIT. */
export interface BalanceOptions {
  /** An account path like "user:42:savings"; the signed-in user's own by default. */
  account?: string | undefined;
  asset?: string | undefined;
}

export interface UseBalance {
  /** The balance to show, as a decimal string; null while nothing is known. */
  amount: string | null;
  /** The whole balance: confirmed value, available, held, limits, last change. */
  balance: Balance | null;
  /** True until the first value or the first failure. */
  loading: boolean;
  /** True when the server is away and the value is the last one known. */
  stale: boolean;
  /** The error of the last attempt to reach the server, or of following this person. The last value stays. */
  error: GroatError | null;
  /** Tries again; never throws, for what goes wrong is in `error`. */
  refresh: () => Promise<void>;
}

export function ownAccount(state: GroatState): string {
  return `user:${state.user ?? ""}`;
}

/** A live balance. Components with other balances do not render when this one changes. */
export function useBalance({ account, asset = "CREDIT" }: BalanceOptions = {}): UseBalance {
  const groat = useGroat();
  const balance = useGroatState(
    (state) => state.balances[balanceKey(account ?? ownAccount(state), asset)] ?? null,
  );
  const lost = useGroatState((state) => state.error);
  const begins = useGroatState((state) => state.phase === "loading");
  const old = useGroatState(({ status }) => status.state === "stale" || status.state === "offline");
  const refresh = useRefresh();
  const other = useGroatState((state) => otherUser(account, state));
  const session = useGroatState((state) => state.session);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a watch ends with its session, and the next one needs its own
  useEffect(() => (other === null ? undefined : groat.watch(other)), [groat, other, session]);
  const view = useGroatState((state) => (other === null ? null : (state.views[other] ?? null)));
  const error = lost ?? view?.error ?? null;
  const comes = begins || (other !== null && (view === null || view.state === "connecting"));
  const loading = balance === null && error === null && comes;
  const stale = old || view?.state === "failed";
  return { amount: balance?.balance ?? null, balance, loading, stale, error, refresh };
}

/** A refresh for buttons. */
export function useRefresh(): () => Promise<void> {
  const groat = useGroat();
  return async () => {
    try {
      await groat.refresh();
    } catch (error) {
      // The state has it too, and shows it.
      if (!(error instanceof GroatError)) throw error;
    }
  };
}

/** The user to watch (staff only) when the account is somebody else's. */
function otherUser(account: string | undefined, state: GroatState): string | null {
  const user = account === undefined ? undefined : /^user:([^:]+)/.exec(account)?.[1];
  return user === undefined || state.user === null || user === state.user ? null : user;
}

export interface Away {
  /** Signed decimal string. */
  delta: string;
  /** Milliseconds since 1970. */
  since: number;
}

const AWAY_SHOWN_MS = 8_000;

/** Returns the change of a balance while there was no contact; null again after a few seconds. */
export function useAway({ account, asset = "CREDIT" }: BalanceOptions = {}): Away | null {
  const groat = useGroat();
  const [away, setAway] = useState<Away | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = groat.onChange((change) => {
      if (change.type === "identity") setAway(null);
      if (change.type !== "away") return;
      const shown = account ?? ownAccount(groat.getState());
      const own = change.changes.find((one) => one.account === shown && one.asset === asset);
      if (!own) return;
      setAway({ delta: own.delta, since: change.since });
      clearTimeout(timer);
      timer = setTimeout(() => setAway(null), AWAY_SHOWN_MS);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [groat, account, asset]);
  return away;
}
