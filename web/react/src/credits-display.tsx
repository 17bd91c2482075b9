"use client";

import { type Balance, compare, formatAmount } from "@groat/client";
import { type FocusEvent, type KeyboardEvent, useId, useState } from "react";
import { Amount } from "./amount.js";
import { Announcer } from "./announcer.js";
import { useGroatContext, useGroatState } from "./provider.js";
import { StatusBadge } from "./status-badge.js";
import { ownAccount, useAway, useBalance } from "./use-balance.js";
import { formatTime } from "./use-status.js";

export interface CreditsDisplayProps {
  variant?: "default" | "prominent" | "compact";
  size?: "sm" | "md" | "lg";
  /** Shows the word "Credits". */
  showLabel?: boolean;
  className?: string;
  /** The signed-in user's own account by default. */
  account?: string;
  asset?: string;
}

/**
 * A live balance. It animates only what is seen as it happens, jumps after a break, keeps the last value while the
 * server is away, and opens its details by hover, focus or tap.
 */
export function CreditsDisplay({
  variant = "default",
  size = "md",
  showLabel = false,
  className = "",
  account,
  asset,
}: CreditsDisplayProps) {
  const { words, locale } = useGroatContext();
  const own = useGroatState((state) => account ?? ownAccount(state));
  const { amount, balance, loading, stale, error, refresh } = useBalance({ account, asset });
  const asOf = useGroatState(({ status }) => (status.state === "stale" ? status.asOf : null));
  const away = useAway({ account, asset });
  const [open, setOpen] = useState(false);
  const details = useId();
  const failed = error !== null && (amount === null || stale);
  const change = balance?.change;
  const seen = change?.live && isVisible() ? change : null;
  const beat = useBeat(seen?.sequence ?? 0);

  const close = () => setOpen(false);
  const blur = ({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>) => {
    if (!currentTarget.contains(relatedTarget)) close();
  };
  const onKey = ({ key }: KeyboardEvent) => {
    if (key === "Escape") close();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside is the control; this only closes its details
    <span
      className={`groat-credits groat-credits--${variant} groat-credits--${size} ${className}`.trim()}
      data-state={failed ? "error" : loading ? "loading" : stale ? "stale" : "ready"}
      aria-busy={loading}
      onMouseEnter={() => setOpen(true)}
      onMouseLeave={close}
      onBlur={blur}
      onKeyDown={onKey}
    >
      <button
        type="button"
        className="groat-credits__value"
        aria-expanded={open}
        aria-controls={details}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
      >
        <Coin />
        {amount === null ? (
          <span className="groat-credits__placeholder">{loading ? words.loading : words.failed}</span>
        ) : (
          <span
            className="groat-credits__number"
            data-change={seen ? (compare(seen.delta, "0") < 0 ? "down" : "up") : undefined}
            data-beat={seen ? beat : undefined}
          >
            <Amount value={amount} animated={seen !== null} />
          </span>
        )}
        {showLabel && <span className="groat-credits__label">{words.credits}</span>}
      </button>
      {amount !== null && asOf !== null && (
        <span className="groat-credits__age">{words.asOf(formatTime(asOf, locale))}</span>
      )}
      {failed && (
        <button type="button" className="groat-button" onClick={() => void refresh()}>
          {words.refresh}
        </button>
      )}
      {away && (
        <span className="groat-credits__away">
          {words.away(formatAmount(away.delta, { locale, sign: "always" }))}
        </span>
      )}
      <fieldset id={details} className="groat-credits__details" hidden={!open}>
        <legend className="groat-hidden">{words.details}</legend>
        {balance && <Details balance={balance} />}
        {error && <p className="groat-credits__error">{error.detail}</p>}
        <StatusBadge pausable />
      </fieldset>
      <Announcer account={`${own} ${asset ?? ""}`} amount={amount} />
    </span>
  );
}

function Details({ balance }: { balance: Balance }) {
  const { words, locale } = useGroatContext();
  const lines: [string, string][] = [
    [words.confirmed, balance.confirmed],
    [words.available, balance.available],
    [words.held, balance.held],
  ];
  return (
    <dl>
      {lines.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{formatAmount(value, { locale })}</dd>
        </div>
      ))}
      {balance.pending && (
        <div>
          <dt>{words.pending}</dt>
          <dd>{formatAmount(balance.balance, { locale })}</dd>
        </div>
      )}
    </dl>
  );
}

function Coin() {
  return (
    <svg viewBox="0 0 16 16" width="1em" height="1em" aria-hidden="true" className="groat-credits__coin">
      <circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M10.5 5.6A3.2 3.2 0 1 0 11 9.2H8.4" fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}

/** 0 and 1 in turn with each change: two names of one CSS animation, so that it starts anew. */
function useBeat(sequence: number): 0 | 1 {
  const [last, setLast] = useState<{ sequence: number; beat: 0 | 1 }>({ sequence, beat: 0 });
  if (last.sequence === sequence) return last.beat;
  const beat = last.beat === 0 ? 1 : 0;
  setLast({ sequence, beat });
  return beat;
}

/** Nobody sees a hidden tab: there a change is a jump. */
function isVisible(): boolean {
  return typeof document === "undefined" || document.visibilityState !== "hidden";
}
