import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cellText, fromCsv } from "../src/lib/csv";

/** What the server's tests read, too. */
const cells: [string, string][] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../tests/data/csv_cells.json"), "utf8"),
);

describe("a cell", () => {
  test.each(cells)("%j is read again", (value, written) => {
    expect(fromCsv(`${written},end`).map(([cell = ""]) => cellText(cell))).toEqual([value]);
  });
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

  test("an apostrophe before a plain word is its own", () => {
    expect(cellText("'tis fine")).toBe("'tis fine");
  });
});
