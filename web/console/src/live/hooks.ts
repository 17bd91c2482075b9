import { type Balance, type BalanceView, balanceKey } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { useQuery } from "@tanstack/react-query";
import {
  type FocusEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { accountQuery } from "../api/queries";
import { groat } from "../groat";
import { inOrder, streamOf } from "../lib/accounts";

/** A balance of a main account. */
export type MainBalance = Pick<BalanceView, "account" | "asset" | "balance" | "available">;

/** Returns who is signed in. */
export function usePerson(): { user: string; name: string } {
  const user = useLive((state) => state.user) ?? "";
  const name = useLive((state) => state.name) || user;
  return { user, name };
}

/** admin: everything; support: reads; anybody: their own money. */
export function useRights(): { staff: boolean; admin: boolean } {
  const admin = useLive((state) => state.roles.includes("admin"));
  const support = useLive((state) => state.roles.includes("support"));
  return { admin, staff: admin || support };
}

/** The live value of one balance; null while nothing is known of it. */
export function useLiveBalance(account: string, asset: string): Balance | null {
  return useLive((state) => state.balances[balanceKey(account, asset)] ?? null);
}

/**
 * Returns the balances of an owner's main account, CREDIT last: it is for other things. Null until they are known. Those of somebody
 * else are live as long as they are watched.
 */
export function useMainBalances(owner: string): MainBalance[] | null {
  const me = usePerson().user;
  const ready = useLive((state) => state.phase === "ready");
  const live = useLive((state) => state.balances);
  const account = streamOf(owner);
  const query = useQuery({ ...accountQuery(account), enabled: owner !== me });
  const known = new Map<string, MainBalance>();
  for (const one of [...(query.data?.balances ?? []), ...Object.values(live)]) {
    if (one.account === account) known.set(one.asset, one);
  }
  if (known.size === 0 && !(owner === me ? ready : query.isSuccess)) return null;
  return [...known.values()].sort(
    (left, right) =>
      Number(left.asset === "CREDIT") - Number(right.asset === "CREDIT") || inOrder(left, right),
  );
}

/** Follows another person as long as it is true. Their balances then are in the picture like one's own. */
export function useWatch(user: string | null, wanted = true): void {
  const self = useLive((state) => state.user);
  useEffect(() => {
    return user !== null && wanted && user !== self ? groat.watch(user) : undefined;
  }, [user, wanted, self]);
}

/** Whether an element is on screen (or nearly): rows out of sight need no live connection. */
export function useInView<Target extends Element>(): [RefObject<Target | null>, boolean] {
  const target = useRef<Target>(null);
  const [inView, setInView] = useState(false);
  useEffect(() => {
    const element = target.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      (entries) => setInView(entries.some((entry) => entry.isIntersecting)),
      { rootMargin: "120px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [target, inView];
}

/**
 * Whether a list may change by itself: nobody has the pointer or the focus in it, and its top (`top`) is in view. Otherwise what
 * is new waits behind a button, so that nothing jumps. `reading` goes to the element around the list.
 */
export function useReader() {
  const [busy, setBusy] = useState(false);
  const [top, topInView] = useInView<HTMLDivElement>();
  const reading = useMemo(
    () => ({
      onPointerEnter: (event: PointerEvent) => event.pointerType === "mouse" && setBusy(true),
      onPointerLeave: () => setBusy(false),
      onFocus: (_event: FocusEvent) => setBusy(true),
      onBlur: () => setBusy(false),
    }),
    [],
  );
  return { top, following: topInView && !busy, reading };
}

const WIDE = "(min-width: 64rem)";

/** Whether there is room for two columns. */
export function useWide(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = matchMedia(WIDE);
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => matchMedia(WIDE).matches,
  );
}
