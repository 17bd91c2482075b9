import { describe, expect, test } from "vitest";
import { cellText, csvCell, fromCsv, toCsv } from "../src/lib/csv";

describe("a cell", () => {
  test.each([
    // value                written
    ["plain", "plain"],
    ["", ""],
    ["-5", "-5"],
    ["-5.25", "-5.25"],
    ["a,b", '"a,b"'],
    ["a;b", '"a;b"'],
    ['say "hi"', '"say ""hi"""'],
    ["two\nlines", '"two\nlines"'],
    [" kept ", '" kept "'],
    // what a spreadsheet would run
    ["=2+3", "'=2+3"],
    ["+49 171", "'+49 171"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["|cmd", "'|cmd"],
    ["  =2+3", "'  =2+3"],
    ["\t=2+3", '"\'\t=2+3"'],
    ["\r=2+3", '"\'\r=2+3"'],
    ["\uff1d2+3", "'\uff1d2+3"],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
  ])("%j is written %j", (value, written) => {
    expect(csvCell(value)).toBe(written);
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
