/** A list as somebody pastes it: made a table with a header, so that the server reads it like any other file. */

const HEADER = ["user", "amount", "reason"] as const;
const AMOUNT = /^[+-]?\p{Sc}?\d/u;
/** What parts cells, the surest first. Blanks part those of a line that has none of these. */
const DELIMITERS = ["\t", ";", "|", ","] as const;

/** The lines of a list that say something. */
const linesOf = (text: string): string[] => text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "");

/** Whether the commas of a line part nothing but a number and its fraction: its cells are parted by blanks. */
const isFraction = (line: string): boolean =>
  /\d,\d/.test(line) && !/,\D|\D,|,$/.test(line) && /\S\s+\S/.test(line.trim());

function delimiterOf(lines: readonly string[]): string | undefined {
  const parts = (line: string, sign: string) => line.includes(sign) && !(sign === "," && isFraction(line));
  return DELIMITERS.find((sign) => lines.some((line) => parts(line, sign)));
}

/** "Anna Smith 50 Thank you" by its amount; a line without one is a person alone. */
function byBlanks(line: string): string[] {
  const words = line.trim().split(/\s+/);
  // What comes first names the person, who may be a number as well.
  const at = words.findIndex((word, index) => index > 0 && AMOUNT.test(word));
  if (at === -1) return [words.join(" ")];
  const [user, amount, reason] = [words.slice(0, at), words.slice(at, at + 1), words.slice(at + 1)];
  return [user, amount, reason].map((part) => part.join(" "));
}

function rowsOf(lines: readonly string[], sign: string | undefined): string[][] {
  return lines.map((line) =>
    sign !== undefined && line.includes(sign) ? line.split(sign).map((cell) => cell.trim()) : byBlanks(line),
  );
}

/** Whether a first row names columns: it has no cell with a digit, and the one below has. */
function isHeader(first: readonly string[], second: readonly string[] = []): boolean {
  const numbered = (row: readonly string[]) => row.some((cell) => /\d/.test(cell));
  return first.length > 1 && !numbered(first) && numbered(second);
}

/**
 * The list as text with cells parted by tabs. Lines without an amount of their own get `amount`. A list with a header stays as it
 * is, and so does the text of one with quoted cells.
 */
export function tableOf(text: string, amount = ""): string {
  const lines = linesOf(text);
  const sign = delimiterOf(lines);
  const rows = rowsOf(lines, sign);
  if (isHeader(rows[0] ?? [], rows[1])) return `${lines.join("\n")}\n`;
  if (text.includes('"')) return `${[HEADER.join(sign ?? "\t"), ...lines].join("\n")}\n`;
  const filled = rows.map(([user = "", own = "", ...reason]) => [user, own || amount, ...reason]);
  return `${[HEADER, ...filled].map((cells) => cells.join("\t")).join("\n")}\n`;
}

/** Whether each line of a list has an amount of its own. */
export function hasAmounts(text: string): boolean {
  const lines = linesOf(text);
  return rowsOf(lines, delimiterOf(lines)).every(([, amount = ""]) => amount !== "");
}
