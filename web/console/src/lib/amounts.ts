/** What people type, read exactly. Arithmetic on amounts is `@groat/client`'s; no amount is ever a floating-point number. */

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
const UNITS_MAX = 2n ** 63n - 1n;

/** What a form says of an amount: the canonical decimal, or why it cannot be one. */
type ReadAmount = { ok: true; amount: string } | { ok: false; problem: string };

/** Reads what a person typed: the locale's separators are accepted, anything doubtful is refused. */
export function readAmount(
  typed: string,
  asset: { code: string; scale: number },
  { locale, negative = false }: { locale?: string; negative?: boolean } = {},
): ReadAmount {
  const text = toDecimal(typed, locale);
  if (text === "") return { ok: false, problem: "Enter an amount." };
  const match = DECIMAL.exec(text);
  if (!match) return { ok: false, problem: "Enter a number, for example 25." };
  const [, sign = "", whole = "0", fraction = ""] = match;
  if (fraction.length > asset.scale) {
    const digits = asset.scale === 0 ? "no fractions" : `at most ${asset.scale} decimals`;
    return { ok: false, problem: `${asset.code} has ${digits}.` };
  }
  const units = BigInt(whole + fraction.padEnd(asset.scale, "0"));
  if (units > UNITS_MAX) return { ok: false, problem: "That is more than can be counted." };
  if (sign && units > 0n && !negative) return { ok: false, problem: "Enter an amount without a sign." };
  const plain = decimalOf(units, asset.scale);
  return { ok: true, amount: sign && units > 0n ? `-${plain}` : plain };
}

/** So many smallest units, none of them negative, as a decimal with `scale` digits behind the point. */
export function decimalOf(units: bigint, scale: number): string {
  const digits = units.toString().padStart(scale + 1, "0");
  const cut = digits.length - scale;
  return scale === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
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
  const quote = (mark: string) => mark.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const space = /\s/.test(group);
  const mark = space ? "\\s" : quote(group);
  if (new RegExp(`^-?\\d{1,3}(?:${mark}\\d{2,3})+(?:${quote(point)}\\d+)?$`).test(text)) {
    return text.replace(new RegExp(mark, "g"), "").replace(point, ".");
  }
  if (point !== "." && new RegExp(`^-?\\d+${quote(point)}\\d+$`).test(text)) return text.replace(point, ".");
  return text;
}
