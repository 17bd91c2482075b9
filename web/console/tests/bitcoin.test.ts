import type { RequestView } from "@groat/client";
import { expect, test } from "vitest";
import { outcomeOf, readWithdrawal } from "../src/programs/bank/bitcoin";

const ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

test.each([
  // amount        address            available       result
  ["0.01", ADDRESS, "0.01000000", { amount: "0.01000000", address: ADDRESS }],
  ["0.01", ` bitcoin:${ADDRESS} `, null, { amount: "0.01000000", address: ADDRESS }],
  ["0.01000001", ADDRESS, "0.01000000", "amount"],
  ["0", ADDRESS, null, "amount"],
  ["0.000000001", ADDRESS, null, "amount"],
  ["", ADDRESS, null, "amount"],
  ["0.01", "", null, "address"],
  ["0.01", "me@example.com", null, "address"],
  ["0.01", `${ADDRESS}?amount=1`, null, "address"],
])("%s to %j with %s available", (amount, address, available, expected) => {
  const read = readWithdrawal({ amount, address }, 8, available);
  expect(read.ok ? read.read : Object.keys(read.problems).join()).toEqual(expected);
});

function request(state: string, direction: string, more: Partial<RequestView> = {}): RequestView {
  const data = { amount: "0.01000000", asset: "BTC", direction, address: ADDRESS };
  return { kind: "bitcoin_transaction", state, open: false, reason: "Because", data, ...more } as RequestView;
}

test.each([
  ["failed", "withdrawal", { money: "Given back to you", why: "Because" }],
  ["rejected", "withdrawal", { money: "Given back to you", why: "Because" }],
  ["cancelled", "withdrawal", { money: "Given back to you", why: "" }],
  ["expired", "withdrawal", { money: "Given back to you", why: "" }],
  ["failed", "deposit", { money: "Nothing was credited", why: "Because" }],
  ["completed", "withdrawal", null],
])("a %s %s", (state, direction, outcome) => {
  expect(outcomeOf(request(state, direction))).toEqual(outcome);
});

test("of what goes on nothing is said yet", () => {
  expect(outcomeOf(request("pending", "withdrawal", { open: true }))).toBeNull();
});
