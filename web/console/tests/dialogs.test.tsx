import { type BalanceView, GroatError, type TransactionView } from "@groat/client";
import { GroatProvider, type HistoryRow } from "@groat/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { apiKeys } from "../src/api/api-keys";
import { groat } from "../src/groat";
import { KeysPage } from "../src/pages/keys";
import { ConfirmDialog } from "../src/parts/confirm-dialog";
import { EntrySheet } from "../src/parts/entry-sheet";
import { LimitsDialog } from "../src/parts/limits-dialog";
import { AT } from "./help";

// That a button must have been seen for a second is tried in a browser: tests/e2e/test_seen.py.
vi.mock("../src/ui/seen", () => ({ useSeen: () => ({ isNew: false, refuses: () => false }) }));

const BALANCE: BalanceView = {
  account: "user:42",
  asset: "USD",
  balance: "500.00",
  available: "500.00",
  held: "0.00",
  version: 1,
  floor: "0.00",
  ceiling: null,
};
const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
const closed = vi.fn();

beforeEach(() => {
  vi.spyOn(groat, "bind").mockReturnValue(groat.api);
  vi.spyOn(groat, "start").mockImplementation(() => undefined);
  vi.spyOn(groat.api, "assets").mockResolvedValue({ items: [{ code: "USD", scale: 2 }] });
});

afterEach(() => {
  cleanup();
  queries.clear();
  closed.mockReset();
  vi.restoreAllMocks();
});

function show(dialog: ReactNode) {
  render(
    <GroatProvider client={groat}>
      <QueryClientProvider client={queries}>{dialog}</QueryClientProvider>
    </GroatProvider>,
  );
}
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));
const told = async () => (await screen.findByRole("alert")).textContent;

test("a write whose answer was lost is the same write when it is pressed again", async () => {
  const keys: string[] = [];
  const outcomes = [
    new GroatError("unknown_outcome", ""),
    new GroatError("ceiling_exceeded", "", 422),
    new GroatError("overloaded", "", 503),
  ];
  vi.spyOn(groat.api, "setLimits").mockImplementation(async (_account, _asset, _limits, { key } = {}) => {
    keys.push(key ?? "");
    const outcome = outcomes.shift();
    if (outcome) throw outcome;
    return BALANCE;
  });
  show(<LimitsDialog target={BALANCE} onClose={closed} />);
  await press("Save limits");
  expect(await told()).toContain("We couldn’t confirm this.");
  await press("Save limits");
  await waitFor(async () => expect(await told()).toContain("over the highest balance"));
  await press("Save limits");
  await waitFor(async () => expect(await told()).toContain("The server is very busy."));
  expect(closed).not.toHaveBeenCalled();
  await userEvent.type(screen.getByLabelText("Reason"), "Another");
  await press("Save limits");
  await waitFor(() => expect(closed).toHaveBeenCalledOnce());
  const [lost, again, refused, other] = keys;
  expect(again).toBe(lost);
  expect(new Set([again, refused, other]).size).toBe(3);
});

test("a lost write stays the same one when its dialog is opened again, and is none of another balance", async () => {
  const keys: string[] = [];
  vi.spyOn(groat.api, "setLimits").mockImplementation(async (_account, _asset, _limits, { key } = {}) => {
    keys.push(key ?? "");
    throw new GroatError("unknown_outcome", "");
  });
  for (const account of ["user:42", "user:42", "user:7"]) {
    show(<LimitsDialog target={{ ...BALANCE, account }} onClose={closed} />);
    await press("Save limits");
    await told();
    cleanup();
  }
  const [lost, again, other] = keys;
  expect(again).toBe(lost);
  expect(other).not.toBe(lost);
});

test("back to limits of which the answer was lost, after others, is another write", async () => {
  const keys: string[] = [];
  vi.spyOn(groat.api, "setLimits").mockImplementation(async (_account, _asset, { floor }, { key } = {}) => {
    keys.push(key ?? "");
    if (keys.length === 1) throw new GroatError("unknown_outcome", "");
    return { ...BALANCE, floor: floor ?? null };
  });
  const limit = async (from: string, to: string) => {
    show(<LimitsDialog target={{ ...BALANCE, floor: from }} onClose={closed} />);
    await userEvent.clear(screen.getByLabelText("Lowest available amount"));
    await userEvent.type(screen.getByLabelText("Lowest available amount"), to);
    await press("Save limits");
  };
  await limit("0.00", "5.00");
  await told();
  cleanup();
  await limit("5.00", "9.00");
  await waitFor(() => expect(closed).toHaveBeenCalledOnce());
  cleanup();
  await limit("9.00", "5.00");
  await waitFor(() => expect(closed).toHaveBeenCalledTimes(2));
  expect(new Set(keys).size).toBe(3);
});

test("what is asked for once more says why it was refused, and goes when it is done", async () => {
  const disable = vi.fn<() => Promise<void>>(async () => undefined);
  show(
    <ConfirmDialog open onClose={closed} title="Disable?" act={disable} actLabel="Disable">
      They cannot sign in then.
    </ConfirmDialog>,
  );
  disable.mockRejectedValueOnce(new GroatError("forbidden", "", 403));
  await press("Disable");
  expect(await told()).toBe("Your role does not allow that.");
  expect(closed).not.toHaveBeenCalled();
  await press("Disable");
  await waitFor(() => expect(closed).toHaveBeenCalledOnce());
  expect(screen.queryByRole("alert")).toBeNull();
  expect(disable).toHaveBeenCalledTimes(2);
});

test("a question knows nothing of the one before, and is not closed by what that comes to", async () => {
  vi.spyOn(groat, "getState").mockReturnValue({ ...groat.getState(), roles: ["admin"] });
  const key = (id: string) => ({ id, service: "shop", label: id, created_at: AT });
  vi.spyOn(apiKeys, "list").mockResolvedValue([key("first"), key("second")]);
  let end = () => {};
  vi.spyOn(apiKeys, "remove")
    .mockRejectedValueOnce(new GroatError("forbidden", "", 403))
    .mockReturnValueOnce(
      new Promise((resolve) => {
        end = resolve;
      }),
    );
  show(<KeysPage />);
  await screen.findByText("first");
  const withdraw = (id: string) => press(`Withdraw the key ${id} of shop`);
  await withdraw("first");
  await press("Withdraw key");
  await told();
  await press("Cancel");
  await withdraw("second");
  expect(screen.queryByRole("alert")).toBeNull();
  await press("Withdraw key");
  await press("Cancel");
  await withdraw("first");
  await act(async () => end());
  expect(screen.getByRole("dialog").textContent).toContain("“first”");
});

test("staff see what a line of a history moved", async () => {
  const state = { ...groat.getState(), roles: ["support"] };
  vi.spyOn(groat, "getState").mockReturnValue(state);
  const postings = [{ source: "system:mint", destination: "user:42", amount: "5.00", asset: "USD" }];
  vi.spyOn(groat.api, "transaction").mockResolvedValue({ postings } as unknown as TransactionView);
  const entry = {
    transaction: "t1",
    account: "user:42",
    asset: "USD",
    delta: "5.00",
    at: AT,
    recorded_at: AT,
  };
  const line = { ...entry, kind: "post", balance: "505.00", reason: "Bonus" } as unknown as HistoryRow;
  show(<EntrySheet entry={line} onClose={closed} />);
  expect((await screen.findByRole("listitem")).textContent).toBe("system:mint → user:425.00USD");
});
