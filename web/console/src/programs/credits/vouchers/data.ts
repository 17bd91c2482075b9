/** The reads and writes of the pages of vouchers. */
import type {
  CampaignChange,
  CampaignChart,
  CampaignInput,
  CampaignPage,
  CampaignView,
  CodePage,
  MadeCodes,
  PrintedCodes,
  RedeemedView,
  RedemptionPage,
  VoucherNews,
  VoucherPreview,
} from "@groat/client";
import { infiniteQueryOptions, keepPreviousData, queryOptions, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { PAGE_SIZE } from "../../../api/queries";
import { groat } from "../../../groat";

const { api } = groat;
const BASE = "/v1/vouchers";

/** News are acted on at most so often: a campaign may be redeemed thousands of times a second. */
const NEWS_MS = 1_000;

const paged = <Page extends { cursor: string | null }>(
  key: readonly unknown[],
  path: string,
  query: Record<string, string> = {},
) =>
  infiniteQueryOptions({
    queryKey: ["vouchers", ...key, query],
    queryFn: ({ pageParam, signal }) =>
      api.request<Page>(path, {
        query: { ...query, limit: PAGE_SIZE, ...(pageParam !== null && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });

export const campaignsQuery = paged<CampaignPage>(["campaigns"], `${BASE}/campaigns`);

export const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ["vouchers", "campaign", id],
    queryFn: ({ signal }) => api.request<CampaignView>(`${BASE}/campaigns/${id}`, { signal }),
  });

export const chartQuery = (id: string, days: number) =>
  queryOptions({
    queryKey: ["vouchers", "campaign", id, "chart", days],
    queryFn: ({ signal }) =>
      api.request<CampaignChart>(`${BASE}/campaigns/${id}/chart`, { query: { days }, signal }),
    placeholderData: keepPreviousData,
  });

export const codesQuery = (id: string, state: string) =>
  paged<CodePage>(["campaign", id, "codes"], `${BASE}/campaigns/${id}/codes`, state ? { state } : {});

export const redemptionsQuery = (of: { campaign?: string; user?: string }) =>
  paged<RedemptionPage>(["redemptions"], `${BASE}/redemptions`, of);

export const printQuery = (id: string) =>
  paged<PrintedCodes>(["campaign", id, "print"], `${BASE}/campaigns/${id}/print`, { state: "unused" });

export const printSharedQuery = (id: string) =>
  queryOptions({
    queryKey: ["vouchers", "campaign", id, "qr"],
    queryFn: ({ signal }) => api.request<PrintedCodes>(`${BASE}/campaigns/${id}/print`, { signal }),
  });

export const exportCodes = (id: string) => api.request<string>(`${BASE}/campaigns/${id}/codes/export`);

export const previewCode = (code: string) =>
  api.request<VoucherPreview>(`${BASE}/preview`, { method: "POST", body: { code } });

export const redeemCode = (code: string, key: string) =>
  api.request<RedeemedView>(`${BASE}/redeem`, { method: "POST", body: { code }, key });

export const beginCampaign = (body: CampaignInput, key: string) =>
  api.request<CampaignView>(`${BASE}/campaigns`, { method: "POST", body, key });

export const changeCampaign = (id: string, body: CampaignChange, key: string) =>
  api.request<CampaignView>(`${BASE}/campaigns/${id}`, { method: "PUT", body, key });

export const makeCodes = (id: string, count: number, key: string) =>
  api.request<MadeCodes>(`${BASE}/campaigns/${id}/codes`, { method: "POST", body: { count }, key });

export const voidCode = (id: string, number: number, reason: string, key: string) =>
  api.request<CampaignView>(`${BASE}/campaigns/${id}/codes/${number}/void`, {
    method: "POST",
    body: { reason },
    key,
  });

export const undoRedemption = (id: string, reason: string, key: string) =>
  api.request<RedeemedView>(`${BASE}/redemptions/${id}/undo`, { method: "POST", body: { reason }, key });

/** The rules of a campaign as a change sends them back. */
export function rulesOf(campaign: CampaignView): CampaignChange {
  const { name, note, amount, starts_at, ends_at, uses_max, uses_each, budget, first_purchase } = campaign;
  const { grant: terms, active, version } = campaign;
  const grant = terms && {
    class: terms.class,
    priority: terms.priority,
    note: terms.note,
    ...(terms.expires_at !== null && { expires_at: terms.expires_at }),
    ...(terms.lasts_s !== null && { lasts_s: terms.lasts_s }),
  };
  return {
    name,
    note,
    amount,
    grant,
    starts_at,
    ends_at,
    uses_max,
    uses_each,
    budget,
    first_purchase,
    active,
    version,
  };
}

/** Reads vouchers again when the server tells of changes: of any, or of one `campaign`. */
export function useVoucherNews(campaign?: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let again = false;
    const refresh = () => {
      again = false;
      void queries.invalidateQueries({ queryKey: ["vouchers"] });
      timer = setTimeout(() => {
        timer = undefined;
        if (again) refresh();
      }, NEWS_MS);
    };
    const end = groat.onChange((change) => {
      if (change.type !== "event") return;
      const { type, data } = change.event;
      const concerns =
        type === "voucher_updated" ||
        (type === "vouchers_updated" && tells(data as VoucherNews | undefined, campaign));
      if (!concerns) return;
      if (timer === undefined) refresh();
      else again = true;
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [queries, campaign]);
}

function tells(news: VoucherNews | undefined, campaign: string | undefined): boolean {
  if (campaign === undefined || news === undefined || news.more > 0) return true;
  return news.items.some((line) => line.campaign === campaign);
}
