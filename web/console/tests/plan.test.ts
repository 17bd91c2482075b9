import type { SheetRow } from "@groat/client";
import { describe, expect, test } from "vitest";
import { badRows, firstChoice, plan, summarise, toItems } from "../src/bulk/plan";

const row = (line: number, user: string, amount: string, more: Partial<SheetRow> = {}): SheetRow => ({
  line,
  user,
  amount,
  reason: "",
  known: true,
  ...more,
});

const ROWS = [
  row(2, "42", "50", { balance: "100", reason: "Bonus" }),
  row(3, "7", "2.50", { balance: "0.25" }),
  row(4, "42", "10", { balance: "100", duplicate_of: 2 }),
  row(5, "", "5", { known: false, error: { code: "user_missing", detail: "Nobody is named." } }),
  row(6, "user:new", "1", { known: false }),
];

describe("choosing", () => {
  test("bad and repeated rows, and those of people whom nobody knows, are not chosen at first", () => {
    expect([...firstChoice(ROWS)]).toEqual([2, 3]);
  });

  test("a bad row cannot be chosen", () => {
    const bad = plan(ROWS, new Set([5])).find((item) => item.line === 5);
    expect(bad).toMatchObject({ selected: false, problem: "Nobody is named.", after: null });
  });
});

describe("new balances", () => {
  test("are exact, and start from nothing for somebody new", () => {
    const after = Object.fromEntries(plan(ROWS, new Set([2, 3, 6])).map((item) => [item.line, item.after]));
    expect(after).toEqual({ 2: "150", 3: "2.75", 4: null, 5: null, 6: "1" });
  });

  test("of a person who is named twice follow each other", () => {
    const planned = plan(ROWS, new Set([2, 4]));
    expect(planned.filter((item) => item.user === "42").map((item) => item.after)).toEqual(["150", "160"]);
  });

  test("count only chosen rows", () => {
    expect(plan(ROWS, new Set([4])).find((item) => item.line === 4)?.after).toBe("110");
  });
});

test("the summary counts what is chosen", () => {
  expect(summarise(plan(ROWS, new Set([2, 3, 4, 6])))).toEqual({
    chosen: 4,
    people: 3,
    total: "63.50",
    bad: 1,
    duplicates: 1,
    unknown: 1,
    strangers: 1,
  });
});

test("items are the chosen rows in the file's order, with a reason each", () => {
  const items = toItems(plan(ROWS, new Set([6, 2])), {
    asset: "CREDIT",
    source: "house:bonus",
    reason: "Admin update",
  });
  expect(items).toEqual([
    {
      postings: [{ source: "house:bonus", destination: "user:42", amount: "50", asset: "CREDIT" }],
      reason: "Bonus",
    },
    {
      postings: [{ source: "house:bonus", destination: "user:new", amount: "1", asset: "CREDIT" }],
      reason: "Admin update",
    },
  ]);
});

test("the file of bad rows has just these, and why", () => {
  expect(badRows(plan(ROWS, firstChoice(ROWS)))).toEqual({
    header: ["line", "user", "amount", "reason", "problem"],
    rows: [["5", "", "5", "", "Nobody is named."]],
  });
});
