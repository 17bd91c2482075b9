/** The reads and writes of the page of automatic top-ups and alerts. */
import type { AlertList, AlertView, PackageList, RequestView } from "@groat/client";
import { queryOptions } from "@tanstack/react-query";
import { groat } from "../../../groat";
import type { Audience } from "../../../registry/program";
import { useAnswer } from "../../../shared/answer";

export const KIND = "auto_top_up";

/** Whether the server tops credits up. */
export const hasTopUps = ({ kinds }: Audience) =>
  "cooldown_min" in ((kinds.get(KIND)?.schema.properties ?? {}) as object);

/** The terms of a rule, as they are filed. */
export interface Terms {
  asset: string;
  below: string;
  package: string;
  currency: string;
  cooldown_min: number;
  month_orders: number;
  month_amount: string;
  zone: string;
  failures_max: number;
}

/** The data of a rule: its terms, and how it stands. */
export interface Rule extends Terms {
  order: string;
  price: string;
  last: string;
  last_state: string;
  last_at: string;
  month: string;
  orders: number;
  spent: string;
  failures: number;
  then: string;
}

export const ruleOf = (request: RequestView) => request.data as unknown as Rule;

/** The packages that are sold. */
export const soldQuery = queryOptions({
  queryKey: ["credit-packages", "sold"],
  queryFn: async ({ signal }) =>
    (await groat.api.request<PackageList>("/v1/credits/packages", { signal })).items.filter(
      ({ sold }) => sold,
    ),
});

/** The alerts of an account; one's own are live. */
export const useAlerts = (account: string) =>
  useAnswer<AlertList>(`/v1/accounts/${account}/alerts`, {
    renew: (change) => change.type === "event" && change.event.type === "credit_alert_updated",
  });

/** Sets the alert of an account, null for none. */
export const setAlert = (account: string, asset: string, below: string | null) =>
  groat.write(["alert", account, asset, below], (key, api) =>
    api.request<AlertView>(`/v1/accounts/${account}/alerts/${asset}`, {
      method: "PUT",
      body: { below },
      key,
    }),
  );
