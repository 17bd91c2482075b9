/** Reading numbers that people type, in their own digits and with their own marks. Nothing that has two meanings is guessed. */

/** A plain decimal ("-1025.50"), or why the text is none. `example` shows how this reader writes a number. */
export type TypedNumber =
  | { ok: true; number: string }
  | { ok: false; why: "empty" | "not_a_number" | "ambiguous"; example: string };

export interface TypedOptions {
  /** BCP 47 tag; the reader's own when absent. */
  locale?: string | undefined;
}

/** One reader's way of writing numbers. */
interface Habit {
  decimals: ReadonlySet<string>;
  groups: ReadonlySet<string>;
  /** Lengths of the groups: the last one, and those before it ("12,34,567": 3 and 2). */
  last: number;
  others: number;
  /** The digits that count besides ASCII's: those shown, and those of the language's script. */
  digits: string;
  script: RegExp | null;
  signBehind: boolean;
  example: string;
}

// Marks of direction and invisible joints stand in what is shown, and come along when it is copied.
const INVISIBLE = /[\u200b-\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
const MINUS = /[-\u2010-\u2015\u2212\u207b\ufe63]/;
const APOSTROPHES = "'\u2019\u02bc\u2018";
/** These two mean one thing everywhere; whoever reads Latin digits in Morocco may still type them. */
const ARABIC = { decimal: "\u066b", group: "\u066c" };
/** Every kind of space is one. */
const SPACE = " ";

/**
 * Reads what a person typed or copied from the screen: the digits of the locale or ASCII ones, the locale's own marks, any kind
 * of space between groups. A mark that could stand before decimals as well as between thousands makes the text `ambiguous`.
 */
export function readNumber(typed: string, { locale }: TypedOptions = {}): TypedNumber {
  const habit = habitOf(locale);
  const no = (why: "empty" | "not_a_number" | "ambiguous"): TypedNumber => ({
    ok: false,
    why,
    example: habit.example,
  });
  const text = plain(typed);
  if (text === "") return no("empty");
  const digits = inAscii(text, habit);
  if (digits === null) return no("not_a_number");
  const { sign, rest } = signOf(digits, habit);
  // Digits at both ends, and between them digits and marks of at most two kinds.
  const marks = rest.replace(/\d/g, "");
  if (!/^\d(?:.*\d)?$/u.test(rest) || /[\p{L}\p{N}]/u.test(marks)) return no("not_a_number");
  const kinds = [...new Set(marks)];
  const [first, second] = kinds;
  if (first === undefined) return { ok: true, number: sign + rest };
  if (kinds.length > 2) return no("not_a_number");
  if (second !== undefined) {
    const [whole = "", fraction = "", more] = rest.split(second);
    const fits = habit.decimals.has(second) && mayGroup(first, habit) && grouped(whole, first, habit);
    if (more !== undefined || !fits || /\D/.test(fraction))
      return no(allKnown(kinds, habit) ? "ambiguous" : "not_a_number");
    return { ok: true, number: `${sign}${whole.replaceAll(first, "")}.${fraction}` };
  }
  return readOneMark(rest, first, habit, sign) ?? no(allKnown(kinds, habit) ? "ambiguous" : "not_a_number");
}

/** A number with one kind of mark in it; null where that has no meaning, or two. */
function readOneMark(rest: string, mark: string, habit: Habit, sign: string): TypedNumber | null {
  const parts = rest.split(mark);
  const [whole = "", fraction = ""] = parts;
  const asDecimal: TypedNumber = { ok: true, number: `${sign}${whole}.${fraction}` };
  if (habit.decimals.has(mark)) return parts.length === 2 ? asDecimal : null;
  const fits = mayGroup(mark, habit) && grouped(rest, mark, habit);
  const asGroups: TypedNumber = { ok: true, number: sign + parts.join("") };
  if (habit.groups.has(mark) || mark === SPACE) return fits ? asGroups : null;
  if (!known(mark, habit)) return null;
  // A point or comma that the locale has no use for: three digits behind it may be thousands or decimals.
  if (parts.length > 2) return fits ? asGroups : null;
  return grouped(rest, mark, habit) ? null : asDecimal;
}

const known = (mark: string, { decimals, groups }: Habit) =>
  mark === "." || mark === "," || mark === SPACE || decimals.has(mark) || groups.has(mark);

const allKnown = (kinds: string[], habit: Habit) => kinds.every((mark) => known(mark, habit));

/** Spaces group in every country; a point or comma may where it is not the decimal mark. */
const mayGroup = (mark: string, habit: Habit) => known(mark, habit) && !habit.decimals.has(mark);

/** Whether a whole number is grouped as the locale does it, or by threes; a group never begins a number with a zero. */
function grouped(whole: string, mark: string, { last, others }: Habit): boolean {
  const groups = whole.split(mark);
  if (groups.length < 2 || whole.startsWith("0")) return false;
  const lengths = groups.map((group) => group.length);
  const fits = (end: number, size: number) =>
    lengths.every((length, index) =>
      index === lengths.length - 1
        ? length === end
        : index > 0
          ? length === size
          : length > 0 && length <= size,
    );
  return fits(last, others) || fits(3, 3);
}

/** Without what cannot be seen; every space is a plain one, full-width signs are their narrow ones. */
function plain(typed: string): string {
  return typed
    .replace(INVISIBLE, "")
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/\s/g, SPACE)
    .trim();
}

