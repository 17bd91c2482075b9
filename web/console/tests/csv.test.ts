import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cellText, csvCell, fromCsv, toCsv } from "../src/lib/csv";

/** What the server's tests read, too. */
const cells: [string, string][] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../tests/data/csv_cells.json"), "utf8"),
);

describe("a cell", () => {
  test.each(cells)("%j is written %j", (value, written) => {
    expect(csvCell(value)).toBe(written);
  });

  test.each(cells)("%j is read again", (value, written) => {
    expect(fromCsv(`${written},end`).map(([cell = ""]) => cellText(cell))).toEqual([value]);
  });
});

test("a file has a mark for UTF-8 and ends its lines as the format says", () => {
  expect(toCsv(["user", "problem"], [["42", "=1"]])).toBe("\ufeffuser,problem\r\n42,'=1\r\n");
});

describe("reading", () => {
  test.each([
    [
      "a,b\r\nc,d\r\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      "a,b\nc,d",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["\ufeffa,,b\r\n", [["a", "", "b"]]],
    [
      "a,\r\n,b\r\n",
      [
        ["a", ""],
        ["", "b"],
      ],
    ],
    ["a,", [["a", ""]]],
    ['"a,b","say ""hi""","two\r\nlines"\r\n', [["a,b", 'say "hi"', "two\r\nlines"]]],
    ["", []],
  ])("%j", (text, rows) => {
    expect(fromCsv(text)).toEqual(rows);
  });

  test("what is no CSV is said to be none", () => {
    expect(() => fromCsv('a,"b\r\n')).toThrow(SyntaxError);
    expect(() => fromCsv('a,b"c\r\n')).toThrow(SyntaxError);
  });

  test("what was written is read again, and the texts of cells are their own", () => {
    const rows = [
      ["at", "reason"],
      ["=2+3", "-5"],
      [' a "b", c\n', "@x"],
    ];
    expect(fromCsv(toCsv(rows[0] ?? [], rows.slice(1))).map((row) => row.map(cellText))).toEqual(rows);
    expect(cellText("'tis fine")).toBe("'tis fine");
  });
});
