/**
 * Exact arithmetic on amounts. On the wire an amount is a decimal string ("12.50"); here it is counted in the smallest
 * unit as a bigint. No amount is ever a floating-point number, except as a height in a chart (`approximate`).
 */

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The count of smallest units in `text`, or null where it is no decimal or has more than `scale` fraction digits. */
export function units(text: string, scale: number): bigint | null {
  const match = DECIMAL.exec(text.trim());
  if (!match) return null;
  const [, sign = "", whole = "0", fraction = ""] = match;
  if (fraction.length > scale) return null;
  const count = BigInt(whole + fraction.padEnd(scale, "0"));
  return sign === "-" ? -count : count;
}

/** The decimal string of `count` smallest units, with exactly `scale` fraction digits. */
export function decimal(count: bigint, scale: number): string {
  const digits = (count < 0n ? -count : count).toString().padStart(scale + 1, "0");
  const cut = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return count < 0n ? `-${text}` : text;
}

/** How many fraction digits `text` is written with: an amount from the server has exactly its asset's scale. */
export function scaleOf(text: string): number {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}

/** The exact sum of decimal strings, at the finest scale among them. "0" for none. */
export function sum(...texts: string[]): string {
  const scale = Math.max(0, ...texts.map(scaleOf));
  return decimal(
    texts.reduce((total, text) => total + (units(text, scale) ?? 0n), 0n),
    scale,
  );
}

/** -text, exactly. */
export function negate(text: string): string {
  if (isZero(text)) return text;
  return text.startsWith("-") ? text.slice(1) : `-${text}`;
}

/** -1, 0 or 1 as `left` is less than, equal to or greater than `right`. */
export function compare(left: string, right: string): -1 | 0 | 1 {
  const scale = Math.max(scaleOf(left), scaleOf(right));
  const difference = (units(left, scale) ?? 0n) - (units(right, scale) ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isNegative(text: string): boolean {
  return text.startsWith("-") && !isZero(text);
}

export function isZero(text: string): boolean {
  return /^-?0*(?:\.0*)?$/.test(text);
}

/** A height for a chart: the one place where an amount may lose digits. */
export function approximate(text: string): number {
  return Number(text);
}

const formats = new Map<string, Intl.NumberFormat>();

/** The amount with the digits, separators and signs of `locale` (default: the browser's), exact at any size. */
export function formatAmount(text: string, options: { signed?: boolean; locale?: string } = {}): string {
  const scale = scaleOf(text);
  const id = `${options.locale ?? ""}/${scale}/${options.signed ?? false}`;
  let format = formats.get(id);
  if (!format) {
    format = new Intl.NumberFormat(options.locale, {
      minimumFractionDigits: scale,
      maximumFractionDigits: scale,
      signDisplay: options.signed ? "exceptZero" : "auto",
    });
    formats.set(id, format);
  }
  // Intl formats a decimal string exactly (ES2023); only its TypeScript type wants a literal.
  return format.format(text as Intl.StringNumericLiteral);
}

/** What a form says of an amount: the canonical decimal, or why it cannot be one. */
export type ReadAmount = { ok: true; amount: string } | { ok: false; problem: string };

/** Reads what a person typed: grouping spaces and the locale's separators are accepted, anything doubtful is refused. */
export function readAmount(typed: string, asset: { code: string; scale: number }, locale?: string): ReadAmount {
  const text = toDecimal(typed, locale);
  if (text === "") return { ok: false, problem: "Enter an amount." };
  const match = DECIMAL.exec(text);
  if (!match) return { ok: false, problem: "Enter a number, for example 25." };
  if ((match[3] ?? "").length > asset.scale) {
    return {
      ok: false,
      problem:
        asset.scale === 0
          ? `${asset.code} has no fractions.`
          : `${asset.code} has at most ${asset.scale} decimals.`,
    };
  }
  const count = units(text, asset.scale);
  if (count === null || count > 2n ** 63n - 1n || count < -(2n ** 63n)) {
    return { ok: false, problem: "That is more than can be counted." };
  }
  return { ok: true, amount: decimal(count, asset.scale) };
}

/** Turns the locale's own way to write a number into a plain decimal; text that does not follow it stays as it is. */
function toDecimal(typed: string, locale?: string): string {
  const parts = new Intl.NumberFormat(locale).formatToParts(-1234567.8);
  const group = parts.find((part) => part.type === "group")?.value ?? ",";
  const point = parts.find((part) => part.type === "decimal")?.value ?? ".";
  const text = typed
    .trim()
    .replace(/[\u2212\u2012-\u2014]/g, "-")
    .replace(/^\+/, "");
  const escape = (mark: string) => mark.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const space = /\s/.test(group);
  const grouped = new RegExp(
    `^-?\\d{1,3}(?:${space ? "\\s" : escape(group)}\\d{2,3})+(?:${escape(point)}\\d+)?$`,
  );
  if (grouped.test(text)) {
    const bare = space ? text.replace(/\s/g, "") : text.split(group).join("");
    return bare.replace(point, ".");
  }
  if (point !== "." && new RegExp(`^-?\\d+${escape(point)}\\d+$`).test(text)) return text.replace(point, ".");
  return text;
}
