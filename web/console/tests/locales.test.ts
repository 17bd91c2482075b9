/** What is shown can be typed, in twenty locales and more: with the locale's digits and with ASCII ones. */
import { formatAmount } from "@groat/client";
import { describe, expect, test } from "vitest";
import { readAmount } from "../src/lib/amounts";

const LOCALES = [
  ..."en-US en-GB en-IN hi-IN hi-IN-u-nu-deva mr-IN ne-NP bn-BD ta-IN my-MM".split(" "),
  ..."ar-EG ar-MA ar-AE fa-IR ur-PK ckb-IQ ps-AF he-IL th-TH ja-JP zh-CN ko-KR".split(" "),
  ..."de-DE de-CH de-AT fr-FR fr-CH it-CH it-IT es-ES es-MX pt-BR pt-PT pl-PL".split(" "),
  ..."sv-SE nb-NO fi-FI lt-LT sl-SI ru-RU uk-UA tr-TR vi-VN en-ZA dz-BT".split(" "),
];
const ASSETS = [
  { code: "CREDIT", scale: 0 },
  { code: "USD", scale: 2 },
  { code: "KWD", scale: 3 },
  { code: "BTC", scale: 8 },
];
const UNITS = [1n, 7n, 99n, 100n, 1000n, 1025n, 102550n, 9999999n, 10000000n, 123456789n, 2n ** 63n - 1n];

function decimal(units: bigint, scale: number): string {
  const digits = units.toString().padStart(scale + 1, "0");
  return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The same with ASCII digits in place of the locale's own; the marks stay. */
function inAscii(shown: string, locale: string): string {
  const own = [...new Intl.NumberFormat(locale, { useGrouping: false }).format(9876543210)].reverse();
  return [...shown].map((sign) => (own.includes(sign) ? String(own.indexOf(sign)) : sign)).join("");
}

/** Every way in which somebody may type what is shown. */
function waysToType(amount: string, locale: string, code: string): string[] {
  const shown = formatAmount(amount, { locale });
  const latin = new Intl.NumberFormat(locale, {
    numberingSystem: "latn",
    minimumFractionDigits: amount.split(".")[1]?.length ?? 0,
  }).format(amount as `${number}`);
  const ungrouped = new Intl.NumberFormat(locale, {
    useGrouping: false,
    minimumFractionDigits: amount.split(".")[1]?.length ?? 0,
  }).format(amount as `${number}`);
  return [
    shown,
    inAscii(shown, locale),
    latin,
    ungrouped,
    inAscii(ungrouped, locale),
    shown.replace(/\s/g, " "),
    shown.replace(/[’']/g, "’"),
    shown.replace(/[’']/g, "'"),
    shown.replace(/[\u200e\u200f\u061c]/g, ""),
    `\u2068${shown}\u2069`,
    ` ${shown}\u00a0${code}`,
  ];
}

describe.each(LOCALES)("in %s", (locale) => {
  test("what is shown is typed, and is the same amount", () => {
    for (const asset of ASSETS) {
      for (const units of UNITS) {
        for (const sign of ["", "-"]) {
          const amount = sign + decimal(units, asset.scale);
          for (const typed of waysToType(amount, locale, asset.code)) {
            const read = readAmount(typed, asset, { locale, negative: true });
            expect(read, `${typed} for ${amount}`).toEqual({ ok: true, amount });
          }
        }
      }
    }
  });

  test("a change with its sign is read, too", () => {
    const shown = formatAmount("1025.50", { locale, sign: "always" });
    expect(readAmount(shown, { code: "USD", scale: 2 }, { locale })).toEqual({ ok: true, amount: "1025.50" });
  });
});

describe("what has two meanings is an error with a text", () => {
  const BTC = { code: "BTC", scale: 8 };
  test.each([
    // typed      locale   might be
    ["1,50", "en-US"], // 1.50 or 150
    ["1,2345", "en-US"],
    ["0,025", "en-US"], // 0.025 or 25
    ["1.234,50", "en-US"],
    ["12.5", "de-DE"], // 12.5 or 125
    ["0.025", "de-DE"],
    ["1,234.50", "de-DE"],
    ["1.234", "fr-FR"], // a numeric pad's point, or thousands
    ["1,234", "de-CH"],
    ["1.234", "pl-PL"],
    ["1'50", "de-CH"],
    ["12 34", "en-US"],
    ["1,00,000", "en-US"],
  ])("%s in %s", (typed, locale) => {
    const read = readAmount(typed, BTC, { locale });
    expect(read).toEqual({ ok: false, problem: expect.stringContaining("can be read in two ways") });
    expect(!read.ok && read.problem).toContain(formatAmount("1234.5", { locale }));
  });

  test.each([
    ["12.5", "fr-FR", "12.50000000"],
    ["1025,50", "de-CH", "1025.50000000"],
    ["0.001", "fr-FR", "0.00100000"],
    ["1.025,50", "de-AT", "1025.50000000"],
    ["1,234,567.5", "en-IN", "1234567.50000000"],
    ["1 025.50", "en-US", "1025.50000000"],
    ["१,०२५.५०", "hi-IN", "1025.50000000"],
    ["١٬٠٢٥٫٥٠", "ar-MA", "1025.50000000"],
    ["１，０２５．５０", "ja-JP", "1025.50000000"],
  ])("%s in %s has one: %s", (typed, locale, amount) => {
    expect(readAmount(typed, BTC, { locale })).toEqual({ ok: true, amount });
  });

  test.each([
    ["1٢", "ar-EG"], // two systems of digits
    ["৪", "en-US"], // a Bengali four looks like an eight
    ["1;5", "en-US"],
    ["5-", "en-US"],
    ["--5", "en-US"],
    ["1.000.5,0", "de-DE"],
    ["½", "en-US"],
    ["1e5", "en-US"],
  ])("%s in %s is no number", (typed, locale) => {
    expect(readAmount(typed, BTC, { locale, negative: true }).ok).toBe(false);
  });
});
