"use client";

import { formatAmount } from "@groat/client";
import { useEffect, useState } from "react";
import { useGroatContext, useGroatState } from "./provider.js";
import type { BalanceOptions } from "./use-balance.js";
import { useGrants } from "./use-grants.js";

export interface ExpiringCreditsProps extends BalanceOptions {
  /** Says nothing of what expires later than in so many days. */
  days?: number;
  className?: string;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** "120 credits expire in 7 days": what a person loses next if they do not spend it; nothing where nothing expires soon. */
export function ExpiringCredits({ account, asset, days = 30, className = "" }: ExpiringCreditsProps) {
  const { words, locale } = useGroatContext();
  const { ending } = useGrants({ account, asset });
  const now = useMinute();
  if (ending === null) return null;
  const left = Date.parse(ending.at) - now;
  if (left > days * DAY_MS) return null;
  const amount = formatAmount(ending.amount, { locale });
  return (
    <p
      className={`groat-expiring ${className}`.trim()}
      data-soon={left < 2 * DAY_MS ? "" : undefined}
      title={new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" }).format(
        Date.parse(ending.at),
      )}
    >
      {words.expires(amount, timeUntil(left, locale))}
    </p>
  );
}

/** "in 7 days", "in 5 hours", "in 3 minutes", in the reader's language. */
function timeUntil(ms: number, locale: string | undefined): string {
  const say = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (ms >= DAY_MS) return say.format(Math.round(ms / DAY_MS), "day");
  if (ms >= HOUR_MS) return say.format(Math.round(ms / HOUR_MS), "hour");
  return say.format(Math.max(1, Math.round(ms / MINUTE_MS)), "minute");
}

/** The server's present moment in ms, renewed every minute. */
function useMinute(): number {
  const ahead = useGroatState((state) => state.ahead ?? 0);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return now + ahead;
}
