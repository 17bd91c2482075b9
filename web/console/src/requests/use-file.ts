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

/** An owner as a call names it. */
export const whose = (owner: string | undefined) =>
  owner === undefined ? {} : owner.includes(":") ? { owner } : { user: owner };

/** Filing requests for oneself, or for `owner`, a person's id or another stream: one at a time. `file` throws GroatError. */
export function useFile() {
  const queries = useQueryClient();
  const { write, pending } = useWrite(
    (kind: string, data: Record<string, unknown>, owner?: string): Promise<RequestView> => {
      const title =
        queries.getQueryData(kindsQuery.queryKey)?.find(({ name }) => name === kind)?.title ?? kind;
      const money = moneyIn(data);
      return groat.requests.file(kind, data, {
        ...whose(owner),
        title: money ? `${title}: ${money}` : title,
      });
    },
  );
  return { file: write, busy: pending };
}
