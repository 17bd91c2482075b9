/** What the pages of bulk runs read from the server and tell it. */
import {
  type DraftChange,
  type GroatError,
  type Page,
  type RunDraft,
  type RunReceipt,
  type RunRowView,
  type RunView,
  requestsTold,
} from "@groat/client";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { PAGE_SIZE } from "../../api/queries";
import { groat } from "../../groat";
import type { Audience } from "../../registry/program";
import { type RowWindow, WINDOW_ROWS } from "../../ui/window-table";

const { api } = groat;

/** The kind of requests, and whose they all are. */
export const KIND = "run";
export const OWNER = "house:runs";

/** DraftReading and checking 100,000 rows takes its time (ms). */
const READING_MS_MAX = 120_000;
/** A draft that somebody is changing is asked for again so often (ms). */
const CHANGING_MS = 500;

export const hasRuns = ({ kinds }: Audience) => kinds.has(KIND);

export type Mode = "add" | "set";
export type Duplicates = "ask" | "sum" | "first";
export type Short = "refuse" | "take_what_is_left" | "below_floor";
export type Show = "all" | "bad" | "duplicates" | "new" | "over_limit" | "unselected" | "selected";

/** What is the same whatever a draft is made of. */
export interface DraftTerms {
  asset: string;
  mode: Mode;
  reason: string;
}

/** The people of a selection: those whom all of it fits. */
export interface Selection {
  q?: string;
  role?: string;
}

const DRAFTS = "/v1/runs/drafts";
const draftPath = (id: string) => `${DRAFTS}/${encodeURIComponent(id)}`;
const runPath = (id: string) => `/v1/runs/${encodeURIComponent(id)}`;

/** Everything that is known of drafts and runs in this page. */
export const ALL = "runs";

export const draftsQuery = queryOptions({
  queryKey: [ALL, "drafts"],
  queryFn: ({ signal }) => api.request<Page<RunDraft>>(DRAFTS, { query: { limit: PAGE_SIZE }, signal }),
});

export const draftQuery = (id: string) =>
  queryOptions({
    queryKey: [ALL, "draft", id],
    queryFn: ({ signal }) => api.request<RunDraft>(draftPath(id), { signal }),
    // While somebody changes it, it is asked for again.
    refetchInterval: ({ state: { data } }) => (data?.ready === false ? CHANGING_MS : false),
  });

/** The rows of a draft or of a run, which the table asks for by windows. */
export const rowsKey = (of: "draft" | "run", id: string, show?: Show) => [
  ALL,
  "rows",
  of,
  id,
  ...(show ? [show] : []),
];

export function readRows(
  of: "draft" | "run",
  id: string,
  show: Show,
  from: number,
  signal: AbortSignal,
): Promise<RowWindow<RunRowView>> {
  const path = of === "draft" ? draftPath(id) : runPath(id);
  return api.request<RowWindow<RunRowView>>(`${path}/rows`, {
    query: { show, from, limit: WINDOW_ROWS },
    signal,
  });
}

export const runsQuery = (state: string) =>
  infiniteQueryOptions({
    queryKey: [ALL, "list", state],
    queryFn: ({ pageParam, signal }) =>
      api.request<Page<RunView>>("/v1/runs", {
        query: { state: state || undefined, cursor: pageParam, limit: PAGE_SIZE },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.cursor,
    placeholderData: keepPreviousData,
  });

/** Whether a run goes on by itself. */
export const isMoving = ({ state }: Pick<RunView, "state">) => state === "running";

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: [ALL, "run", id],
    queryFn: ({ signal }) => api.request<RunView>(runPath(id), { signal }),
  });

export const receiptsKey = (id: string) => [ALL, "receipts", id];

export const readReceipts = (id: string, from: number, signal: AbortSignal) =>
  api.request<RowWindow<RunReceipt>>(`${runPath(id)}/receipts`, {
    query: { from, limit: WINDOW_ROWS },
    signal,
  });

/** Reads a file and checks its rows. Throws GroatError: what it asks is a question to answer by `choices`. */
export function draftOfFile(
  file: File,
  terms: DraftTerms,
  choices: Readonly<Record<string, string | undefined>>,
): Promise<RunDraft> {
  const body = new FormData();
  body.set("file", file, file.name);
  for (const [name, value] of Object.entries({ ...terms, name: file.name, ...choices })) {
    if (value !== undefined) body.set(name, value);
  }
  return api.request<RunDraft>(DRAFTS, { method: "POST", body, timeout_ms: READING_MS_MAX });
}

export const draftOfSelection = (
  selection: Selection,
  amount: string,
  name: string,
  terms: DraftTerms,
): Promise<RunDraft> =>
  api.request<RunDraft>(DRAFTS, {
    method: "POST",
    body: { selection, amount, name, ...terms },
    timeout_ms: READING_MS_MAX,
  });

export const changeDraft = (id: string, change: DraftChange): Promise<RunDraft> =>
  api.request<RunDraft>(draftPath(id), { method: "PATCH", body: change, timeout_ms: READING_MS_MAX });

export const discardDraft = (id: string): Promise<void> =>
  api.request<void>(draftPath(id), { method: "DELETE" });

/** Makes a draft that takes back rows of a run: those of `numbers`, or all. */
export const undoRun = (id: string, reason: string, numbers?: readonly number[]): Promise<RunDraft> =>
  api.request<RunDraft>(`${runPath(id)}/undo`, {
    method: "POST",
    body: { reason, ...(numbers && { numbers }) },
    timeout_ms: READING_MS_MAX,
  });

/** Files as CSV. Throw GroatError. */
export const csvOf = {
  badRows: (draft: string) => api.requestFile(`${draftPath(draft)}/rows.csv`, { query: { show: "bad" } }),
  rows: (run: string) => api.requestFile(`${runPath(run)}/rows.csv`),
  receipts: (run: string) => api.requestFile(`${runPath(run)}/receipts.csv`),
};

/** Calls back when a run was filed, decided or changed its state, by whomever. */
export function onRunsTold(listener: () => void): () => void {
  return groat.onChange((change) => {
    if (change.type !== "event") return;
    const { items, more } = requestsTold(change.event);
    if (more || items.some(({ kind }) => kind === KIND)) listener();
  });
}

/** Whether an error says that there is no such thing (any more). */
export const isMissing = (error: GroatError | null) => error?.status === 404;
