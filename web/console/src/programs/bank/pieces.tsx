import { compare, formatAmount, subtract } from "@groat/client";
import { Trans } from "@lingui/react/macro";
import { cx } from "../../lib/cx";
import { formatDay } from "../../lib/time";
import { Meter } from "../../ui/meter";
import { Amount, useNow } from "../../ui/text";
import { type BitcoinData, type CardData, spentNow } from "./data";

/** A day of the bank's, which has no time. */
export function Day({ day }: { day: string }) {
  return (
    <time dateTime={day} className="num whitespace-nowrap">
      {formatDay(new Date(`${day}T12:00`))}
    </time>
  );
}

/** Shows how much of a card's limit is spent this month. */
export function Usage({ card }: { card: CardData }) {
  const now = useNow(60_000);
  const spent = spentNow(card, new Date(now));
  const part = Number(card.limit) > 0 ? Number(spent) / Number(card.limit) : 0;
  const left = compare(card.limit, spent) > 0 ? subtract(card.limit, spent) : subtract(spent, spent);
  return (
    <div data-testid="card-usage">
      <div className="mb-1.5 flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span>
          <Amount value={spent} className="font-medium" />{" "}
          <span className="text-muted">
            <Trans>
              of <Amount value={card.limit} asset={card.asset} /> this month
            </Trans>
          </span>
        </span>
        <span className="num text-faint text-xs">
          <Trans>{formatAmount(left)} left</Trans>
        </span>
      </div>
      <Meter part={part} tone={part > 0.9 ? "warn" : "accent"} />
    </div>
  );
}

/** In how many blocks a payment is, of how many it needs. */
export function Confirmations({ data, settled }: { data: BitcoinData; settled: boolean }) {
  const { confirmations, needed } = data;
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap text-xs" data-testid="confirmations">
      <span aria-hidden className="inline-flex gap-0.5">
        {Array.from({ length: needed }, (_, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no identity here
            key={index}
            className={cx(
              "h-2 w-3.5 rounded-[2px]",
              index < confirmations ? (settled ? "bg-good" : "bg-warn") : "bg-hover",
            )}
          />
        ))}
      </span>
      <span className="num text-muted">
        <Trans>
          {confirmations} of {needed} confirmations
        </Trans>
      </span>
    </span>
  );
}
