/** Reads typed amounts exactly. Arithmetic on amounts is `@groat/client`'s; no amount is ever a floating-point number. */

import { formatAmount, readNumber } from "@groat/client";
import { t } from "@lingui/core/macro";

const UNITS_MAX = 2n ** 63n - 1n;

/** A form's reading of an amount: the canonical decimal, or why it cannot be one. */
type ReadAmount = { ok: true; amount: string } | { ok: false; problem: string };

/**
 * Reads what a person typed, in the digits and with the marks of their locale; the asset's code may stand beside it. What can be
 * read in two ways is refused, and the problem says how to write it.
 */
export function readAmount(
  typed: string,
  asset: { code: string; scale: number },
  { locale, negative = false }: { locale?: string; negative?: boolean } = {},
): ReadAmount {
  const text = withoutCode(typed, asset.code);
  const read = readNumber(text, { locale });
  if (!read.ok) {
    const example = formatAmount(asset.scale === 0 ? "1234" : "1234.5", { locale });
    const say = {
      empty: t`Enter an amount.`,
      not_a_number: t`Enter a number, for example ${example}.`,
      ambiguous: t`Enter a number like ${example}: “${text.trim()}” can be read in two ways.`,
    };
    return { ok: false, problem: say[read.why] };
  }
  const sign = read.number.startsWith("-");
  const [whole = "0", fraction = ""] = read.number.replace("-", "").split(".");
  if (fraction.length > asset.scale) {
    const digits =
      asset.scale === 0 ? t`no decimals. Enter a whole number` : t`at most ${asset.scale} decimals`;
    return { ok: false, problem: t`${asset.code} has ${digits}.` };
  }
  const units = BigInt(whole + fraction.padEnd(asset.scale, "0"));
  if (units > UNITS_MAX) return { ok: false, problem: t`That is more than can be counted.` };
  if (sign && units > 0n && !negative) return { ok: false, problem: t`Enter an amount without a sign.` };
  const plain = decimalOf(units, asset.scale);
  return { ok: true, amount: sign && units > 0n ? `-${plain}` : plain };
}

/** Removes the asset's code: an amount on the screen has its code beside it, which may be copied with it. */
function withoutCode(typed: string, code: string): string {
  const text = typed.trim();
  if (code === "") return text;
  if (text.endsWith(code)) return text.slice(0, -code.length);
  return text.startsWith(code) ? text.slice(code.length) : text;
}

/** A decimal as it stands in a field before anything is typed: as the reader would type it. "" stays "". */
export function typedForm(decimal: string, locale?: string): string {
  return decimal === "" ? "" : formatAmount(decimal, { locale });
}

/** Reads a number that is no amount; the plain decimal, or null. */
export function readPlain(typed: string): string | null {
  const read = readNumber(typed);
  return read.ok ? read.number : null;
}

/** So many smallest units, none of them negative, as a decimal with `scale` digits behind the point. */
export function decimalOf(units: bigint, scale: number): string {
  const digits = units.toString().padStart(scale + 1, "0");
  const cut = digits.length - scale;
  return scale === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
}
