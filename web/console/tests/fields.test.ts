import { describe, expect, test } from "vitest";
import { draftOf, fieldsOf, readDraft, saidOf, sentence } from "../src/requests/fields";

const ASSETS = [
  { code: "USD", scale: 2 },
  { code: "BTC", scale: 8 },
];

/** As msgspec writes it: a union of tagged structs, null for what may be left out, doc strings as descriptions. */
const SCHEMA = {
  title: "Payment",
  type: "object",
  properties: {
    amount: { type: "string" },
    asset: { enum: ["BTC", "USD"] },
    to: {
      anyOf: [{ $ref: "#/$defs/Person" }, { $ref: "#/$defs/Bank" }],
      discriminator: { propertyName: "type", mapping: { person: "#/$defs/Person", bank: "#/$defs/Bank" } },
    },
    on: { anyOf: [{ type: "string", format: "date" }, { type: "null" }], default: null },
    every: { enum: ["", "month"], default: "" },
    months: { type: "integer", minimum: 1, maximum: 60, default: 12 },
    note: { type: "string", maxLength: 10, default: "", description: "The other side reads it." },
    where: { anyOf: [{ $ref: "#/$defs/Place" }, { type: "null" }], default: null },
    labels: { type: "array", items: { type: "string" }, default: [] },
    urgent: { type: "boolean", default: false },
  },
  required: ["amount", "asset", "to"],
  $defs: {
    Person: {
      title: "Person",
      type: "object",
      properties: { type: { enum: ["person"] }, user: { type: "string" } },
      required: ["type", "user"],
    },
    Bank: {
      title: "Bank",
      description: "For programmers.",
      type: "object",
      properties: { type: { enum: ["bank"] }, iban: { type: "string", pattern: "^[A-Z]{2}[0-9]+$" } },
      required: ["type", "iban"],
    },
    Place: { title: "Place", type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

const FIELDS = fieldsOf(SCHEMA);

describe("fields", () => {
  test("each property is one, but for an amount and its asset, which are one together", () => {
    expect(FIELDS.map(({ path, label, required, input }) => [path, label, required, input.type])).toEqual([
      ["amount", "Amount", true, "money"],
      ["to", "To", true, "variant"],
      ["on", "On", false, "text"],
      ["every", "Every", false, "choice"],
      ["months", "Months", false, "number"],
      ["note", "Note", false, "text"],
      ["where", "Where", false, "group"],
      ["labels", "Labels", false, "lines"],
      ["urgent", "Urgent", false, "flag"],
    ]);
  });

  test("hints are the fields' own, not what programmers say of a type", () => {
    expect(FIELDS.map(({ hint }) => hint).filter(Boolean)).toEqual(["The other side reads it."]);
  });

  test("names become words", () => {
    expect(sentence("spending_limit")).toBe("Spending limit");
  });
});

describe("a form", () => {
  const empty = draftOf(FIELDS);

  test("begins with what holds when nothing is said", () => {
    expect(empty).toMatchObject({ amount: "", asset: "BTC", to: "person", months: "12", urgent: false });
  });

  test("says what is filled in, and leaves out what is not", () => {
    const draft = { ...empty, amount: "12.5", asset: "USD", "to.user": " 7 ", labels: "a\n\n b " };
    expect(readDraft(FIELDS, draft, ASSETS)).toEqual({
      ok: true,
      data: {
        amount: "12.50",
        asset: "USD",
        to: { type: "person", user: "7" },
        every: "",
        months: 12,
        labels: ["a", "b"],
        urgent: false,
      },
    });
  });

  test.each([
    ["nothing", {}, { amount: "Enter an amount.", "to.user": "Fill this in." }],
    ["no money", { amount: "0.00", "to.user": "7" }, { amount: "Enter an amount greater than 0." }],
    [
      "too many digits",
      { amount: "1.234", asset: "USD", "to.user": "7" },
      { amount: "USD has at most 2 decimals." },
    ],
    [
      "a wrong pattern",
      { amount: "1", to: "bank", "to.iban": "x" },
      { "to.iban": "Check the format of this field." },
    ],
    ["half a number", { amount: "1", "to.user": "7", months: "1.5" }, { months: "Enter a whole number." }],
    ["a number too large", { amount: "1", "to.user": "7", months: "61" }, { months: "Enter 60 or less." }],
    [
      "a text too long",
      { amount: "1", "to.user": "7", note: "12345678901" },
      { note: "Write at most 10 characters; these are 11." },
    ],
  ])("with %s is not read", (_what, typed, problems) => {
    expect(readDraft(FIELDS, { ...empty, ...typed }, ASSETS)).toEqual({ ok: false, problems });
  });

  test("filled with what was sent says it again", () => {
    const data = {
      amount: "1.00",
      asset: "USD",
      to: { type: "bank", iban: "DE12" },
      on: "2026-12-01",
      every: "month",
      months: 3,
      note: "Rent",
      where: { city: "Bern" },
      labels: ["x"],
      urgent: true,
    };
    expect(readDraft(FIELDS, draftOf(FIELDS, data), ASSETS)).toEqual({ ok: true, data });
  });
});

test("what data say is in the order of the schema, without what is empty, and nothing is lost", () => {
  const data = {
    note: "",
    on: null,
    to: { type: "bank", iban: "DE12" },
    asset: "USD",
    amount: "1.00",
    where: { city: "Bern" },
    added_later: "7",
  };
  expect(saidOf(FIELDS, data).map(({ label, value }) => [label, value])).toEqual([
    ["Amount", { amount: "1.00", asset: "USD" }],
    ["To", "Bank"],
    ["Iban", "DE12"],
    ["Where: city", "Bern"],
    ["Added later", "7"],
  ]);
});

describe("numbers that are sent as text", () => {
  const TERMS = fieldsOf({
    type: "object",
    properties: {
      rate: { type: "string", pattern: "^\\d{1,3}(\\.\\d{1,4})?$" },
      principal: { type: "string", format: "decimal" },
      code: { type: "string", pattern: "^\\d{4}$" },
    },
    required: ["rate"],
  });
  const read = (draft: Record<string, string>) => readDraft(TERMS, draft, []);

  test("are read as the reader writes numbers", () => {
    expect(read({ rate: "7.5", principal: "1,025.50", code: "0123" })).toEqual({
      ok: true,
      data: { rate: "7.5", principal: "1025.50", code: "0123" },
    });
  });

  test("stand in the form as the reader would type them", () => {
    expect(draftOf(TERMS, { rate: "7.5", principal: "1025.50", code: "0123" })).toEqual({
      rate: "7.5",
      principal: "1,025.50",
      code: "0123",
    });
  });

  test("say what to enter where they are none", () => {
    expect(read({ rate: "much" })).toEqual({
      ok: false,
      problems: { rate: "Enter the rate as a number, e.g. 7.5." },
    });
    expect(read({ rate: "7,55" })).toEqual({
      ok: false,
      problems: { rate: expect.stringContaining("can be read in two ways") },
    });
  });
});
