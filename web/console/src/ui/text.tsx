import { compare, formatAmount } from "@groat/client";
import { useGroatState } from "@groat/react";
import { useEffect, useState } from "react";
import { cx } from "../lib/cx";
import { formatAge, formatFull, formatShort } from "../lib/time";

/** An amount, exactly as the server wrote it, in the reader's number format. */
export function Amount({ value, asset, className }: { value: string; asset?: string; className?: string }) {
  return (
    <span className={cx("num whitespace-nowrap", className)}>
      {formatAmount(value)}
      {asset && <span className="ml-1 font-normal text-[0.85em] text-faint">{asset}</span>}
    </span>
  );
}

/** A change: sign, colour and number say the same. */
export function Delta({ value, asset, className }: { value: string; asset?: string; className?: string }) {
  const sign = compare(value, "0");
  return (
    <span
      className={cx(
        "num whitespace-nowrap font-medium",
        sign > 0 ? "text-good" : sign < 0 ? "text-ink" : "text-faint",
        className,
      )}
    >
      {formatAmount(value, { sign: "always" })}
      {asset && <span className="ml-1 font-normal text-[0.85em] text-faint">{asset}</span>}
    </span>
  );
}

/** A moment; its full form with zone is one hover away. */
export function Time({
  at,
  form = "short",
  className,
}: {
  at: string;
  form?: "short" | "age" | "brief";
  className?: string;
}) {
  const now = useNow(form === "short" ? null : 30_000);
  const date = new Date(at);
  return (
    <time
      dateTime={at}
      title={formatFull(date)}
      className={cx("whitespace-nowrap", className)}
      suppressHydrationWarning
    >
      {form === "short" ? formatShort(date) : formatAge(date, now, form === "brief")}
    </time>
  );
}

/** The server's present moment in ms, renewed every `every` ms (null: never), and when a sandbox is set forward. */
export function useNow(every: number | null): number {
  const ahead = useGroatState((state) => state.ahead ?? 0);
  return useMachineNow(every) + ahead;
}

/** This machine's present moment in ms, renewed every `every` ms (null: never). */
export function useMachineNow(every: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (every === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** The mark of the house: a long cross with a pellet in each quarter, as on the reverse of a groat. */
export function Coin({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <circle cx="16" cy="16" r="15" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <circle
        cx="16"
        cy="16"
        r="12"
        fill="none"
        stroke="currentColor"
        strokeWidth="0.9"
        strokeDasharray="1 1.51"
        opacity="0.7"
      />
      <path
        d="M14.6 4h2.8l-.7 10.3L27 13.6v4.8l-10.3-.7.7 10.3h-2.8l.7-10.3L5 18.4v-4.8l10.3.7z"
        fill="currentColor"
      />
      <g className="fill-accent">
        <circle cx="10.6" cy="10.6" r="1.5" />
        <circle cx="21.4" cy="10.6" r="1.5" />
        <circle cx="10.6" cy="21.4" r="1.5" />
        <circle cx="21.4" cy="21.4" r="1.5" />
      </g>
    </svg>
  );
}
