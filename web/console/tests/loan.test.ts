import { describe, expect, test } from "vitest";
import type { LoanData } from "../src/programs/bank/data";
import { bankDay, mostOf, overdueOf, splitOf, standingOf } from "../src/programs/bank/loan";
import cases from "./loan-cases.json";

const row = (number: number, due: string, paid = "") => ({
  number,
  due,
  payment: "101.59",
  interest: "2.00",
  principal: "99.59",
  balance: "0.00",
  paid,
});

function loan(more: Partial<LoanData> = {}): LoanData {
  return {
    amount: "300.00",
    asset: "USD",
    months: 3,
    purpose: "",
    rate: "8",
    principal: "300.00",
    start: "2026-09-18",
    schedule: [row(1, "2026-10-18"), row(2, "2026-11-18", "1.50"), row(3, "2026-12-18")],
    owed: "300.00",
    overdue: "",
    interest_paid: "0.00",
    next: "2026-10-18",
    ...more,
  };
}

test("the bank's day is that of UTC", () => {
  expect(bankDay(Date.parse("2026-11-18T00:30:00+01:00"))).toBe("2026-11-17");
});

test.each([
  // today       1           2          3
  ["2026-10-17", ["next", "later", "later"]],
  ["2026-10-18", ["overdue", "next", "later"]],
  ["2026-11-18", ["overdue", "overdue", "next"]],
  ["2026-12-18", ["overdue", "overdue", "overdue"]],
])("on %s the instalments are %j", (today, expected) => {
  const one = loan();
  expect(one.schedule.map((each) => standingOf(each, one, today))).toEqual(expected);
});

test("a paid one is paid, whatever the day", () => {
  const one = loan({ schedule: [row(1, "2026-10-18", "101.59"), row(2, "2026-11-18")] });
  expect(one.schedule.map((each) => standingOf(each, one, "2026-10-01"))).toEqual(["paid", "next"]);
});

describe("what is due", () => {
  test("is what is left of the instalments whose day has come", () => {
    expect(overdueOf(loan(), "2026-11-18")).toEqual({
      amount: "201.68",
      interest: "2.50",
      since: "2026-10-18",
    });
  });

  test("is nothing before", () => {
    expect(overdueOf(loan(), "2026-10-17")).toEqual({ amount: "0.00", interest: "0.00", since: "" });
  });
});

// The bank's own tests read the same file, so what is shown before a repayment is what happens.
test.each(cases)("on $today of $amount the bank takes what was shown", (one) => {
  const { overdue, interest, accrued, early, owed, last } = one;
  expect(mostOf(one.loan, one.today)).toBe(one.most);
  expect(splitOf(one.loan, one.amount, one.today)).toEqual({
    overdue,
    interest,
    accrued,
    early,
    owed,
    last,
  });
});
