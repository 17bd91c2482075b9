import { describe, expect, test } from "vitest";
import { csvCell, toCsv } from "../src/lib/csv";

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
