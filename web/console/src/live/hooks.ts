import { type Balance, balanceKey } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { groat } from "../groat";

/** Who is signed in. */
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
