import type { Change } from "@groat/client";
import { useAnswer } from "@groat/console";
import { useGroat } from "@groat/react";
import { useEffect } from "react";

/** A payment, as `GET /v1/topups` lists it. */
export interface Payment {
  payment: string;
  amount: string;
  asset: string;
}

/** A person's payments, live: each of them changes the person's balance, which staff can follow. null: nobody's. */
export function usePayments(user: string | null) {
  const groat = useGroat();
  useEffect(() => (user === null ? undefined : groat.watch(user)), [groat, user]);
  const renew = (change: Change) => change.type === "balance" && change.account === `user:${user}`;
  const { value, ...rest } = useAnswer<{ items: Payment[] }>(user === null ? null : "/v1/topups", {
    query: { user: user ?? "" },
    renew,
  });
  return { ...rest, payments: value?.items };
}
