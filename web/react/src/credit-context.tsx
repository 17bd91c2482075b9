"use client";

/** Credits as one context: the number, how to ask for it again, and who on this page wants to hear of changes. */
import { balanceKey, type GroatState } from "@groat/client";
import { createContext, useContext, useEffect, useMemo, useRef } from "react";
import { CreditActs } from "./credit-acts.js";
import {
  GroatContext,
  GroatProvider,
  type GroatProviderProps,
  useGroat,
  useGroatState,
  useIsTaken,
} from "./provider.js";
import { ownAccount } from "./use-balance.js";

export interface CreditContextType {
  /** The signed-in user's credits as shown, pending changes included; 0 while nothing is known. */
  credits: number;
  /** True until the first value or the first failure. */
  loading: boolean;
  /** Asks the server; calls within 5 s are one. Resolves in any case: the last value stays when the server is away. */
  refreshCredits: () => Promise<void>;
  /** The same, whenever the last one was. */
  refreshCurrentUserCredits: () => Promise<void>;
  /** Calls what `registerVoucherRefresh` registered. */
  refreshVouchers: () => void;
  /** Calls back when vouchers changed. Returns the function that ends it. */
  registerVoucherRefresh: (cb: () => void) => () => void;
  /** Asks the server if this is the signed-in user, and in any case calls what `registerCreditUpdateCallback` registered. */
  refreshUserCredits: (userId: string) => Promise<void>;
  /** Calls back when credits of a user changed. Returns the function that ends it. */
  registerCreditUpdateCallback: (cb: (userId: string) => void) => () => void;
  /** Tells the components of this page that credits of a user changed; other tabs and devices hear it from the server. */
  broadcastCreditUpdate: (userId: string) => void;
}

export interface CreditProviderProps extends GroatProviderProps {
  /** "CREDIT" by default. */
  asset?: string;
}

interface Shown {
  credits: number;
  loading: boolean;
}

/** The value of consumers that render only for what they read. */
interface Source {
  acts: CreditActs;
  asset: string;
}

export const CreditContext = createContext<CreditContextType | undefined>(undefined);

const SourceContext = createContext<Source | null>(null);

/** Gives `useCredit` its value. It uses the `GroatProvider` around it; without one, it is one. */
export function CreditProvider({ asset = "CREDIT", children, ...own }: CreditProviderProps) {
  const outer = useContext(GroatContext);
  const credits = <Credits asset={asset}>{children}</Credits>;
  return outer && !own.client && !own.options ? credits : <GroatProvider {...own}>{credits}</GroatProvider>;
}

function Credits({ asset, children }: Required<Pick<CreditProviderProps, "asset" | "children">>) {
  const groat = useGroat();
  const source = useMemo(() => ({ acts: new CreditActs(groat, asset), asset }), [groat, asset]);
  useEffect(() => source.acts.listen(), [source]);
  const { credits, loading } = useGroatState(shownOf(asset), isSame);
  const value = useMemo(
    () => ({ ...functionsOf(source.acts), credits, loading }),
    [source, credits, loading],
  );
  return (
    <SourceContext.Provider value={source}>
      <CreditContext.Provider value={value}>{children}</CreditContext.Provider>
    </SourceContext.Provider>
  );
}

/**
 * The signed-in user's credits. A component renders again only when `credits` or `loading` changes, and only if it read that.
 * Throws outside a `CreditProvider`.
 */
export function useCredit(): CreditContextType {
  const source = useContext(SourceContext);
  // The providers around a component do not change while it lives, so neither does the branch.
  const useValue = source ? useSource : useGiven;
  const value = useValue(source);
  if (!value) throw new Error("groat: useCredit must be used inside <CreditProvider>");
  return value;
}

/** A value that somebody else gives, such as a test. */
const useGiven = (_: null | Source) => useContext(CreditContext);

function useSource(source: Source | null): CreditContextType {
  const { acts, asset } = source as Source;
  const groat = useGroat();
  const read = useRef(new Set<keyof Shown>()).current;
  const isTaken = useIsTaken();
  const shown = () => shownOf(asset)(isTaken ? groat.getState() : groat.getInitialState());
  useGroatState(shownOf(asset), (a, b) => [...read].every((field) => a[field] === b[field]));
  const { credits, loading } = shown();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another number is another object, for those it is handed on to
  return useMemo(
    () => ({
      ...functionsOf(acts),
      get credits() {
        read.add("credits");
        return shown().credits;
      },
      get loading() {
        read.add("loading");
        return shown().loading;
      },
    }),
    [groat, acts, asset, isTaken, credits, loading],
  );
}

function shownOf(asset: string): (state: GroatState) => Shown {
  return (state) => {
    const balance = state.balances[balanceKey(ownAccount(state), asset)];
    const loading = !balance && state.error === null && state.phase === "loading";
    return { credits: Number(balance?.balance ?? 0), loading };
  };
}

const isSame = (a: Shown, b: Shown) => a.credits === b.credits && a.loading === b.loading;

function functionsOf(acts: CreditActs): Omit<CreditContextType, keyof Shown> {
  const { refreshCredits, refreshCurrentUserCredits, refreshUserCredits } = acts;
  const { refreshVouchers, registerVoucherRefresh } = acts;
  const { registerCreditUpdateCallback, broadcastCreditUpdate } = acts;
  return {
    refreshCredits,
    refreshCurrentUserCredits,
    refreshVouchers,
    registerVoucherRefresh,
    refreshUserCredits,
    registerCreditUpdateCallback,
    broadcastCreditUpdate,
  };
}
