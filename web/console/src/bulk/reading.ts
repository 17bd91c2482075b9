/** The reading of a file: the options taken, those to choose from, and the server's questions. */

import type { GroatError, SheetChoices, SheetColumn, SheetPreview } from "@groat/client";
import { t } from "@lingui/core/macro";

/** The options to choose from. `text` says that the file is text, with an encoding and a delimiter. */
export interface Readable {
  columns: SheetColumn[];
  sheets: { name: string; hidden: boolean }[];
  /** A piece of the text as it reads in each encoding, where that is asked. */
  samples: Record<string, string>;
  text: boolean;
  /** The choice without which nothing goes on. */
  asked: keyof SheetChoices | null;
  /** The options shown. */
  shown: readonly (keyof SheetChoices)[];
}

const EVERYTHING = [
  "sheet",
  "user_column",
  "amount_column",
  "reason_column",
  "decimal",
  "encoding",
  "delimiter",
] as const;

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
  ["\t", "Tab"],
  ["|", t`Bar`],
];

/** Turns the options of a preview into choices, for a select to show. Columns go by number, for names may be doubled. */
export function taken(preview: SheetPreview): SheetChoices {
  const place = (role: string) => (preview.places[role] ? String(preview.places[role]) : "");
  return {
    user_column: place("user"),
    amount_column: place("amount"),
    reason_column: place("reason"),
    decimal: preview.decimal ?? "",
    ...(preview.sheet !== null && { sheet: preview.sheet }),
    // A mark at the beginning of the file and the order of its bytes are no choice of a person's.
    ...(preview.encoding !== null && { encoding: preview.encoding.replace(/-sig$|-[lb]e$/, "") }),
    ...(preview.delimiter !== null && { delimiter: preview.delimiter }),
  };
}

export function readable(preview: SheetPreview): Readable {
  return {
    columns: preview.found,
    sheets: preview.sheets,
    samples: {},
    text: preview.delimiter !== null,
    asked: null,
    shown: EVERYTHING,
  };
}

/** Reads the question of a refusal; null where it asks for nothing that somebody could choose. */
export function askedBy(error: GroatError): Readable | null {
  const columns = listOf<SheetColumn>(error.fields.columns);
  const sheets = listOf<{ name: string; hidden: boolean }>(error.fields.sheets);
  const encodings = listOf<{ encoding: string; sample: string }>(error.fields.encodings);
  const samples = Object.fromEntries(encodings.map(({ encoding, sample }) => [encoding, sample]));
  const base = { columns, sheets, samples, text: sheets.length === 0 };
  const ask = (asked: keyof SheetChoices, shown: readonly (keyof SheetChoices)[] = [asked]) => ({
    ...base,
    asked,
    shown,
  });
  switch (error.code) {
    case "sheet_columns_unclear":
    case "sheet_column_not_found":
      return ask(`${String(error.fields.role)}_column` as keyof SheetChoices);
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

/** The choices after one more. Another sheet, encoding or delimiter has columns of its own. */
export function chooseAlso(
  choices: SheetChoices,
  name: keyof SheetChoices,
  value: string | undefined,
): SheetChoices {
  const { [name]: _, ...others } = choices;
  const anew = name === "sheet" || name === "delimiter";
  const {
    user_column: _u,
    amount_column: _a,
    reason_column: _r,
    decimal: _d,
    ...rest
  } = others as SheetChoices;
  const kept: SheetChoices = anew ? rest : others;
  return value === undefined ? kept : { ...kept, [name]: value };
}

function listOf<Item>(value: unknown): Item[] {
  return Array.isArray(value) ? (value as Item[]) : [];
}
