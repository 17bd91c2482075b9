/** Reads what a module exports: its author may have written it without types. */
import { t } from "@lingui/core/macro";
import type { ConsoleProgram } from "../registry/program";
import { API } from "../shared/version";

/** Returns the program that a module exports. Throws Error with what is wrong with it. */
export function readProgram(exported: unknown, program: string): ConsoleProgram {
  if (!isObject(exported)) {
    throw new Error(t`It exports no program: “export default defineModule({ … })” is missing.`);
  }
  const {
    api,
    name,
    pages = [],
    nav = [],
    palette = [],
    kinds = {},
    slots = {},
    categories = {},
    subjects = {},
    texts = {},
  } = exported;
  if (api !== API) {
    throw new Error(
      t`It is made for version ${String(api)} of the console's interface; this console has ${API}.`,
    );
  }
  if (name !== program) {
    throw new Error(
      t`It says that it belongs to “${String(name)}”, but it comes from the program “${program}”.`,
    );
  }
  const wrong =
    broken("pages", pages, ({ path, component }) => isText(path) && isPart(component)) ??
    broken("nav", nav, (one) => isLink(one) && (one.section === "own" || one.section === "staff")) ??
    broken("palette", palette, isLink) ??
    brokenOf("kinds", kinds, isObject) ??
    brokenOf("slots", slots, isPart) ??
    brokenOf("categories", categories, isPart) ??
    brokenOf("subjects", subjects, isText) ??
    brokenOf("texts", texts, isObject);
  if (wrong) throw new Error(t`Its ${wrong} is not as the console's interface says.`);
  for (const { path } of pages as { path: string }[]) {
    if (path !== `/${program}` && !path.startsWith(`/${program}/`)) {
      throw new Error(t`The address ${path} of a page must begin with /${program}.`);
    }
  }
  return exported as unknown as ConsoleProgram;
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const isText = (value: unknown) => typeof value === "string" && value !== "";
/** A component is a function, or what `memo` and the like make of one. */
const isPart = (value: unknown) => typeof value === "function" || isObject(value);
const isLink = ({ to, label, icon }: Fields) => isText(to) && isText(label) && isPart(icon);

function broken(what: string, list: unknown, isRight: (one: Fields) => boolean): string | null {
  if (!Array.isArray(list)) return what;
  const index = list.findIndex((one) => !isObject(one) || !isRight(one));
  return index < 0 ? null : `${what}[${index}]`;
}

function brokenOf(what: string, given: unknown, isRight: (one: unknown) => boolean): string | null {
  if (!isObject(given)) return what;
  const found = Object.entries(given).find(([, one]) => !isRight(one));
  return found ? `${what}.${found[0]}` : null;
}
