/** What the pages of credits read from the server. */
import type { BudgetView, GrantView, GroupInput, GroupPreview, GroupView, UpdateFilter } from "@groat/client";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { PAGE_SIZE } from "../../api/queries";
import { groat } from "../../groat";
import type { Audience } from "../../registry/program";

const { api } = groat;

/** Whether the server has the program of credits. */
export const hasCredits = ({ kinds }: Audience) => kinds.has("recurring_grant");

export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The grants of an account that have ended, the newest first. */
export const endedQuery = (account: string, asset: string, version: number) =>
  infiniteQueryOptions({
    queryKey: ["grants", account, asset, "ended", version],
    queryFn: ({ pageParam, signal }) =>
      api.grants(account, { asset, state: "ended" }, { cursor: pageParam, limit: PAGE_SIZE, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });

export const forecastQuery = (account: string, asset: string, days: number, version: number) =>
  queryOptions({
    queryKey: ["grants", account, asset, "forecast", days, version],
    queryFn: () => api.forecast(account, asset, { days, zone: ZONE }),
    placeholderData: keepPreviousData,
  });

export const grantQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["grant", id, version],
    queryFn: ({ signal }) => api.grant(id, { signal }),
    placeholderData: keepPreviousData,
  });

export const movesQuery = (id: string, version: number) =>
  infiniteQueryOptions({
    queryKey: ["grant", id, "moves", version],
    queryFn: ({ pageParam, signal }) => api.grantMoves(id, { cursor: pageParam, limit: PAGE_SIZE, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });

export type ReportName = "liability" | "expiring" | "breakage" | "spent";

/** A report as the server tells it. */
export const reportQuery = <Report>(name: ReportName, asset: string) =>
  queryOptions({
    queryKey: ["credits", name, asset],
    queryFn: ({ signal }) => api.request<Report>(`/v1/credits/${name}`, { query: { asset }, signal }),
  });

/** Takes back what is free of a grant, or `amount` of it. */
export const voidGrant = (
  grant: GrantView,
  input: { reason: string; amount?: string },
  key: string,
): Promise<unknown> => api.request(`/v1/grants/${grant.id}/void`, { method: "POST", body: input, key });

/** Says who of a group would get a grant. Nothing is written. */
export const previewGroup = (input: GroupInput): Promise<GroupPreview> =>
  api.request<GroupPreview>("/v1/grants/group/preview", { method: "POST", body: input });

export const grantToGroup = (input: GroupInput, key: string): Promise<GroupView> =>
  api.request<GroupView>("/v1/grants/group", { method: "POST", body: input, key });

/** The names of the filters of updates, in the address. */
const FILTERS = ["user", "actor", "reason", "from", "to"] as const;

/** The filter that the search part of an address names. */
export const filterOf = (given: Record<string, unknown>): UpdateFilter =>
  Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = given[name];
      // A number in an address is read as one.
      const text = typeof value === "number" ? String(value) : value;
      return typeof text === "string" && text ? [[name, text]] : [];
    }),
  );

/** Updates of people's credits, the newest first. Days of the filter are the reader's own. */
export const updatesQuery = (filter: UpdateFilter) =>
  infiniteQueryOptions({
    queryKey: ["account", "updates", filter],
    queryFn: ({ pageParam, signal }) =>
      api.creditUpdates(moments(filter), { cursor: pageParam, limit: 2 * PAGE_SIZE, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });

export const devicesQuery = (transaction: string, user: string) =>
  queryOptions({
    queryKey: ["account", "devices", transaction, user],
    queryFn: async ({ signal }) => (await api.updateDevices(transaction, user, { signal })).items,
    refetchInterval: 2_000,
  });

/** Days become moments: from the beginning of the first to the end of the last. */
function moments({ from, to, ...rest }: UpdateFilter): UpdateFilter {
  const begins = (day: string, later = 0) => {
    const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
    const moment = new Date(year, month - 1, date + later);
    return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
  };
  const first = from && begins(from);
  const end = to && begins(to, 1);
  return { ...rest, ...(first && { from: first }), ...(end && { to: end }) };
}

/** A budget to set. */
export interface NewBudget {
  account: string;
  asset: string;
  limit: string;
  window: "hour" | "day" | "month";
  rolling: boolean;
  zone: string;
  of?: string;
}

export const setBudget = (input: NewBudget, key: string): Promise<BudgetView> =>
  api.request<BudgetView>("/v1/budgets", { method: "POST", body: input, key });

/** Raises or lowers a budget, stops it or resumes it. */
export const changeBudget = (
  id: string,
  input: { limit?: string; stopped?: boolean },
  key: string,
): Promise<BudgetView> => api.request<BudgetView>(`/v1/budgets/${id}`, { method: "PATCH", body: input, key });

export const removeBudget = (id: string, key: string): Promise<BudgetView> =>
  api.request<BudgetView>(`/v1/budgets/${id}/remove`, { method: "POST", body: {}, key });
