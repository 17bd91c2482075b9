import type { KindView, RequestFilter } from "@groat/client";
import { infiniteQueryOptions, keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { groat } from "../groat";
import { PAGE_SIZE } from "./queries";

const { api } = groat;

/** The interval at which the page asks who else is looking. */
export const LOOK_MS = 5_000;

/** The kinds of requests that this server's programs declare. */
export const kindsQuery = queryOptions({
  queryKey: ["kinds"],
  queryFn: async () => (await api.kinds()).items,
  staleTime: 300_000,
});

/** A kind by its name; undefined until it is known, and where there is none. */
export function useKind(name: string): KindView | undefined {
  return useQuery(kindsQuery).data?.find((kind) => kind.name === name);
}

/** A list with `waits` comes with the counts for the inbox. */
export const requestsQuery = (filter: RequestFilter) =>
  infiniteQueryOptions({
    queryKey: ["requests", filter],
    queryFn: ({ pageParam, signal }) => api.requests(filter, { cursor: pageParam, limit: PAGE_SIZE, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });

/** One request with the newest steps of its history. */
export const requestQuery = (kind: string, id: string) =>
  queryOptions({
    queryKey: ["request", id],
    queryFn: ({ signal }) => api.findRequest(kind, id, { signal }),
  });

/** The whole history of a request, the newest step first: nothing before somebody asks for it, then kept right. */
export const historyQuery = (kind: string, id: string) =>
  infiniteQueryOptions({
    queryKey: ["request", id, "history", kind],
    queryFn: ({ pageParam, signal }) =>
      // The first page holds what came with the request, and as much again.
      api.requestHistory(kind, id, { cursor: pageParam, limit: 4 * PAGE_SIZE, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    enabled: ({ state }) => state.data !== undefined,
  });

/** Counts the requests of each kind that wait for a decision (staff). */
export const waitingQuery = queryOptions({
  queryKey: ["waiting"],
  queryFn: async ({ signal }) => (await api.requests({ waits: true }, { limit: 1, signal })).waiting ?? {},
});

/** Lists who looks at which request (staff). */
export const looksQuery = queryOptions({
  queryKey: ["looks"],
  queryFn: async () => new Map((await api.looks()).items.map(({ request, viewers }) => [request, viewers])),
  refetchInterval: LOOK_MS,
  staleTime: LOOK_MS,
});
