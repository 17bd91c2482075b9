import { describe, expect, test } from "vitest";
import { plural, thresholdOf, verdictsOf } from "../src/requests/kinds";
import { kindView, stateView } from "./help";

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
