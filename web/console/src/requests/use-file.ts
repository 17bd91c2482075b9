import { formatAmount, isDecimal, type RequestView } from "@groat/client";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { kindsQuery } from "../api/requests";
import { groat } from "../groat";
import { takeIn } from "./use-take";

/** "25.00 USD", where a request says so much; "" otherwise. */
function moneyIn({ amount, asset }: Record<string, unknown>): string {
  const known = typeof amount === "string" && isDecimal(amount) && typeof asset === "string";
  return known ? `${formatAmount(amount)} ${asset}` : "";
}

/** Filing requests: one at a time, and one key for each until its verdict is in. */
export function useFile() {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);

  /** Files for oneself, or for `user`. Throws GroatError. */
  async function file(kind: string, data: Record<string, unknown>, user?: string): Promise<RequestView> {
    setBusy(true);
    try {
      const title =
        queries.getQueryData(kindsQuery.queryKey)?.find(({ name }) => name === kind)?.title ?? kind;
      const money = moneyIn(data);
      const request = await groat.write(
        ["file", kind, user, data],
        (key, api) => api.fileRequest(kind, data, { key, ...(user && { user }) }),
        { title: money ? `${title}: ${money}` : title },
      );
      takeIn(queries, request);
      await queries.invalidateQueries({ queryKey: ["requests"] });
      return request;
    } finally {
      setBusy(false);
    }
  }
  return { file, busy };
}
