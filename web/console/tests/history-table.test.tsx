import { GroatProvider, type HistoryRow, type UseHistory } from "@groat/react";
import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { groat } from "../src/groat";
import { HistoryCard } from "../src/parts/history-table";

let see: (inView: boolean) => void = () => undefined;

beforeEach(() => {
  vi.spyOn(groat, "start").mockImplementation(() => undefined);
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      constructor(listener: (entries: { isIntersecting: boolean }[]) => void) {
        see = (inView) => listener([{ isIntersecting: inView }]);
      }
      observe() {
        see(true);
      }
      disconnect() {
        see = () => undefined;
      }
    },
  );
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const entry = (version: number): HistoryRow => ({
  transaction: `t${version}`,
  kind: "post",
  account: "user:42",
  asset: "CREDIT",
  delta: "5",
  balance: String(version * 5),
  held: "0",
  version,
  counterparty: "house:bonus",
  reason: `Reason ${version}`,
  at: "2026-11-20T12:00:00Z",
  recorded_at: "2026-11-20T12:00:00Z",
});

function history(newest: number): UseHistory {
  const rows = Array.from({ length: newest }, (_, index) => entry(newest - index));
  return {
    rows,
    loading: false,
    hasMore: false,
    loadMore: () => undefined,
    refresh: () => undefined,
    error: null,
  };
}

const ignore = () => undefined;
const around = (list: UseHistory) => (
  <GroatProvider client={groat}>
    <HistoryCard history={list} onDetails={ignore} />
  </GroatProvider>
);
const card = (newest: number) => around(history(newest));
const shown = () => screen.getAllByTestId("entry").map((row) => row.dataset.row);

test("new lines come in by themselves while nobody is at work in the list", () => {
  const { rerender } = render(card(2));
  rerender(card(3));
  expect(shown()).toEqual(["3", "2", "1"]);
  expect(screen.queryByTestId("new-rows")).toBeNull();
});

test("under a pointer they wait behind a button, until it is pressed", async () => {
  const user = userEvent.setup();
  const { rerender } = render(card(2));
  await user.hover(screen.getByText("Reason 2"));
  rerender(card(4));
  expect(shown()).toEqual(["2", "1"]);
  expect(screen.getByTestId("new-rows").textContent).toBe("2 new");
  await user.click(screen.getByTestId("new-rows"));
  expect(shown()).toEqual(["4", "3", "2", "1"]);
});

test("with the focus inside they wait, and come when it leaves", async () => {
  const user = userEvent.setup();
  const { rerender } = render(card(1));
  await user.tab();
  rerender(card(2));
  expect(shown()).toEqual(["1"]);
  act(() => (document.activeElement as HTMLElement).blur());
  expect(shown()).toEqual(["2", "1"]);
});

test("scrolled away they wait, and come when the top is in view again", () => {
  const { rerender } = render(card(1));
  act(() => see(false));
  rerender(card(2));
  expect(shown()).toEqual(["1"]);
  act(() => see(true));
  expect(shown()).toEqual(["2", "1"]);
});

test("what is held afterwards is not shown as a change", () => {
  const held = { ...entry(1), kind: "hold", delta: "0", held: "81.00", balance: "100.00" };
  render(around({ ...history(0), rows: [held] }));
  expect(screen.getByTestId("entry").textContent).not.toContain("81");
  expect(screen.getByTestId("entry").textContent).toContain("no change");
});
