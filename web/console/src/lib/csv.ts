/** CSV: reading the files that the server writes, and handing files to the browser. */

// The server writes cells by src/groat/csv_cells.py: both are tested by tests/data/csv_cells.json. Blanks are written
// out, for "\s" means another set in Python.
const BLANK = "\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f\\u2060\\u3000\\ufeff";
const SIGN = "=+\\-@|%\\ufe62\\ufe63\\ufe66\\ufe6b\\uff0b\\uff0d\\uff1d\\uff20";
const RUNS = `[${BLANK}']*[${SIGN}]`;

const LEAD = new RegExp(`^[${BLANK}']*`);
const FORMULA = new RegExp(`^(?:${RUNS}|'*[\\t\\r\\n])`);
const ESCAPED_WITHIN = new RegExp(`([;\\t\\r\\n])'(?=${RUNS})`, "g");

/** Blanks and apostrophes that a text begins with, and the rest. */
function split(text: string): [string, string] {
  const at = LEAD.exec(text)?.[0].length ?? 0;
  return [text.slice(0, at), text.slice(at)];
}

/** The rows of a file by RFC 4180; lines of any ending, and a byte-order mark is none of the text. */
export function fromCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // Each cell with what ends it: a comma, a line's end, or the end of the file.
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\r|\n|$)/y;
  cell.lastIndex = text.startsWith("\ufeff") ? 1 : 0;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (!match) throw new SyntaxError("this is no CSV");
    const [, quoted, plain = "", end] = match;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ",") {
      if (cell.lastIndex === text.length) row.push("");
      else continue;
    }
    rows.push(row);
    row = [];
  }
  return rows;
}

/** A cell's own text, without the apostrophes that keep a spreadsheet from running it. */
export function cellText(cell: string): string {
  const [head, rest] = split(cell);
  const marked = head.startsWith("'") && FORMULA.test(cell);
  return head.slice(marked ? 1 : 0) + rest.replace(ESCAPED_WITHIN, "$1");
}

/** Hands a text to the browser as a download. */
export function download(name: string, text: string, type = "text/csv;charset=utf-8"): void {
  save(name, new Blob([text], { type }));
}

/** Hands a file to the browser as a download. */
export function save(name: string, file: Blob): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
