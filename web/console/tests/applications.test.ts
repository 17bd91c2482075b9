import { type Asset, GroatError } from "@groat/client";
import { describe, expect, test } from "vitest";
import { fieldOf, type LoanDraft, readCard, readLoan } from "../src/programs/bank/applications";
import { planOf } from "../src/programs/bank/plan";

const ASSETS = [
  { code: "USD", scale: 2 },
  { code: "CREDIT", scale: 0 },
] as Asset[];
const MONTHS = { min: 1, max: 120 };

// What groat.programs.bank.schedule says: instalments, the first, the last, all interest, interest of the first month.
test.each([
  ["600.00", "6", 6, [6, "101.76", "101.75", "10.55", "3.00"]],
  ["1200.00", "6.0", 12, [12, "103.28", "103.24", "39.32", "6.00"]],
  ["5000.00", "7.25", 36, [36, "154.96", "154.89", "578.49", "30.21"]],
  ["1000.00", "", 3, [3, "333.33", "333.34", "0.00", "0.00"]],
  ["10001", "0", 7, [7, "1429", "1427", "0", "0"]],
  ["0.01", "12", 5, [1, "0.01", "0.01", "0.00", "0.00"]],
  ["12345.67", "99.9999", 120, [120, "1028.87", "1569.76", "111659.62", "1028.80"]],
  ["0.05", "0", 10, [5, "0.01", "0.01", "0.00", "0.00"]],
  ["0.50", "100", 2, [2, "0.28", "0.28", "0.06", "0.04"]],
])("%s at %s %% over %i months is what the bank would reckon", (amount, rate, months, expected) => {
  const { rows, interest } = planOf(amount, rate, months);
  const [first, last] = [rows[0], rows.at(-1)];
  expect([rows.length, first?.payment, last?.payment, interest, first?.interest]).toEqual(expected);
  expect(last?.balance).toMatch(/^[0.]+$/);
});

describe("an application for a loan", () => {
  const draft = (more: Partial<LoanDraft>): LoanDraft => ({
    amount: "600",
    asset: "USD",
    months: "6",
    purpose: " A bicycle ",
    rate: "",
    ...more,
  });

  test("is sent without the rate, which is only reckoned with", () => {
    const reading = readLoan(draft({ rate: "6.50 %" }), ASSETS, MONTHS);
    expect(reading).toMatchObject({
      ok: true,
      read: {
        data: { amount: "600.00", asset: "USD", months: 6, purpose: "A bicycle" },
        plan: { rate: "6.5", total: "611.44" },
      },
    });
    expect(reading.ok && Object.keys(reading.read.data)).toEqual(["amount", "asset", "months", "purpose"]);
  });

  test.each([
    ["amount", { amount: "" }],
    ["amount", { amount: "0" }],
    ["amount", { amount: "1.5", asset: "CREDIT" }],
    ["months", { months: "" }],
    ["months", { months: "121" }],
    ["months", { months: "1.5" }],
    ["rate", { rate: "100.01" }],
    ["rate", { rate: "much" }],
  ])("a wrong %s is told at its field: %o", (field, more) => {
    const reading = readLoan(draft(more), ASSETS, MONTHS);
    expect(reading.ok ? [] : Object.keys(reading.problems)).toEqual([field]);
  });
});

test("a card needs a name and a limit of its asset's digits", () => {
  const good = { holder: " Ursula ", asset: "USD", limit: "250" };
  expect(readCard(good, ASSETS)).toEqual({
    ok: true,
    read: { holder: "Ursula", asset: "USD", limit: "250.00" },
  });
  const bad = readCard({ holder: " ", asset: "CREDIT", limit: "2.5" }, ASSETS);
  expect(bad.ok ? [] : Object.keys(bad.problems)).toEqual(["holder", "limit"]);
});

test.each([
  ["amount_wrong", "", "limit"],
  ["invalid_data", "Object missing - at `$.holder`", "holder"],
  ["invalid_data", "Object missing - at `$.other`", null],
  ["too_many_open", "Too many are open.", null],
])("the refusal %s %s belongs to %s", (code, detail, field) => {
  expect(fieldOf(new GroatError(code, detail, 422), ["holder", "asset", "limit"], "limit")).toBe(field);
});
