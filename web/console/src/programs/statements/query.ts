import { queryOptions } from "@tanstack/react-query";
import { groat } from "../../groat";
import type { Period } from "./periods";
import { readStatement } from "./statement";

/**
 * The statement of a period, read from its file, so that what is on screen is what is downloaded; `version` is that of the balance
 * where the period is not over.
 */
export const statementQuery = (account: string, asset: string, { from, to }: Period, version: number) =>
  queryOptions({
    queryKey: ["statement", account, asset, from, to, version],
    queryFn: async ({ signal }) => {
      const period = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      return readStatement(await (await groat.api.statement(account, asset, period, { signal })).text());
    },
    // Only the balance went on: the former one stays until the new one is there.
    placeholderData: (previous, query) =>
      query?.queryKey.slice(1, 5).join() === [account, asset, from, to].join() ? previous : undefined,
    staleTime: 60_000,
  });
