"use client";

import type { BudgetView, CheckView, GroatError } from "@groat/client";
import { useGroat, useGroatState } from "./provider.js";
import { firstOf, useAsked } from "./use-asked.js";
import { type BalanceOptions, ownAccount } from "./use-balance.js";

export interface CheckOptions extends BalanceOptions {
  /** Whether this amount may be spent; without it, whether any. */
  amount?: string;
}

export interface UseCheck {
  /** The server's last answer: how much at most, which budget has the least left, how long it lasts. */
  check: CheckView | null;
  /** Whether it may be spent; null while nothing is known. */
  allowed: boolean | null;
  loading: boolean;
  error: GroatError | null;
  /** Asks again: the way on after an error. */
  refresh: () => void;
}

export interface UseBudgets {
  /** In the order in which they were set. */
  budgets: readonly BudgetView[];
  loading: boolean;
  error: GroatError | null;
  refresh: () => void;
}

/** An account has at most so many budgets of an asset, and a page of the server has them all. */
const BUDGETS_MAX = 500;
const NONE: readonly BudgetView[] = [];

/** Whether an amount may be spent now, live: asked again when the balance or a budget changes, and when a budget resets. */
export function useCheck({ account, asset = "CREDIT", amount }: CheckOptions = {}): UseCheck {
  const groat = useGroat();
  const path = useGroatState((state) => account ?? ownAccount(state));
  const { value, ...rest } = useAsked(
    { account: path, asset, said: `check ${amount ?? ""}` },
    () => groat.api.check(path, asset, amount === undefined ? {} : { amount }),
    ({ budget }) => firstOf([budget?.resets_at ?? null]),
  );
  return { check: value, allowed: value?.allowed ?? null, ...rest };
}

/** The budgets of a balance with what is used of each, live. */
export function useBudgets({ account, asset = "CREDIT" }: BalanceOptions = {}): UseBudgets {
  const groat = useGroat();
  const path = useGroatState((state) => account ?? ownAccount(state));
  const { value, ...rest } = useAsked(
    { account: path, asset, said: "budgets" },
    async () => (await groat.api.budgets({ account: path, asset }, { limit: BUDGETS_MAX })).items,
    (budgets) => firstOf(budgets.map(({ resets_at }) => resets_at)),
  );
  return { budgets: value ?? NONE, ...rest };
}
