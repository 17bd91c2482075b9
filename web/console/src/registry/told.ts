/** The declarations of kinds in the language of the page. */
import type { JsonSchema, KindView } from "@groat/client";
import { textsOf } from "./registry";

/** Where a schema has the texts of its fields. */
const TEXTS = "x-texts";

type Texts = Readonly<Record<string, string>>;

/** A kind whose titles, and the texts of whose schemas, are what its program says; the others stay English. */
export function told(kind: KindView): KindView {
  const { titles = {}, fields = {} } = textsOf(kind);
  const say = sayer(titles);
  return {
    ...kind,
    title: say(kind.title),
    description: say(kind.description),
    states: kind.states.map((state) => ({ ...state, title: say(state.title) })),
    transitions: kind.transitions.map((transition) => ({
      ...transition,
      title: say(transition.title),
      schema: { ...transition.schema, [TEXTS]: fields },
    })),
    schema: { ...kind.schema, [TEXTS]: fields },
  };
}

/** Says the texts of a schema's fields: names, hints and choices. */
export const sayerOf = (schema: JsonSchema) => sayer((schema[TEXTS] ?? {}) as Texts);

const sayer =
  (texts: Texts) =>
  (english: string): string =>
    Object.hasOwn(texts, english) ? String(texts[english]) : english;
