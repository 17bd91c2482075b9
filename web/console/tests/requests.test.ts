import type { RequestLine, RequestPage, RequestView } from "@groat/client";
import { type InfiniteData, QueryClient } from "@tanstack/react-query";
import { describe, expect, test } from "vitest";
import { kindsQuery } from "../src/api/requests";
import { plural, renewed, thresholdOf, verdictsOf } from "../src/requests/kinds";
import { spread } from "../src/requests/live";
import { AT, kindView, requestView, stateView } from "./help";

const NOTHING = { type: "object", properties: {}, required: [] };
const take = (name: string, from: string[], to: string[], more = {}) => ({
  name,
  title: name,
  from,
  to,
  by: ["admin"],
  decides: true,
  approves: false,
  confirms: false,
  schema: NOTHING,
  ...more,
});
const KIND = kindView({
  states: [
    stateView("pending", { open: true, waits: true, tone: "wait" }),
    stateView("granted", { tone: "good" }),
    stateView("refused", { tone: "bad" }),
    stateView("parked", { open: true }),
  ],
  transitions: [
    take("park", ["pending"], ["parked"]),
    take("refuse", ["pending"], ["refused"]),
    take("grant", ["pending", "parked"], ["granted"], { approves: true }),
    take("withdraw", ["pending"], ["refused"], { by: ["owner"], decides: false }),
  ],
  schema: NOTHING,
  thresholds: { USD: "1000" },
});

const REQUEST = requestView({
  data: { purpose: "A bicycle" },
  amount: "1200.00",
  asset: "USD",
  approvals: { needed: 2, given: [] },
  may: ["park", "refuse", "grant"],
});

const line = (more: Partial<RequestLine>): RequestLine => ({
  id: "r1",
  kind: "loan",
  state: "pending",
  version: 2,
  user: "42",
  amount: "1200.00",
  asset: "USD",
  waits: true,
  parent: null,
  approvals: 0,
  needed: 2,
  by: "user:bea",
  filed_at: AT,
  changed_at: "2026-11-20T12:05:00Z",
  ...more,
});

describe("what a declaration says", () => {
  test("the keys for and against are what approves and what leads to a bad end", () => {
    const { approve, reject } = verdictsOf(KIND, ["park", "refuse", "grant", "withdraw"]);
    expect([approve?.name, reject?.name]).toEqual(["grant", "refuse"]);
    expect(verdictsOf(KIND, ["withdraw"])).toEqual({ approve: undefined, reject: undefined });
  });

  test.each([
    ["Expense claim", "Expense claims"],
    ["Saved recipient", "Saved recipients"],
    ["Company", "Companies"],
    ["Tax", "Taxes"],
    ["Survey", "Surveys"],
  ])("many of %s are %s", (one, many) => {
    expect(plural(one)).toBe(many);
  });

  test.each([
    ["1200.00", "USD", "1000"],
    ["1000.00", "USD", "1000"],
    ["999.99", "USD", null],
    ["5000.00", "EUR", null],
  ])("%s %s needs two from %s on", (amount, asset, threshold) => {
    expect(thresholdOf(KIND, { amount, asset })).toBe(threshold);
  });
});

describe("news for staff", () => {
  test("an approval that does not suffice shows by whom", () => {
    const after = renewed(REQUEST, line({ approvals: 1 }), KIND);
    expect(after.approvals.given).toEqual([{ by: "user:bea", at: "2026-11-20T12:05:00Z", input: {} }]);
    expect([after.waits, after.may, after.decided_by]).toEqual([true, ["park", "refuse", "grant"], null]);
  });

  test("a decision shows by whom, and takes the acts along that no longer start here", () => {
    const decided = line({ state: "parked", waits: false });
    expect(renewed(REQUEST, decided, KIND)).toMatchObject({
      state: "parked",
      waits: false,
      open: true,
      decided_by: "user:bea",
      may: ["grant"],
      data: { purpose: "A bicycle" },
    });
  });

  test("an older line changes nothing", () => {
    const known = { ...REQUEST, version: 3 };
    expect(renewed(known, line({ state: "refused" }), KIND)).toBe(known);
  });
});

test("news reach every list and detail that was read, and lists stay as old as they are", () => {
  const queries = new QueryClient();
  const other = { ...REQUEST, id: "r2" };
  const page: RequestPage = { items: [REQUEST, other], cursor: null };
  const key = ["requests", { kind: "loan" }];
  queries.setQueryData(kindsQuery.queryKey, [KIND]);
  queries.setQueryData(key, { pages: [page], pageParams: [null] }, { updatedAt: 1_000 });
  queries.setQueryData(["request", "r1"], REQUEST);
  const refused = line({ state: "refused", waits: false });
  spread(queries, [{ from: "line", id: "r1", kind: "loan", version: 2, line: refused }]);
  const list = queries.getQueryData<InfiniteData<RequestPage>>(key);
  expect(list?.pages[0]?.items.map((item) => item.state)).toEqual(["refused", "pending"]);
  expect(list?.pages[0]?.items[1]).toBe(other);
  expect(queries.getQueryState(key)?.dataUpdatedAt).toBe(1_000);
  expect(queries.getQueryData<RequestView>(["request", "r1"])?.state).toBe("refused");
  expect(queries.getQueryState(["request", "r1"])?.isInvalidated).toBe(true);
});