/** The same with ASCII digits and one apostrophe; null where digits of another script, or of two, stand in it. */
function inAscii(text: string, habit: Habit): string | null {
  let script: string | null = null;
  let out = "";
  for (const sign of text) {
    if (APOSTROPHES.includes(sign)) out += "'";
    else if (/\p{Nd}/u.test(sign)) {
      const zero = zeroOf(sign);
      if (zero !== "0" && !habit.digits.includes(sign) && !habit.script?.test(sign)) return null;
      if (script !== null && script !== zero) return null;
      script = zero;
      out += String((sign.codePointAt(0) ?? 0) - (zero.codePointAt(0) ?? 0));
    } else out += sign;
  }
  return out;
}

/** The zero of a digit's system: Unicode has the ten digits of each in a row, and some rows behind each other. */
function zeroOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let start = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start -= 1;
  return String.fromCodePoint(code - ((code - start) % 10));
}

function signOf(text: string, { signBehind }: Habit): { sign: string; rest: string } {
  const [first = "", last = ""] = [text.at(0), text.at(-1)];
  if (first === "+") return { sign: "", rest: text.slice(1).trimStart() };
  if (MINUS.test(first)) return { sign: "-", rest: text.slice(1).trimStart() };
  if (signBehind && MINUS.test(last)) return { sign: "-", rest: text.slice(0, -1).trimEnd() };
  return { sign: "", rest: text };
}

const habits = new Map<string | undefined, Habit>();

function habitOf(locale: string | undefined): Habit {
  const cached = habits.get(locale);
  if (cached) return cached;
  const habit = readHabit(locale);
  habits.set(locale, habit);
  return habit;
}

function readHabit(locale: string | undefined): Habit {
  const options = { useGrouping: true, minimumFractionDigits: 1 } as const;
  const own = new Intl.NumberFormat(locale, options);
  const latin = new Intl.NumberFormat(locale, { ...options, numberingSystem: "latn" });
  const tag = own.resolvedOptions().locale;
  const shown = own.formatToParts(-12_345_678_901.5);
  const both = [...shown, ...latin.formatToParts(-12_345_678_901.5)];
  const marksOf = (type: "group" | "decimal", always: string) =>
    new Set([always, ...both.filter((part) => part.type === type).map(({ value }) => mark(value))]);
  const wholes = shown.filter(({ type }) => type === "integer").map(({ value }) => [...value].length);
  const digits = new Intl.NumberFormat(locale, { useGrouping: false }).format(9_876_543_210);
  const types = shown.map(({ type }) => type);
  return {
    decimals: marksOf("decimal", ARABIC.decimal),
    groups: marksOf("group", ARABIC.group),
    last: wholes.at(-1) ?? 3,
    others: wholes.at(-2) ?? 3,
    digits,
    script: scriptOf(tag),
    signBehind: types.indexOf("minusSign") > types.indexOf("decimal"),
    example: own.format(1234.5),
  };
}

const mark = (value: string) => {
  const sign = plain(value) || SPACE;
  return APOSTROPHES.includes(sign) ? "'" : sign;
};

/** Digits that belong to the script in which a language is written; null where its script has none of its own. */
function scriptOf(tag: string): RegExp | null {
  const { script } = new Intl.Locale(tag).maximize();
  try {
    return new RegExp(`\\p{scx=${script}}`, "u");
  } catch {
    // Names of several scripts together ("Jpan") are none of Unicode's.
    return null;
  }
}
