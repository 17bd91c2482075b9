import { type AccountView, type BalanceView, GroatError } from "@groat/client";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { groat } from "../groat";
import { apiKeys } from "./api-keys";

/** What is on screen of a list at first, and what each further page adds. */
export const PAGE_SIZE = 25;

const { api } = groat;

/** What a person may do with their own money, declared on the server. */
export interface Action {
  source: string;
  destination: string;
  assets: string[];
  max?: string | null;
  reason?: string | null;
}

export const configQuery = queryOptions({
  queryKey: ["config"],
  queryFn: async () => {
    const config = await api.config();
    return { ...config, actions: (config.actions ?? {}) as Record<string, Action> };
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export const demoPeopleQuery = queryOptions({
  queryKey: ["demo-people"],
  queryFn: () => api.demoPeople(),
  staleTime: Number.POSITIVE_INFINITY,
});

export const assetsQuery = queryOptions({
  queryKey: ["assets"],
  queryFn: async () => (await api.assets()).items,
  staleTime: 60_000,
});

/** An account and its balances, now or at a past moment; one that nobody has used yet has none. */
export const accountQuery = (account: string, at?: string) =>
  queryOptions({
    queryKey: ["account", account, at ?? "now"],
    queryFn: async ({ signal }): Promise<AccountView> => {
      try {
        return await api.account(account, { ...(at && { at }), signal });
      } catch (error) {
        if (error instanceof GroatError && error.status === 404) return { account, balances: [] };
        throw error;
      }
    },
    ...(at && { staleTime: 60_000, placeholderData: keepPreviousData }),
  });

/** Every balance under a prefix: a person's own and those of their sub-accounts. */
export const balancesQuery = (prefix: string) =>
  queryOptions({
    queryKey: ["balances", prefix],
    queryFn: async ({ signal }): Promise<BalanceView[]> => {
      const page = await api.accounts({ prefix }, { limit: 100, signal });
      return page.items.flatMap((item) =>
        item.balances.map((balance) => ({ ...balance, account: item.account })),
      );
    },
  });

export const entriesQuery = (account: string, asset: string) =>
  infiniteQueryOptions({
    queryKey: ["entries", account, asset],
    queryFn: ({ pageParam, signal }) =>
      api.entries(account, asset, { cursor: pageParam, limit: PAGE_SIZE, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
  });

export const transactionQuery = (id: string) =>
  queryOptions({ queryKey: ["transaction", id], queryFn: () => api.transaction(id) });

export const holdQuery = (id: string) =>
  queryOptions({ queryKey: ["hold", id], queryFn: () => api.heldAmount(id) });

export const usersQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["users", q],
    queryFn: ({ pageParam, signal }) =>
      api.users(q ? { q } : {}, { cursor: pageParam, limit: PAGE_SIZE, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });

/** One user, or null for an account without a person. The list is asked by name, for there is no route for one. */
export const userQuery = (user: string) =>
  queryOptions({
    queryKey: ["user", user],
    queryFn: async ({ signal }) => {
      const page = await api.users({ q: user }, { limit: 100, signal });
      return page.items.find((item) => item.user === user) ?? null;
    },
  });

export const auditQuery = (filter: { actor?: string; target?: string }) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) => api.audit(filter, { cursor: pageParam, limit: 2 * PAGE_SIZE, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });

export const apiKeysQuery = queryOptions({ queryKey: ["api-keys"], queryFn: () => apiKeys.list() });
