import type { Page, RequestView, StepView, TransactionView } from "@groat/client";
import { GroatProvider } from "@groat/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { groat } from "../src/groat";
import { Timeline } from "../src/requests/timeline";
import { AT, kindView, requestView, stateView } from "./help";

const KIND = kindView({
  name: "card",
  states: [stateView("active", { title: "Active", open: true, tone: "good" })],
});

const step = (version: number): StepView => ({
  version,
  transition: `step${version}`,
  from: "active",
  to: "active",
  by: "system:workflow",
  at: AT,
  reason: "",
  input: {},
  transaction: `t${version}`,
});

/** The request as it is read when it has this many steps, of which three come with it. */
const request = (version: number): RequestView =>
  requestView({
    id: `c${testNumber}`,
    kind: "card",
    state: "active",
    version,
    waits: false,
    history: upTo(version, 3).toReversed(),
    history_more: version > 3,
  });

const upTo = (newest: number, count: number): StepView[] =>
  Array.from({ length: Math.min(count, newest) }, (_, index) => step(newest - index));

let newest = 0;
/** Each test has a request of its own: what was read of one stays known. */
let testNumber = 0;
const asked: (string | null)[] = [];
const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });

beforeEach(() => {
  asked.length = 0;
  const state = groat.getState();
  testNumber += 1;
  vi.spyOn(groat, "getState").mockReturnValue({ ...state, phase: "ready" });
  vi.spyOn(groat, "start").mockImplementation(() => undefined);
  vi.spyOn(groat.api, "requestHistory").mockImplementation(async (_kind, _id, { cursor } = {}) => {
    asked.push(cursor ?? null);
    const from = cursor ? Number(cursor) - 1 : newest;
    const items = upTo(from, 4);
    return { items, cursor: from > 4 ? String(from - 3) : null } satisfies Page<StepView>;
  });
});

afterEach(() => {
  cleanup();
  queries.clear();
  vi.restoreAllMocks();
});

const timeline = () => (
  <GroatProvider client={groat}>
    <QueryClientProvider client={queries}>
      <Timeline kind={KIND} request={request(newest)} />
    </QueryClientProvider>
  </GroatProvider>
);
const shown = () => screen.getAllByTestId("step").map(({ dataset }) => Number(dataset.step?.slice(4)));
const earlier = () => screen.queryByRole("button", { name: "Show earlier" });
const down = (from: number, to = 1) => Array.from({ length: from - to + 1 }, (_, index) => from - index);

test("a short history is there as a whole, and nothing more is asked for", () => {
  newest = 3;
  render(timeline());
  expect(shown()).toEqual([3, 2, 1]);
  expect(earlier()).toBeNull();
  expect(asked).toEqual([]);
});

test("earlier steps come when they are asked for, each once", async () => {
  newest = 7;
  render(timeline());
  expect(shown()).toEqual([7, 6, 5]);
  expect(asked).toEqual([]);
  await userEvent.click(earlier() as HTMLElement);
  await waitFor(() => expect(shown()).toEqual([7, 6, 5, 4]));
  await userEvent.click(earlier() as HTMLElement);
  await waitFor(() => expect(shown()).toEqual(down(7)));
  expect(earlier()).toBeNull();
  expect(asked).toEqual([null, "4"]);
});

test("what happens meanwhile leaves no gap", async () => {
  newest = 7;
  const { rerender } = render(timeline());
  await userEvent.click(earlier() as HTMLElement);
  await waitFor(() => expect(shown()).toEqual([7, 6, 5, 4]));
  newest = 12;
  rerender(timeline());
  groat.requests.refresh();
  await waitFor(() => expect(shown()).toEqual([12, 11, 10, 9]));
  await userEvent.click(earlier() as HTMLElement);
  await waitFor(() => expect(shown()).toEqual(down(12, 5)));
});

test("what a step moved is there to see", async () => {
  newest = 1;
  const postings = [{ source: "user:42", destination: "bank:cards", amount: "1.50", asset: "USD" }];
  const transaction = {
    kind: "card.step1",
    reason: "",
    at: AT,
    postings,
    actor: "",
    hold: null,
    reverses: null,
  };
  vi.spyOn(groat.api, "transaction").mockResolvedValue(transaction as unknown as TransactionView);
  render(timeline());
  await userEvent.click(screen.getByRole("button", { name: "Transaction of Active" }));
  expect((await screen.findByRole("listitem")).textContent).toBe("user:42 → bank:cards1.50USD");
});
