import { formatAmount, type Balance as LiveBalance } from "@groat/client";
import NumberFlow, { type Format, type Value } from "@number-flow/react";
import { useMemo } from "react";
import { cx } from "../lib/cx";
import { useLiveBalance } from "./hooks";
import { useAsOf } from "./status";

/** Digits beyond this many units are shown without animation, for there the animated number could lose some. */
const EXACT_UNITS = 2n ** 53n;

/**
 * A balance as a number that rolls when a change is seen live, and jumps otherwise. The exact decimal is in `data-value`; screen
 * readers get the text, not the rolling digits.
 */
export function RollingAmount({ value, animated }: { value: string; animated: boolean }) {
  const point = value.indexOf(".");
  const scale = point < 0 ? 0 : value.length - point - 1;
  const format = useMemo<Format>(
    () => ({ minimumFractionDigits: scale, maximumFractionDigits: scale }),
    [scale],
  );
  const units = BigInt(value.replace(".", ""));
  const text = formatAmount(value);
  // NumberFlow draws ASCII digits only: whoever reads others gets the text, which does not roll.
  const rolls = units < EXACT_UNITS && units > -EXACT_UNITS && /[0-9]/.test(text);
  return (
    <span className="num" data-value={value} dir="auto">
      <span className="sr-only">{text}</span>
      <span aria-hidden>
        {rolls ? (
          // Intl, and so NumberFlow, reads a decimal string exactly; only its type asks for a number.
          <NumberFlow value={value as Value} format={format} animated={animated} willChange />
        ) : (
          // Other scripts are taller than ASCII digits.
          <span className="leading-snug">{text}</span>
        )}
      </span>
    </span>
  );
}

/** The live value, or the one given as long as nothing newer is known. */
export function useShownBalance<Known extends { account: string; asset: string; version: number }>(
  known: Known,
): Known | LiveBalance {
  const live = useLiveBalance(known.account, known.asset);
  return live && live.version >= known.version ? live : known;
}

/** A balance in a row: the cell lights up for a moment when a change is seen live. */
export function LiveCell({
  known,
}: {
  known: { account: string; asset: string; balance: string; version: number };
}) {
  const shown = useShownBalance(known);
  const stale = useAsOf() !== null;
  const change = "change" in shown ? shown.change : null;
  return (
    <span
      key={change?.live ? change.sequence : 0}
      data-value={shown.balance}
      className={cx(
        "num -mx-1.5 inline-block rounded-sm px-1.5 font-medium",
        change?.live && "animate-changed",
        stale && "opacity-60",
      )}
    >
      {formatAmount(shown.balance)}
    </span>
  );
}
