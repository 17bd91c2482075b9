import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call, callPublic, segment } from "./http";
import { Problem } from "./problem";
import type {
  Account,
  ApiKey,
  Asset,
  AuditEntry,
  Balance,
  Config,
  DemoPerson,
  Entry,
  Hold,
  Page,
  Transaction,
  User,
} from "./types";

/** What is on screen of a list at first, and what each further page adds. */
export const PAGE_SIZE = 25;

export const configQuery = queryOptions({
  queryKey: ["config"],
  queryFn: ({ signal }) => callPublic<Config>("/config", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const demoPeopleQuery = queryOptions({
  queryKey: ["demo-people"],
  queryFn: ({ signal }) => callPublic<DemoPerson[]>("/demo/people", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const assetsQuery = queryOptions({
  queryKey: ["assets"],
  queryFn: async ({ signal }) => {
    const answer = await call<Asset[] | { items: Asset[] }>("/assets", { signal });
    return Array.isArray(answer) ? answer : answer.items;
  },
  staleTime: 60_000,
});

/** An account and its balances, now or at a past moment; one that nobody has used yet has none. */
export const accountQuery = (account: string, at?: string) =>
  queryOptions({
    queryKey: ["account", account, at ?? "now"],
    queryFn: async ({ signal }): Promise<Account> => {
      try {
        return await call<Account>(`/accounts/${segment(account)}`, { query: { at }, signal });
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return { account, balances: [] };
        throw error;
      }
    },
    ...(at ? { staleTime: 60_000, placeholderData: keepPreviousData } : {}),
  });

/** Every account under a prefix: a person and their sub-accounts. */
export const accountsQuery = (prefix: string) =>
  queryOptions({
    queryKey: ["accounts", prefix],
    queryFn: async ({ signal }): Promise<Balance[]> => {
      const page = await call<Page<Account>>("/accounts", { query: { prefix, limit: 100 }, signal });
      return page.items.flatMap((item) =>
        item.balances.map((balance) => ({ ...balance, account: item.account })),
      );
    },
  });

export const entriesQuery = (account: string, asset: string) =>
  infiniteQueryOptions({
    queryKey: ["entries", account, asset],
    queryFn: ({ pageParam, signal }) =>
      call<Page<Entry>>(`/accounts/${segment(account)}/entries`, {
        query: { asset, cursor: pageParam, limit: PAGE_SIZE },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor || undefined,
  });

export const transactionQuery = (id: string) =>
  queryOptions({
    queryKey: ["transaction", id],
    queryFn: ({ signal }) => call<Transaction>(`/transactions/${segment(id)}`, { signal }),
  });

export const holdQuery = (id: string) =>
  queryOptions({
    queryKey: ["hold", id],
    queryFn: ({ signal }) => call<Hold>(`/holds/${segment(id)}`, { signal }),
  });

export const usersQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["users", q],
    queryFn: ({ pageParam, signal }) =>
      call<Page<User>>("/users", { query: { q, cursor: pageParam, limit: PAGE_SIZE }, signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor || undefined,
    placeholderData: keepPreviousData,
  });

/** One user. The list is asked by the exact name, for there is no route for one. */
export const userQuery = (user: string) =>
  queryOptions({
    queryKey: ["user", user],
    queryFn: async ({ signal }): Promise<User | null> => {
      const page = await call<Page<User>>("/users", { query: { q: user, limit: PAGE_SIZE }, signal });
      return page.items.find((item) => item.user === user) ?? null;
    },
  });

export const auditQuery = (filter: { actor: string; target: string }) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      call<Page<AuditEntry>>("/audit", {
        query: { ...filter, cursor: pageParam, limit: 2 * PAGE_SIZE },
        signal,
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor || undefined,
    placeholderData: keepPreviousData,
  });

export const apiKeysQuery = queryOptions({
  queryKey: ["api-keys"],
  queryFn: async ({ signal }) => {
    const answer = await call<ApiKey[] | { items: ApiKey[] }>("/api-keys", { signal });
    return Array.isArray(answer) ? answer : answer.items;
  },
});
