"use client";

import { formatAmount } from "@groat/client";
import NumberFlow, { type Format, type Value } from "@number-flow/react";
import { useMemo } from "react";
import { useGroatContext } from "./provider.js";

export interface AmountProps {
  /** Decimal string. */
  value: string;
  /** True rolls the digits to the new value; false jumps. Reduced motion is respected either way. */
  animated?: boolean;
}

/** An amount in the reader's own digits. Rolling digits are for the eye only; screen readers get the plain text. */
export function Amount({ value, animated = false }: AmountProps) {
  const { locale } = useGroatContext();
  const point = value.indexOf(".");
  const scale = point < 0 ? 0 : value.length - point - 1;
  const format = useMemo<Format>(
    () => ({ minimumFractionDigits: scale, maximumFractionDigits: scale }),
    [scale],
  );
  const text = formatAmount(value, { locale });
  // The rolling digits go by way of a number: beyond 2^53 only plain text is exact. And they are drawn with ASCII digits only.
  const units = BigInt(value.replace(".", ""));
  const exact = units <= BigInt(Number.MAX_SAFE_INTEGER) && units >= BigInt(Number.MIN_SAFE_INTEGER);
  const rolls = exact && /[0-9]/.test(text);
  return (
    <span className="groat-amount" data-value={value} dir="auto">
      <span className="groat-hidden">{text}</span>
      <span aria-hidden="true">
        {rolls ? (
          <NumberFlow value={value as Value} locales={locale} format={format} animated={animated} />
        ) : (
          text
        )}
      </span>
    </span>
  );
}
