import type { Change, NotificationView, StreamEvent } from "@groat/client";
import { act, cleanup, render, screen } from "@testing-library/react";
import { toast } from "sonner";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { groat } from "../src/groat";
import { LiveToasts } from "../src/live/toasts";

let tell: (change: Change) => void;
let paused = false;
const shown = vi.fn();

function event(delta: string, more: Partial<StreamEvent> = {}): Change {
  const change = { account: "user:42", asset: "CREDIT", delta, balance: "150", available: "150", held: "0" };
  return {
    type: "event",
    live: true,
    event: {
      type: "balance_updated",
      stream: "user:42",
      offset: 1,
      transaction: "t",
      kind: "post",
      reason: "Bonus",
      at: "2026-11-20T12:00:00Z",
      recorded_at: "2026-11-20T12:00:00Z",
      changes: [{ ...change, version: 2 }],
      ...more,
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  paused = false;
  const state = groat.getState();
  vi.spyOn(groat, "getState").mockImplementation(() => ({ ...state, user: "42", paused }));
  vi.spyOn(groat, "onChange").mockImplementation((listener) => {
    tell = listener;
    return () => undefined;
  });
  for (const kind of ["success", "info"] as const) {
    vi.spyOn(toast, kind).mockImplementation((title, options) => {
      shown(kind, title, options?.id, options?.description);
      return 1;
    });
  }
  render(<LiveToasts />);
});

afterEach(() => {
  cleanup();
  shown.mockReset();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("the first change shows at once; those within a second become one toast in its place", () => {
  tell(event("50"));
  expect(shown.mock.calls).toEqual([["success", "+50 CREDIT", "user:42/CREDIT/balance_updated", "Bonus"]]);
  tell(event("20"));
  tell(event("-5"));
  expect(shown).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1000);
  expect(shown.mock.calls.at(-1)).toEqual([
    "success",
    "+65 CREDIT",
    "user:42/CREDIT/balance_updated",
    "3 changes",
  ]);
  vi.advanceTimersByTime(1000);
  tell(event("1"));
  expect(shown.mock.calls.at(-1)?.[1]).toBe("+1 CREDIT");
});

test("a thousand changes in a second are two toasts", () => {
  for (let count = 0; count < 1000; count += 1) tell(event("1"));
  vi.advanceTimersByTime(1000);
  expect(shown.mock.calls.map(([, title]) => title)).toEqual(["+1 CREDIT", "+1,000 CREDIT"]);
});

test.each([
  ["what the person did here themselves", event("-5", { key: "k" })],
  ["what happens to somebody who is watched", event("5", { stream: "view:7" })],
  ["what is caught up with", { ...event("5"), live: false } as Change],
  ["a hold, which moves nothing", event("0")],
  [
    "what a notification tells",
    event("5", { notification: { title: "Money received" } as NotificationView }),
  ],
])("no toast for %s", (_what, change) => {
  tell(change);
  vi.advanceTimersByTime(3000);
  expect(shown).not.toHaveBeenCalled();
});

test("nothing pops up while live is paused", () => {
  paused = true;
  tell(event("5"));
  vi.advanceTimersByTime(3000);
  expect(shown).not.toHaveBeenCalled();
});

test("what happened while away is told once, without others' accounts", () => {
  const change = { asset: "CREDIT", balance: "270" };
  tell({
    type: "away",
    since: 0,
    changes: [
      { ...change, account: "user:42", delta: "120" },
      { ...change, account: "user:7", delta: "9" },
    ],
  });
  expect(shown.mock.calls).toEqual([["info", "+120 CREDIT while you were away", "away", undefined]]);
});

test("a screen reader hears the sum at most every five seconds", () => {
  const heard = () => screen.getByTestId("announcer").textContent;
  act(() => {
    tell(event("50"));
    vi.advanceTimersByTime(1);
  });
  expect(heard()).toBe("+50 CREDIT. Balance 150 CREDIT.");
  act(() => {
    tell(event("20"));
    vi.advanceTimersByTime(4000);
  });
  expect(heard()).toBe("+50 CREDIT. Balance 150 CREDIT.");
  act(() => {
    vi.advanceTimersByTime(1500);
  });
  expect(heard()).toBe("+70 CREDIT. Balance 150 CREDIT.");
});
