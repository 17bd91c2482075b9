import { formatAmount, isDecimal, type RequestView } from "@groat/client";
import { useWrite } from "@groat/react";
import { useQueryClient } from "@tanstack/react-query";
import { kindsQuery } from "../api/requests";
import { groat } from "../groat";

/** "25.00 USD", where a request says so much; "" otherwise. */
function moneyIn({ amount, asset }: Record<string, unknown>): string {
  const known = typeof amount === "string" && isDecimal(amount) && typeof asset === "string";
  return known ? `${formatAmount(amount)} ${asset}` : "";
}

/** Filing requests for oneself, or for `user`: one at a time. `file` throws GroatError. */
export function useFile() {
  const queries = useQueryClient();
  const { write, pending } = useWrite(
    (kind: string, data: Record<string, unknown>, user?: string): Promise<RequestView> => {
      const title =
        queries.getQueryData(kindsQuery.queryKey)?.find(({ name }) => name === kind)?.title ?? kind;
      const money = moneyIn(data);
      return groat.requests.file(kind, data, { user, title: money ? `${title}: ${money}` : title });
    },
  );
  return { file: write, busy: pending };
}
