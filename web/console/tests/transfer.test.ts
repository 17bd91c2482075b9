import { describe, expect, test } from "vitest";
import {
  EMPTY_TRANSFER,
  fieldOf,
  numberProblem,
  readTransfer,
  type TransferDraft,
} from "../src/programs/bank/transfer";

const ASSETS = [
  { code: "USD", scale: 2 },
  { code: "BTC", scale: 8 },
];
const TODAY = "2026-11-21";
const DRAFT: TransferDraft = { ...EMPTY_TRANSFER, user: "7", amount: "25", asset: "USD" };
const read = (more: Partial<TransferDraft>) => readTransfer({ ...DRAFT, ...more }, ASSETS, TODAY);

describe("a transfer", () => {
  test("to a user, at once", () => {
    expect(read({ user: " user:7 ", reference: " Dinner " })).toEqual({
      ok: true,
      read: {
        kind: "transfer",
        data: { user: "7", amount: "25.00", asset: "USD", reference: "Dinner" },
        keep: null,
      },
    });
  });

  test("to a saved recipient, on a day", () => {
    expect(read({ way: "saved", saved: "b1", when: "day", day: "2026-12-24" })).toMatchObject({
      read: { kind: "transfer", data: { beneficiary: "b1", on: "2026-12-24" } },
    });
  });

  test("to another bank, kept for another time", () => {
    const bank = { way: "bank", number: "de89 3704 0044 0532 0130 00", name: " Erika ", keep: true } as const;
    expect(read(bank)).toMatchObject({
      read: {
        data: { external: "DE89370400440532013000", name: "Erika" },
        keep: { external: "DE89370400440532013000", name: "Erika" },
      },
    });
  });

  test("regularly is a standing order", () => {
    const plan = { when: "regularly", first: TODAY, every: "week", until: "2027-01-01" } as const;
    expect(read(plan)).toMatchObject({
      read: { kind: "standing_order", data: { first: TODAY, every: "week", until: "2027-01-01" } },
    });
  });

  test.each<[string, Partial<TransferDraft>, (keyof TransferDraft)[]]>([
    ["nobody", { user: " " }, ["user"]],
    ["none of the saved", { way: "saved" }, ["saved"]],
    ["an account of nobody", { way: "bank", number: "DE89370400440532013000" }, ["name"]],
    ["no account", { way: "bank", name: "Erika" }, ["number"]],
    ["nothing", { amount: "0" }, ["amount"]],
    ["half a cent", { amount: "0.005" }, ["amount"]],
    ["yesterday", { when: "day", day: "2026-11-20" }, ["day"]],
    ["no day", { when: "day" }, ["day"]],
    ["an end before its begin", { when: "regularly", first: "2026-12-01", until: "2026-11-30" }, ["until"]],
  ])("of %s is mended first", (_what, more, fields) => {
    const reading = read(more);
    expect(reading.ok ? [] : Object.keys(reading.problems)).toEqual(fields);
  });
});

test.each([
  ["DE89370400440532013000", null],
  ["GB29NWBK60161331926819", null],
  ["12345", null],
  ["DE89370400440532013001", "check digits"],
  ["1234", "IBAN"],
  ["DE89-3704", "IBAN"],
  ["DE8937040044", "22"],
  ["NO9386011117947", null],
  ["DE00370400440532013050", "check digits"],
  ["AB123456", null],
])("the number %s", (number, problem) => {
  const found = numberProblem(number);
  if (problem === null) expect(found).toBeNull();
  else expect(found).toContain(problem);
});

test("a refusal goes to the field that it is about", () => {
  expect(fieldOf("recipient_unknown", "user", "now")).toBe("user");
  expect(fieldOf("recipient_wrong", "bank", "now")).toBe("number");
  expect(fieldOf("day_wrong", "user", "regularly")).toBe("first");
  expect(fieldOf("insufficient_funds", "saved", "day")).toBe("amount");
  expect(fieldOf("overloaded", "user", "now")).toBeNull();
});
