/** CSV: writing it safe to open in a spreadsheet, and reading our own. */

const FORMULA = /^[\s\p{Cc}]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * One cell. A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, "CSV Injection");
 * plain negative numbers stay numbers. Quoted where it holds a separator, a quote or a line break.
 */
export function csvCell(value: string): string {
  const safe = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /["\r\n,;\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A whole file by RFC 4180, with a byte-order mark so that spreadsheets read it as UTF-8. */
export function toCsv(header: string[], rows: string[][]): string {
  return `\ufeff${[header, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
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

/** A cell's own text, without the apostrophe that keeps a spreadsheet from running it. */
export function cellText(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;
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
