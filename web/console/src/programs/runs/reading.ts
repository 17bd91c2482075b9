/** The reading of a file: what was taken, what can be chosen instead, and the server's questions. */
import type { DraftChange, DraftReading, GroatError, SheetColumn } from "@groat/client";
import { t } from "@lingui/core/macro";

/** The columns that a row is read from. Somebody is named by at least one of the first three. */
export const ROLES = ["user", "email", "name", "amount", "reason"] as const;
export type Role = (typeof ROLES)[number];

export type ChoiceName =
  | "sheet"
  | "encoding"
  | "delimiter"
  | "decimal"
  | "date_order"
  | "amount"
  | `${Role}_column`;

/** What was chosen, by name. A column goes by its number, for names may be doubled; "" for none. */
export type Choices = Partial<Record<ChoiceName, string>>;

/** The options to choose from. */
export interface Readable {
  columns: SheetColumn[];
  sheets: { name: string; hidden: boolean }[];
  /** A piece of the text as it reads in each encoding, where that is asked. */
  samples: Record<string, string>;
  /** Whether the file is text, with an encoding and a delimiter. */
  text: boolean;
  /** The choice without which nothing goes on. */
  asked: ChoiceName | null;
  /** The options shown. */
  shown: readonly ChoiceName[];
}

const EVERYTHING: readonly ChoiceName[] = [
  "sheet",
  "user_column",
  "email_column",
  "name_column",
  "amount_column",
  "amount",
  "reason_column",
  "decimal",
  "date_order",
  "encoding",
  "delimiter",
];

/** The encodings by the names that people know them by. */
export const ENCODINGS: readonly (readonly [string, string])[] = [
  ["utf-8", t`Unicode (UTF-8)`],
  ["utf-16", t`Unicode (UTF-16)`],
  ["cp1252", t`Western European`],
  ["cp1250", t`Central European`],
  ["cp1251", t`Cyrillic (Windows)`],
  ["koi8-r", t`Cyrillic (KOI8-R)`],
  ["cp866", t`Cyrillic (DOS)`],
  ["cp1253", t`Greek`],
  ["cp1254", t`Turkish`],
  ["cp1257", t`Baltic`],
  ["cp1255", t`Hebrew`],
  ["cp1256", t`Arabic`],
  ["cp1258", t`Vietnamese`],
  ["shift_jis", t`Japanese`],
  ["gb18030", t`Chinese, simplified`],
  ["big5", t`Chinese, traditional`],
  ["euc-kr", t`Korean`],
  ["mac-roman", t`Western European (Mac)`],
  ["cp850", t`Western European (DOS)`],
  ["cp437", t`Western European (DOS, US)`],
];

export const DELIMITERS: readonly (readonly [string, string])[] = [
  [",", t`Comma`],
  [";", t`Semicolon`],
  ["\t", t`Tab`],
  ["|", t`Bar`],
];

/** The orders of day, month and year, with the same day in each. */
export const DATE_ORDERS: readonly (readonly [string, string])[] = [
  ["dmy", t`Day first: 31/12/2026`],
  ["mdy", t`Month first: 12/31/2026`],
  ["ymd", t`Year first: 2026-12-31`],
];

/** Turns what was taken into choices, for a form to show; `amount` is the one for all rows. */
export function taken(reading: DraftReading, amount: string | null = null): Choices {
  const { sheet, encoding, delimiter, decimal, date_order, places } = reading;
  return {
    ...Object.fromEntries(ROLES.map((role) => [`${role}_column`, places[role] ? String(places[role]) : ""])),
    decimal: decimal ?? "",
    date_order: date_order ?? "",
    amount: amount ?? "",
    ...(sheet !== null && { sheet }),
    // A mark at the beginning of the file and the order of its bytes are no choice of a person's.
    ...(encoding !== null && { encoding: encoding.replace(/-sig$|-[lb]e$/, "") }),
    ...(delimiter !== null && { delimiter }),
  };
}

export const readable = ({ found, sheets, delimiter }: DraftReading): Readable => ({
  columns: found,
  sheets,
  samples: {},
  text: delimiter !== null,
  asked: null,
  shown: EVERYTHING,
});

/** Reads the question of a refusal; null where it asks for nothing that somebody could choose. */
export function askedBy(error: GroatError): Readable | null {
  const columns = listOf<SheetColumn>(error.fields.columns);
  const sheets = listOf<{ name: string; hidden: boolean }>(error.fields.sheets);
  const encodings = listOf<{ encoding: string; sample: string }>(error.fields.encodings);
  const samples = Object.fromEntries(encodings.map(({ encoding, sample }) => [encoding, sample]));
  const base = { columns, sheets, samples, text: sheets.length === 0 };
  const ask = (asked: ChoiceName, shown: readonly ChoiceName[] = [asked]) => ({ ...base, asked, shown });
  switch (error.code) {
    case "sheet_columns_unclear":
    case "sheet_column_not_found":
      return ask(`${String(error.fields.role)}_column` as ChoiceName);
    case "sheet_no_header":
      if (columns.length > 0) return ask("user_column", EVERYTHING);
      return sheets.length > 0 ? ask("sheet") : null;
    case "sheet_not_found":
      return ask("sheet");
    case "sheet_encoding_unclear":
      return ask("encoding");
    default:
      return null;
  }
}

const isColumn = (name: string): name is `${Role}_column` => name.endsWith("_column");

/** The choices after one more. Another sheet or delimiter has columns of its own. */
export function chooseAlso(choices: Choices, name: ChoiceName, value: string | undefined): Choices {
  const anew = name === "sheet" || name === "delimiter";
  const kept = Object.entries(choices).filter(
    ([other]) => other !== name && !(anew && (isColumn(other) || other === "decimal")),
  );
  return { ...Object.fromEntries(kept), ...(value !== undefined && { [name]: value }) };
}

/** Whether somebody is named, and an amount given, by what was chosen. */
export const isEnough = (choices: Choices): boolean =>
  Boolean(
    (choices.user_column || choices.email_column || choices.name_column) &&
      (choices.amount_column || choices.amount),
  );

/** One choice as a change of the draft. */
export function changeOf(name: ChoiceName, value: string | undefined): DraftChange {
  // A column for the amount counts instead of one amount for all.
  if (name === "amount_column" && value) return { columns: { amount: value }, amount: null };
  return isColumn(name)
    ? { columns: { [name.replace("_column", "")]: value ?? null } }
    : { [name]: value ?? null };
}

function listOf<Item>(value: unknown): Item[] {
  return Array.isArray(value) ? (value as Item[]) : [];
}
