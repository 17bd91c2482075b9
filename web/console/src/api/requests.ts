import type { KindView } from "@groat/client";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { groat } from "../groat";
import { told } from "../registry/told";

const { api } = groat;

/** The interval at which the page asks who else is looking. */
export const PRESENCE_MS = 5_000;

/** The kinds of requests that this server's programs declare, in the language of the page. */
export const kindsQuery = queryOptions({
  queryKey: ["kinds"],
  queryFn: async () => (await groat.requests.kinds()).map(told),
  staleTime: 300_000,
});

/** A kind by its name; undefined until it is known, and where there is none. */
export function useKind(name: string): KindView | undefined {
  return useQuery(kindsQuery).data?.find((kind) => kind.name === name);
}

/** Whether requests of a kind can be a person's, and not the house's alone. */
export const areOfPeople = ({ owners }: KindView): boolean =>
  owners.some((owner) => owner.startsWith("user:"));

/** Lists the present viewers of each request (staff). */
export const presenceQuery = queryOptions({
  queryKey: ["presence"],
  queryFn: async () => new Map((await api.looks()).items.map(({ request, viewers }) => [request, viewers])),
  refetchInterval: PRESENCE_MS,
  staleTime: PRESENCE_MS,
});
