/** Texts that programs made on the server, found again in the language of the page. */
import { formatAmount } from "@groat/client";
import { t } from "@lingui/core/macro";
import { useMemo } from "react";
import { i18n } from "#texts";
import { formatDay } from "../lib/time";
import type { ConsoleProgram, DeclaredTexts } from "./program";
import { usePrograms } from "./registry";

interface Template {
  /** Matches a sentence that was made of it. */
  pattern: RegExp;
  /** The names of its values, in the order of the pattern. */
  names: string[];
  said: string;
  /** How much of it is no value: of two that match, the one that says more is meant. */
  weight: number;
}

const PLACE = /\{(\w+)\}/;

function templateOf([english, said]: [string, string]): Template {
  const parts = english.split(PLACE);
  const fixed = parts.filter((_, index) => index % 2 === 0);
  const pattern = parts
    .map((part, index) => (index % 2 === 0 ? part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") : "(.+?)"))
    .join("");
  return {
    pattern: new RegExp(`^${pattern}$`, "s"),
    names: parts.filter((_, index) => index % 2 === 1),
    said,
    weight: fixed.join("").length,
  };
}

/**
 * Says texts that were made of these templates, sentence by sentence; what is of none, such as the reason that somebody wrote, stays as it
 * is. `titles` are of kinds.
 */
export function sayerOfSentences(
  templates: Readonly<Record<string, string>>,
  titles: Readonly<Record<string, string>> = {},
): (english: string) => string {
  const all = Object.entries(templates).map(templateOf);
  all.sort((left, right) => right.weight - left.weight);

  function sentence(english: string): string | null {
    for (const { pattern, names, said } of all) {
      const match = pattern.exec(english);
      if (!match) continue;
      const values = Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? ""]));
      return said.replace(/\{(\w+)\}/g, (_, name: string) => spoken(name, values[name] ?? "", titles));
    }
    return null;
  }

  return (english) => {
    const pieces = english.split(/(?<=[.:]) /);
    const said: string[] = [];
    for (let from = 0; from < pieces.length; ) {
      let to = from + 1;
      let found = sentence(pieces.slice(from, to).join(" "));
      while (found === null && to < pieces.length) found = sentence(pieces.slice(from, ++to).join(" "));
      if (found === null) {
        said.push(amountIn(pieces[from] ?? ""));
        from += 1;
      } else {
        said.push(found);
        from = to;
      }
    }
    return said.join(" ");
  };
}

/** A value as the language writes it: amounts, days, and the words that the server has for some. */
function spoken(name: string, value: string, titles: Readonly<Record<string, string>>): string {
  if (name === "month") return monthIn(value);
  if (name === "window") return WINDOWS[value] ?? value;
  if (name === "kind") return titles[value] ?? value;
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return formatDay(new Date(`${value}T12:00:00`));
  return amountIn(value).replace(/\bcredits?$/, (word) => (word === "credit" ? t`credit` : t`credits`));
}

const WINDOWS: Readonly<Record<string, string>> = {
  hour: t({ message: "hour", context: "a budget's window" }),
  day: t({ message: "day", context: "a budget's window" }),
  month: t({ message: "month", context: "a budget's window" }),
  "rolling hour": t`rolling hour`,
  "rolling day": t`rolling day`,
  "rolling month": t`rolling month`,
};

/** A text that is an amount with its asset, and perhaps a full stop, as the language writes numbers. */
const amountIn = (text: string): string =>
  text.replace(/^(-?\d+(?:\.\d+)?)(?= (?:[A-Z]|credits?$))/, (number) =>
    formatAmount(number, { locale: i18n.locale }),
  );

function monthIn(english: string): string {
  const index = [...Array(12).keys()].find((month) => monthName(month, "en") === english);
  return index === undefined ? english : monthName(index, i18n.locale);
}

const monthName = (month: number, locale: string): string =>
  new Intl.DateTimeFormat(locale, { month: "long", timeZone: "UTC" }).format(Date.UTC(2026, month, 15));

const merged = (programs: readonly ConsoleProgram[], which: keyof DeclaredTexts): Record<string, string> =>
  Object.assign({}, ...programs.map(({ texts }) => texts?.[which] ?? {}));

/** Says what notifications tell, and the names of their categories. */
export function useSaid(): { say: (english: string) => string; category: (english: string) => string } {
  const programs = usePrograms();
  return useMemo(() => {
    const categories = merged(programs, "categories");
    const say = sayerOfSentences(merged(programs, "notices"), merged(programs, "titles"));
    return {
      say: i18n.locale === "en" ? (english) => english : say,
      category: (english) => categories[english] ?? english,
    };
  }, [programs]);
}
