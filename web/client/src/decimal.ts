/**
 * Exact arithmetic on decimal strings by way of BigInt. Amounts of money never become floats: "0.1" + "0.2" is "0.3"
 * here, and 2^63 keeps its last digit.
 */

interface Exact {
  units: bigint;
  scale: number;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

function parse(text: string): Exact {
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError(`not a decimal amount: ${JSON.stringify(text)}`);
  const [, sign = "", whole = "0", fraction = ""] = match;
  const units = BigInt(whole + fraction);
  return { units: sign ? -units : units, scale: fraction.length };
}

function print({ units, scale }: Exact): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale > 0 ? `.${digits.slice(-scale)}` : "";
  return `${units < 0n ? "-" : ""}${whole}${fraction}`;
}

function align(a: Exact, b: Exact): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale), scale];
}

/** True for "12", "-0.50"; false for "1e9", "+5", "", " 1". */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/** Sum of two amounts, with the fraction digits of the finer one. Throws RangeError on anything that is no amount. */
export function add(a: string, b: string): string {
  const [left, right, scale] = align(parse(a), parse(b));
  return print({ units: left + right, scale });
}

export function subtract(a: string, b: string): string {
  const [left, right, scale] = align(parse(a), parse(b));
  return print({ units: left - right, scale });
}

export function negate(a: string): string {
  const { units, scale } = parse(a);
  return print({ units: -units, scale });
}

/** -1, 0 or 1; "1.50" equals "1.5". */
export function compare(a: string, b: string): -1 | 0 | 1 {
  const [left, right] = align(parse(a), parse(b));
  return left < right ? -1 : left > right ? 1 : 0;
}

export function isZero(a: string): boolean {
  return parse(a).units === 0n;
}

export interface FormatOptions {
  /** BCP 47 tag; the reader's own when absent. */
  locale?: string | undefined;
  /** "always" prints a plus sign too; zero never has one. */
  sign?: "auto" | "always";
}

/** Digits grouped for a reader, exact at any size: "1234567.50" is "1,234,567.50" in English. */
export function formatAmount(amount: string, { locale, sign = "auto" }: FormatOptions = {}): string {
  const { scale } = parse(amount);
  const format = new Intl.NumberFormat(locale, {
    minimumFractionDigits: scale,
    maximumFractionDigits: scale,
    signDisplay: sign === "always" ? "exceptZero" : "auto",
  });
  // Intl reads a decimal string exactly; the DOM typings still ask for a number-like literal.
  return format.format(amount as `${number}`);
}
