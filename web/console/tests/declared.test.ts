/** What programs declare on the server is said in the language of the page. */
import type { JsonSchema, KindView } from "@groat/client";
import { expect, test } from "vitest";
import { register, registered } from "../src/registry/registry";
import { told } from "../src/registry/told";
import "../src/programs";
import { type Field, fieldsOf, sentence } from "../src/requests/fields";
import { kindView, stateView } from "./help";
import kinds from "./kinds.json";
import notices from "./notices.json";

interface Notices {
  texts: string[];
  categories: string[];
}
const KINDS = kinds as unknown as Record<string, KindView[]>;
/** What the workflow tells of any kind is the notifications' own, as every database has both. */
const { workflow, ...others } = notices as Record<string, Notices>;
const NOTICES: Record<string, Notices | undefined> = { ...others, notifications: workflow };
const PROGRAMS = [...new Set([...Object.keys(KINDS), ...Object.keys(NOTICES)])];

/** The texts that a form of these fields shows, and what a request says. */
const textsIn = (fields: readonly Field[]): string[] =>
  fields.flatMap(({ label, hint, input }) => [
    label,
    hint,
    ...(input.type === "choice" ? input.options.map((option) => option.label) : []),
    ...(input.type === "json" ? Object.values(input.columns ?? {}) : []),
    ...(input.type === "group" ? textsIn(input.fields) : []),
    ...(input.type === "variant" ? input.variants.flatMap((one) => [one.label, ...textsIn(one.fields)]) : []),
  ]);

const schemasOf = ({ schema, transitions }: KindView): JsonSchema[] => [
  schema,
  ...transitions.map((transition) => transition.schema),
];

/** The module with the texts of kinds and notifications, each a message of the catalogue. */
function written(declared: readonly KindView[], told: Notices): string {
  const titles = declared.flatMap(({ title, description, states, transitions }) => [
    title,
    description,
    ...[...states, ...transitions].map((each) => each.title),
  ]);
  const fields = declared.flatMap(schemasOf).flatMap((schema) => textsIn(fieldsOf(schema)));
  const list = (context: string, texts: readonly string[]) =>
    [...new Set(texts)]
      .filter(Boolean)
      .sort((left, right) => (left < right ? -1 : 1))
      .map((message) => `    msg({ context: "${context}", message: ${JSON.stringify(message)} }),\n`)
      .join("");
  return `/** Says what the program declares on the server, of which this file is made: make types. */
import { msg } from "@lingui/core/macro";
import { byEnglish } from "../../lib/texts";

export const texts = {
${[
  ["titles", list("title", titles)],
  ["fields", list("field", fields)],
  ["notices", list("notice", told.texts)],
  ["categories", list("category", told.categories.map(sentence))],
]
  .map(([name, messages]) => `  ${name}: byEnglish([\n${messages}  ]),\n`)
  .join("")}};
`;
}

test.each(PROGRAMS)("the catalogue has all that %s declares: make types", async (program) => {
  const declared = KINDS[program] ?? [];
  const told = NOTICES[program] ?? { texts: [], categories: [] };
  await expect(written(declared, told)).toMatchFileSnapshot(`../src/programs/${program}/declared.ts`);
  const brought = registered().find(({ name }) => name === program);
  // A program says the texts of the kinds that it names.
  const named = Object.keys(brought?.kinds ?? {});
  expect(named).toEqual(expect.arrayContaining(declared.map(({ name }) => name)));
  expect(brought?.texts).toBeDefined();
});

test("a program of somebody else brings its own, and what it does not say stays English", () => {
  const schema = {
    type: "object",
    properties: {
      spending_limit: { type: "string", description: "At most." },
      every: { enum: ["day", "week"] },
    },
  };
  const state = stateView("open", { title: "Open" });
  const declared = kindView({ name: "favour", title: "Favour", states: [state], schema });
  const fields = { "Spending limit": "Ausgabengrenze", Day: "Tag", Open: "Öffnen" };
  register({
    name: "favours",
    kinds: { favour: {} },
    texts: { titles: { Favour: "Gefallen", Open: "Offen" }, fields },
  });
  const shown = told(declared);
  expect([shown.title, shown.states[0]?.title]).toEqual(["Gefallen", "Offen"]);
  expect(textsIn(fieldsOf(shown.schema))).toEqual(["Ausgabengrenze", "At most.", "Every", "", "Tag", "Week"]);
  const other = told(kindView({ name: "other", title: "Favour" }));
  expect(other.title).toBe("Favour");
});
