import { Trans } from "@lingui/react/macro";
import { Snowflake } from "lucide-react";
import { cx } from "../../lib/cx";
import { Coin } from "../../ui/text";
import type { CardData } from "./data";

/** A card as one holds it: only its last four digits and its expiry are known here. */
export function CardVisual({
  card,
  state,
  className,
}: {
  card: CardData;
  state: string;
  className?: string;
}) {
  const made = card.last4 !== "";
  const frozen = state === "frozen";
  const dead = !made || state === "closed";
  const [year = "", month = ""] = card.expiry.split("-");
  return (
    <div
      data-testid="card-visual"
      data-state={state}
      className={cx(
        "@container relative isolate flex aspect-[1.586] w-full max-w-[22rem] flex-col justify-between overflow-hidden rounded-xl border p-[7%] shadow-card",
        dead
          ? "border-edge border-dashed bg-sunken text-muted shadow-none"
          : "border-coin-edge bg-coin text-on-coin",
      )}
    >
      <Coin
        className={cx(
          "pointer-events-none absolute -right-[16%] -bottom-[34%] -z-10 w-[62%] opacity-[0.06]",
          !dead && "[&_g]:fill-current",
          className,
        )}
      />
      <div className="flex items-start justify-between">
        <span className="inline-flex items-center gap-[0.4em] font-semibold font-serif text-[clamp(0.875rem,6cqw,1.125rem)]">
          <Coin className="size-[1.15em]" /> <Trans>groat</Trans>
        </span>
        {frozen && (
          <span className="inline-flex items-center gap-1.5 rounded-sm bg-on-coin px-1.5 py-px font-medium text-coin text-xs">
            <Snowflake className="size-3" aria-hidden /> <Trans>Frozen</Trans>
          </span>
        )}
      </div>
      <div className={cx(frozen && "opacity-55")}>
        <p className="num font-medium text-[clamp(0.9375rem,6.4cqw,1.3125rem)] tracking-[0.08em]">
          {made ? (
            <>
              <span aria-hidden>•••• •••• •••• </span>
              <span className="sr-only">
                <Trans>Card ending in</Trans>{" "}
              </span>
              {card.last4}
            </>
          ) : (
            <>
              <span aria-hidden>•••• •••• •••• ••••</span>
              <span className="sr-only">
                <Trans>Card that is not made yet</Trans>
              </span>
            </>
          )}
        </p>
        <div
          className={cx(
            "mt-[4%] flex items-end justify-between gap-4 text-[clamp(0.6875rem,4cqw,0.8125rem)]",
            dead ? "text-muted" : "text-on-coin-muted",
          )}
        >
          <span className="min-w-0 truncate uppercase tracking-[0.06em]">{card.holder}</span>
          {made && (
            <span className="num shrink-0">
              <span className="sr-only">
                <Trans>Valid until</Trans>{" "}
              </span>
              {month}/{year.slice(2)}
            </span>
          )}
        </div>
      </div>
    </div>
  );
}
