import { describe, expect, test } from "vitest";
import { readAmount } from "../src/lib/amounts";

const CREDIT = { code: "CREDIT", scale: 0 };
const USD = { code: "USD", scale: 2 };
const BTC = { code: "BTC", scale: 8 };

describe("what a person types becomes an exact decimal", () => {
  test.each([
    // typed            asset   locale   amount
    ["25", CREDIT, "en", "25"],
    [" 25 ", CREDIT, "en", "25"],
    ["+25", CREDIT, "en", "25"],
    ["1,250", CREDIT, "en", "1250"],
    ["12,34,567", CREDIT, "en-IN", "1234567"],
    ["12.5", USD, "en", "12.50"],
    ["1,234.5", USD, "en", "1234.50"],
    ["12,5", USD, "de", "12.50"],
    ["1.234,5", USD, "de", "1234.50"],
    ["1\u202f234,5", USD, "fr", "1234.50"],
    ["0.00000001", BTC, "en", "0.00000001"],
    ["007", CREDIT, "en", "7"],
    ["9223372036854775807", CREDIT, "en", "9223372036854775807"],
    ["92233720368.54775807", BTC, "en", "92233720368.54775807"],
  ])("%s of %o in %s is %s", (typed, asset, locale, amount) => {
    expect(readAmount(typed, asset, { locale })).toEqual({ ok: true, amount });
  });

  test.each([
    // typed             asset   locale   what it says
    ["", CREDIT, "en", "Enter an amount."],
    ["abc", CREDIT, "en", "Enter a number"],
    ["1e9", CREDIT, "en", "Enter a number"],
    ["1 2", CREDIT, "en", "Enter a number"],
    ["1,2", CREDIT, "en", "Enter a number"],
    ["0x10", CREDIT, "en", "Enter a number"],
    ["٥", CREDIT, "en", "Enter a number"],
    ["1.5", CREDIT, "en", "no decimals"],
    ["1.505", USD, "en", "at most 2 decimals"],
    ["-5", CREDIT, "en", "without a sign"],
    ["\u22125", CREDIT, "en", "without a sign"],
    ["9223372036854775808", CREDIT, "en", "more than can be counted"],
  ])("%s of %o in %s is refused: %s", (typed, asset, locale, problem) => {
    const read = readAmount(typed, asset, { locale });
    expect(read.ok).toBe(false);
    expect(!read.ok && read.problem).toContain(problem);
  });

  test("a sign is taken where it means something", () => {
    expect(readAmount("-5", USD, { locale: "en", negative: true })).toEqual({ ok: true, amount: "-5.00" });
    expect(readAmount("-0", USD, { locale: "en", negative: true })).toEqual({ ok: true, amount: "0.00" });
  });
});
