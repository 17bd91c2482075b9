import type { RequestFilter, RequestLine, RequestView } from "@groat/client";
import { act, fireEvent, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { useRequest, useRequests } from "../src/index.js";
import { page } from "./help.js";

const it = page();
const LIST = "GET /v1/requests";
const ONE = "GET /v1/requests/loan/r1";
const text = (id: string) => screen.getByTestId(id).textContent;
const reads = (route: string) => it.server.requests.filter((request) => request === route).length;

function request(id: string, more: Partial<RequestView> = {}): RequestView {
  return {
    id,
    kind: "loan",
    state: "pending",
    version: 1,
    user: "42",
    owner: "user:42",
    data: {},
    amount: "1200.00",
    asset: "USD",
    filed_by: "user:42",
    filed_at: "2026-03-01T12:00:00Z",
    changed_at: "2026-03-01T12:00:00Z",
    due_at: null,
    approvals: { needed: 1, given: [] },
    decided_by: null,
    decided_at: null,
    reason: "",
    parent: null,
    hold: null,
    open: true,
    waits: true,
    ...more,
  };
}

const line = (more: Partial<RequestLine>): RequestLine => ({
  id: "r1",
  kind: "loan",
  state: "pending",
  version: 2,
  user: "42",
  owner: "user:42",
  amount: "1200.00",
  asset: "USD",
  waits: true,
  parent: null,
  approvals: 0,
  needed: 1,
  by: "user:bea",
  filed_at: "2026-03-01T12:00:00Z",
  changed_at: "2026-03-01T12:05:00Z",
  ...more,
});

function answer(items: RequestView[], cursor: string | null = null) {
  it.server.answerNext(LIST, { items, cursor });
}

function Loans({ filter = { kind: "loan" }, limit }: { filter?: RequestFilter; limit?: number }) {
  const { items, loading, hasMore, loadMore, refresh, error } = useRequests(filter, limit ? { limit } : {});
  return (
    <>
      <p data-testid="items">{items.map(({ id, state }) => `${id} ${state}`).join(", ")}</p>
      <p data-testid="state">{error?.code ?? (loading ? "loading" : "fine")}</p>
      {hasMore && (
        <button type="button" onClick={loadMore}>
          more
        </button>
      )}
      <button type="button" onClick={refresh}>
        again
      </button>
    </>
  );
}

async function press(name: string) {
  fireEvent.click(screen.getByRole("button", { name }));
  await it.pass(100);
}

/** A page whose first read is over, and the one after the connection stood. */
async function shown(first: RequestView[], cursor: string | null = null) {
  answer(first, cursor);
  answer(first, cursor);
  await it.show(<Loans />);
  it.server.clearFaults();
}

describe("useRequests", () => {
  test("what the streams tell of one's own makes it read again, together at most once a second", async () => {
    await shown([request("r1")]);
    expect([text("items"), text("state")]).toEqual(["r1 pending", "fine"]);
    const before = reads(LIST);
    answer([request("r2"), request("r1", { state: "active" })]);
    answer([request("r3"), request("r2"), request("r1", { state: "active" })]);
    it.server.tell("user:42", "loan_updated", request("r1", { state: "active", version: 2 }));
    await it.pass(100);
    expect(text("items")).toBe("r2 pending, r1 active");
    for (const id of ["r3", "r4"]) it.server.tell("user:42", "loan_updated", request(id));
    await it.pass(500);
    expect(reads(LIST)).toBe(before + 1);
    await it.pass(1_000);
    expect([text("items"), reads(LIST)]).toEqual(["r3 pending, r2 pending, r1 active", before + 2]);
  });

  test("news of other lists are not asked for, and what leaves a list is", async () => {
    answer([request("r1")]);
    answer([request("r1")]);
    // A new object with each render is the same filter.
    await it.show(<Loans filter={{ kind: "loan", state: "pending" }} />);
    it.server.clearFaults();
    const before = reads(LIST);
    it.server.tell("user:42", "card_updated", request("c1", { kind: "card" }));
    it.server.tell("user:42", "loan_updated", request("r0", { state: "rejected" }));
    await it.pass(2_000);
    expect(reads(LIST)).toBe(before);
    answer([]);
    it.server.tell("user:42", "loan_updated", request("r1", { state: "rejected", version: 2 }));
    await it.pass(2_000);
    expect([text("items"), reads(LIST)]).toEqual(["", before + 1]);
  });

  test("staff hear of anybody's, and of more than an event names", async () => {
    it.server.addUser("ada", {}, ["admin"]);
    await it.show(null);
    await act(() => it.groat.login({ user: "ada", password: "x" }));
    await it.pass(1_500);
    await shown([]);
    for (const [news, state] of [
      [{ items: [line({ id: "r7" })], more: 0 }, "r7 pending"],
      [{ items: [line({ kind: "card" })], more: 5 }, "r8 pending"],
    ] as const) {
      answer([request(state.slice(0, 2))]);
      it.server.tell("role:admin", "requests_updated", news);
      await it.pass(1_100);
      expect(text("items")).toBe(state);
    }
  });

  test("reads again as many pages as were loaded", async () => {
    await shown([request("r3"), request("r2")], "behind r2");
    answer([request("r1")]);
    await press("more");
    expect(text("items")).toBe("r3 pending, r2 pending, r1 pending");
    expect(screen.queryByRole("button", { name: "more" })).toBeNull();
    answer([request("r4"), request("r3")], "behind r3");
    answer([request("r2"), request("r1")]);
    it.server.tell("user:42", "loan_updated", request("r4"));
    await it.pass(100);
    expect(text("items")).toBe("r4 pending, r3 pending, r2 pending, r1 pending");
  });

  test("while live is paused nothing changes; afterwards and after a break it is right again", async () => {
    await shown([request("r1")]);
    const before = reads(LIST);
    await act(async () => it.groat.pause());
    answer([request("r1", { state: "active" })]);
    it.server.tell("user:42", "loan_updated", request("r1", { state: "active", version: 2 }));
    await it.pass(5_000);
    expect([text("items"), reads(LIST)]).toEqual(["r1 pending", before]);
    await act(async () => it.groat.resume());
    await it.pass(100);
    expect(text("items")).toBe("r1 active");

    it.server.down();
    await it.pass(40_000);
    it.server.up();
    answer([request("r1", { state: "paid_off" })]);
    await it.pass(60_000);
    expect(text("items")).toBe("r1 paid_off");
  });

  test("says what went wrong, keeps what it has, and tries again", async () => {
    await shown([request("r1")]);
    it.server.refuseNext(LIST, 403, "forbidden");
    await press("again");
    expect([text("items"), text("state")]).toEqual(["r1 pending", "forbidden"]);
    answer([request("r2")]);
    await press("again");
    expect([text("items"), text("state")]).toEqual(["r2 pending", "fine"]);
  });

  test("nothing of a former person stays", async () => {
    it.server.addUser("7", {});
    await shown([request("r1")]);
    answer([]);
    answer([]);
    await act(() => it.groat.login({ user: "7", password: "x" }));
    await it.pass(1_500);
    expect(text("items")).toBe("");
  });
});

describe("useRequest", () => {
  function Loan() {
    const { request: loan, loading, error } = useRequest("loan", "r1");
    return <p data-testid="loan">{error?.code ?? (loading ? "loading" : loan?.state)}</p>;
  }

  test("is read again when a stream tells of it, and of no other", async () => {
    it.server.answerNext(ONE, request("r1"));
    it.server.answerNext(ONE, request("r1"));
    await it.show(<Loan />);
    it.server.clearFaults();
    expect(text("loan")).toBe("pending");
    const before = reads(ONE);
    it.server.tell("user:42", "loan_updated", request("r2"));
    await it.pass(2_000);
    expect(reads(ONE)).toBe(before);
    it.server.answerNext(ONE, request("r1", { state: "active" }));
    const child = request("p1", { kind: "payment", changed_parent: request("r1", { version: 2 }) });
    it.server.tell("user:42", "payment_updated", child);
    await it.pass(100);
    expect([text("loan"), reads(ONE)]).toEqual(["active", before + 1]);
  });

  test("says that there is none", async () => {
    it.server.refuseNext(ONE, 404, "request_not_found");
    it.server.refuseNext(ONE, 404, "request_not_found");
    await it.show(<Loan />);
    expect(text("loan")).toBe("request_not_found");
  });
});
