import { type AccountView, GroatError, type UserView } from "@groat/client";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { groat } from "../groat";
import { apiKeys } from "./api-keys";

/** A list shows so many items at first, and so many more with each further page. */
export const PAGE_SIZE = 25;

const { api } = groat;

/** An action for a person's own money, declared on the server. */
export interface Action {
  /** None named: any. */
  assets: string[];
  /** Most at once. */
  max: string | null;
  /** It names another person. */
  takes_to: boolean;
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

export const transactionQuery = (id: string) =>
  queryOptions({ queryKey: ["transaction", id], queryFn: () => api.transaction(id) });

/** A hold; asked again when the amount held of its account changes. */
export const holdQuery = (id: string, held: string) =>
  queryOptions({ queryKey: ["hold", id, held], queryFn: () => api.heldAmount(id) });

export const usersQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["users", q],
    queryFn: ({ pageParam, signal }) =>
      api.users(q ? { q } : {}, { cursor: pageParam, limit: PAGE_SIZE, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });

/** One user, with all balances. */
export const userQuery = (user: string) =>
  queryOptions({
    queryKey: ["user", user],
    queryFn: ({ signal }) => api.request<UserView>(`/v1/users/${encodeURIComponent(user)}`, { signal }),
  });

export const auditQuery = (filter: { actor?: string; target?: string }) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      api.audit(filter, { cursor: pageParam, limit: 2 * PAGE_SIZE, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });

export const apiKeysQuery = queryOptions({ queryKey: ["api-keys"], queryFn: () => apiKeys.list() });
