/** The reads and writes of the pages of orders. */
import type { PackageList, PackageView, RequestView } from "@groat/client";
import { queryOptions } from "@tanstack/react-query";
import { groat } from "../../../groat";
import type { Audience } from "../../../registry/program";

export const KIND = "credit_order";

/** Whether the server sells credits. */
export const hasOrders = ({ kinds }: Audience) =>
  "package" in ((kinds.get(KIND)?.schema.properties ?? {}) as object);

/** The packages that are sold, or for staff all of them. */
export const packagesQuery = (all: boolean) =>
  queryOptions({
    queryKey: ["credit-packages", all],
    queryFn: async ({ signal }) => {
      const query = all ? { all: "true" } : {};
      return (await groat.api.request<PackageList>("/v1/credits/packages", { query, signal })).items;
    },
    refetchInterval: 60_000,
  });

/** Makes or changes a package. */
export const putPackage = (id: string, input: Record<string, unknown>) =>
  groat.write(["package", id, input], (key, api) =>
    api.request<PackageView>(`/v1/credits/packages/${encodeURIComponent(id)}`, {
      method: "PUT",
      body: input,
      key,
    }),
  );

/** The data of an order. */
export interface Order {
  package: string;
  name: string;
  price: string;
  currency: string;
  amount: string;
  asset: string;
  cause: string;
  lasts_s: number | null;
  fulfilled_by: string;
  payment: string;
  refunded: string;
  kept: string;
  repay: string;
}

export const orderOf = (request: RequestView) => request.data as unknown as Order;

/** Says what a transition would do: the order as it would be, or the refusal, as GroatError. */
export const tryOut = (request: RequestView, transition: string, input: Record<string, unknown>) =>
  groat.api.request<RequestView>(`/v1/requests/${KIND}/${request.id}/${transition}`, {
    method: "POST",
    query: { dry_run: "true" },
    body: input,
    key: crypto.randomUUID(),
  });

const DAY_S = 86_400;

/** Whole days of some seconds; null for none. */
export const daysOf = (seconds: number | null) => (seconds === null ? null : Math.round(seconds / DAY_S));
export const secondsOf = (days: number) => days * DAY_S;
