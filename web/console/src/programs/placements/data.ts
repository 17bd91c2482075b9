/** The reads and writes of the pages of placements. */
import type {
  CandidateDashboard,
  CandidatePage,
  CandidateView,
  CreditsGiven,
  CreditsInput,
  FileCandidatePage,
  PlacementActPage,
  PlacementChange,
  PlacementFilePage,
  PlacementFileView,
  PlacementInput,
  PlacementMemberPage,
  PlacementNews,
  PlacementPage,
  PlacementView,
  ProcessInput,
  RunDraft,
  RunRowPage,
} from "@groat/client";
import { requestsTold } from "@groat/client";
import { infiniteQueryOptions, keepPreviousData, queryOptions, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { PAGE_SIZE } from "../../api/queries";
import { groat } from "../../groat";

const { api } = groat;

/** Reading and checking a large file takes its time (ms). */
const CHECKING_MS_MAX = 120_000;
/** News that come within this time are read together (ms). */
const TOGETHER_MS = 150;
/** All pages that watch one change ask at moments of their own within this time (ms). */
const SPREAD_MS = 250;

/** Everything that is known of placements in this page. */
const ALL = "placements";

const placementPath = (id: string) => `/v1/placements/${encodeURIComponent(id)}`;

const paged = <Page extends { cursor: string | null }>(
  key: readonly unknown[],
  path: string,
  query: Record<string, string | number | boolean | undefined> = {},
) =>
  infiniteQueryOptions({
    queryKey: [ALL, ...key, query],
    queryFn: ({ pageParam, signal }) =>
      api.request<Page>(path, {
        query: { ...query, limit: PAGE_SIZE, ...(pageParam !== null && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });

export const placementsQuery = (archived: boolean) =>
  paged<PlacementPage>(["list"], "/v1/placements", { archived });

export const placementQuery = (id: string) =>
  queryOptions({
    queryKey: [ALL, "one", id],
    queryFn: ({ signal }) => api.request<PlacementView>(placementPath(id), { signal }),
  });

export const filesQuery = (id: string) =>
  paged<PlacementFilePage>(["files", id], `${placementPath(id)}/files`);

export const actsQuery = (id: string) => paged<PlacementActPage>(["acts", id], `${placementPath(id)}/acts`);

export const membersQuery = (id: string, q: string) =>
  paged<PlacementMemberPage>(["members", id], `${placementPath(id)}/candidates`, { q: q || undefined });

export const fileCandidatesQuery = (id: string, file: string) =>
  paged<FileCandidatePage>(
    ["file-candidates", id, file],
    `${placementPath(id)}/files/${encodeURIComponent(file)}/candidates`,
  );

export const candidatesQuery = (q: string, which: string) =>
  paged<CandidatePage>(["candidates"], "/v1/candidates", { q: q || undefined, which: which || undefined });

export const candidateQuery = (user: string) =>
  queryOptions({
    queryKey: [ALL, "candidate", user],
    queryFn: ({ signal }) =>
      api.request<CandidateView>(`/v1/candidates/${encodeURIComponent(user)}`, { signal }),
  });

export const dashboardQuery = (user: string) =>
  queryOptions({
    queryKey: [ALL, "dashboard", user],
    queryFn: ({ signal }) =>
      api.request<CandidateDashboard>(`/v1/candidates/${encodeURIComponent(user)}/dashboard`, { signal }),
    placeholderData: keepPreviousData,
  });

export const createPlacement = (body: PlacementInput, key: string) =>
  api.request<PlacementView>("/v1/placements", { method: "POST", body, key });

export const changePlacement = (id: string, body: PlacementChange, key: string) =>
  api.request<PlacementView>(placementPath(id), { method: "PATCH", body, key });

/** Reads a file and checks its rows; nothing is given. Throws GroatError, also for a file that leaves a question open. */
export function readFile(file: File, asset: string): Promise<RunDraft> {
  const body = new FormData();
  body.set("file", file, file.name);
  body.set("asset", asset);
  body.set("name", file.name);
  return api.request<RunDraft>("/v1/runs/drafts", { method: "POST", body, timeout_ms: CHECKING_MS_MAX });
}

export const attachFile = (id: string, draft: string, key: string) =>
  api.request<PlacementFileView>(`${placementPath(id)}/files`, { method: "POST", body: { draft }, key });

/** Where the operations that give credits are: of a file, of all files, or of everybody. */
export type Reach = { act: "file"; file: string } | { act: "files" } | { act: "placement" };

const creditsPath = (id: string, reach: Reach) =>
  reach.act === "file"
    ? `${placementPath(id)}/files/${encodeURIComponent(reach.file)}/credits`
    : `${placementPath(id)}/${reach.act === "files" ? "files/credits" : "credits"}`;

export const giveCredits = (id: string, reach: Reach, body: CreditsInput, key: string) =>
  api.request<CreditsGiven>(creditsPath(id, reach), {
    method: "POST",
    body,
    key,
    timeout_ms: CHECKING_MS_MAX,
  });

export const processFile = (id: string, file: string, body: ProcessInput, key: string) =>
  api.request<CreditsGiven>(`${placementPath(id)}/files/${encodeURIComponent(file)}/process`, {
    method: "POST",
    body,
    key,
    timeout_ms: CHECKING_MS_MAX,
  });

/** The rows of a draft: who would get what. */
export const draftRowsQuery = (draft: string) =>
  infiniteQueryOptions({
    queryKey: [ALL, "rows", draft],
    queryFn: ({ pageParam, signal }) =>
      api.request<RunRowPage>(`/v1/runs/drafts/${draft}/rows`, {
        query: { from: pageParam, limit: 100 },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: ({ from, items, total }) =>
      from + items.length < total && items.length > 0 ? from + items.length : null,
  });

export const discardDraft = (draft: string) =>
  api.request<void>(`/v1/runs/drafts/${draft}`, { method: "DELETE" });

/** Calls back soon, however often it is told meanwhile. */
function soon(act: () => void, wait: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    tell() {
      timer ??= setTimeout(() => {
        timer = undefined;
        act();
      }, wait);
    },
    end: () => clearTimeout(timer),
  };
}

/** Reads placements again when the server tells staff of changes: of any, or of one. Runs that go on change what people have. */
export function usePlacementNews(placement?: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    const again = soon(() => void queries.invalidateQueries({ queryKey: [ALL] }), TOGETHER_MS);
    const end = groat.onChange((change) => {
      if (change.type !== "event") return;
      const { type, data } = change.event;
      if (type === "placements_updated" && tells(data as PlacementNews | undefined, placement)) again.tell();
      const { items, more } = requestsTold(change.event);
      if (more || items.some(({ kind }) => kind === "run")) again.tell();
    });
    return () => {
      end();
      again.end();
    };
  }, [queries, placement]);
}

function tells(news: PlacementNews | undefined, placement: string | undefined): boolean {
  if (placement === undefined || news === undefined || news.more > 0) return true;
  return news.items.some((line) => line.placement === placement);
}

/** Reads a candidate's dashboard again whenever something happened to them, also while the reader was away. */
export function useDashboardNews(user: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    const again = soon(
      () => void queries.invalidateQueries({ queryKey: [ALL, "dashboard", user] }),
      Math.random() * SPREAD_MS,
    );
    const end = groat.onChange((change) => {
      if (groat.getState().paused) return;
      if (change.type !== "event" || change.event.stream === `user:${user}`) again.tell();
    });
    // What happened while nothing was heard has no event here.
    const following = groat.subscribe(
      ({ status, paused }) => status.state === "live" && !paused,
      (follows) => follows && again.tell(),
    );
    return () => {
      end();
      following();
      again.end();
    };
  }, [queries, user]);
}
