import { describe, expect, test } from "vitest";
import { add, compare, formatAmount, isDecimal, isZero, negate, subtract } from "../src/index.js";

describe("exact decimals", () => {
  test.each([
    ["0.1", "0.2", "0.3"],
    ["9223372036854775807", "1", "9223372036854775808"],
    ["0.00000001", "-0.00000002", "-0.00000001"],
    ["1.50", "2.5", "4.00"],
    ["-5", "5", "0"],
    ["-0.05", "0.04", "-0.01"],
    ["100", "-0.5", "99.5"],
  ])("%s + %s = %s", (a, b, sum) => {
    expect(add(a, b)).toBe(sum);
    expect(compare(subtract(sum, b), a)).toBe(0);
  });

  test.each([
    ["1.50", "1.5", 0],
    ["-2", "1", -1],
    ["10", "9.99", 1],
    ["0.00", "-0", 0],
  ])("compare(%s, %s) is %i", (a, b, order) => expect(compare(a, b)).toBe(order));

  test("signs and zero", () => {
    expect(negate("12.50")).toBe("-12.50");
    expect(negate("-1")).toBe("1");
    expect(negate("0.00")).toBe("0.00");
    expect(isZero("-0.00")).toBe(true);
  });

  test.each(["", " 1", "+1", "1e9", "1,5", ".5", "5.", "NaN", "0x10", "--1", "١"])(
    "%j is no amount",
    (text) => {
      expect(isDecimal(text)).toBe(false);
      expect(() => add(text, "1")).toThrow(RangeError);
    },
  );

  test("are printed for a reader without losing a digit", () => {
    expect(formatAmount("9223372036854775807.25", { locale: "en" })).toBe("9,223,372,036,854,775,807.25");
    expect(formatAmount("1234567.50", { locale: "de" })).toBe("1.234.567,50");
    expect(formatAmount("50", { locale: "en", sign: "always" })).toBe("+50");
    expect(formatAmount("0", { locale: "en", sign: "always" })).toBe("0");
  });
});
