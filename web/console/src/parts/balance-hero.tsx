import { type BalanceView, formatAmount, isZero } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { CircleHelp } from "lucide-react";
import { accountLabel } from "../lib/accounts";
import { cx } from "../lib/cx";
import { AccountStateBadge, useAccountState } from "../live/account-state";
import { RollingAmount, useShownBalance } from "../live/balance";
import { useAsOf } from "../live/status";
import { Amount, Coin } from "../ui/text";

/** The number a person came for. Pressing it asks why it is what it is. */
export function BalanceHero({ known, onWhy }: { known: BalanceView; onWhy: () => void }) {
  const shown = useShownBalance(known);
  const asOf = useAsOf();
  const state = useAccountState(known.account);
  const change = "change" in shown ? shown.change : null;
  const pending = "pending" in shown && shown.pending;
  const held = !isZero(shown.held);
  return (
    <section
      aria-label={`${accountLabel(known.account)}, ${known.asset}`}
      data-testid={`balance-${known.account}-${known.asset}`}
      className="@container relative flex min-h-56 flex-col justify-between overflow-hidden rounded-xl border border-coin-edge bg-coin p-5 text-on-coin shadow-card sm:p-7"
    >
      <Coin className="-right-16 -bottom-20 pointer-events-none absolute size-72 opacity-[0.07] [&_g]:fill-current" />
      <div className="flex items-center justify-between gap-3">
        <h2 className="font-medium text-on-coin-muted text-sm">
          {known.account.split(":").length === 2 ? t`Balance` : accountLabel(known.account)}
        </h2>
        <span className="flex flex-wrap items-center justify-end gap-2">
          {state && state !== "open" && <AccountStateBadge state={state} />}
          {asOf && (
            <span className="num rounded-sm border border-on-coin-muted/40 px-1.5 py-px text-on-coin-muted text-xs">
              {asOf}
            </span>
          )}
        </span>
      </div>
      <div className="relative my-4">
        <button
          type="button"
          data-testid="why"
          onClick={onWhy}
          className="group -mx-2 block max-w-full rounded-md px-2 py-1 text-left outline-offset-2"
        >
          <span className="flex flex-wrap items-baseline gap-x-3">
            <span
              data-testid="balance"
              data-value={shown.balance}
              style={{ fontSize: sizeOf(shown.balance) }}
              className={cx(
                "font-semibold leading-none tracking-[-0.025em] transition-opacity",
                asOf && "opacity-60",
              )}
            >
              <RollingAmount value={shown.balance} animated={change?.live ?? false} />
            </span>
            <span className="font-medium text-lg text-on-coin-muted">{known.asset}</span>
          </span>
          <span className="mt-2.5 inline-flex items-center gap-1.5 text-on-coin-muted text-sm underline-offset-4 group-hover:underline">
            <CircleHelp className="size-4" aria-hidden />
            <Trans>Why this number?</Trans>
          </span>
        </button>
      </div>
      <dl className="relative flex flex-wrap gap-x-8 gap-y-2 text-sm">
        <Figure label={t`Available`} testId="available" value={shown.available} />
        <Figure label={t`Held`} testId="held" value={shown.held} quiet={!held} />
        <div
          role="status"
          className={cx("ml-auto self-end text-on-coin-muted text-xs", !pending && "invisible")}
        >
          {pending ? t`Confirming …` : ""}
        </div>
      </dl>
    </section>
  );
}

/** As large as the card allows: a digit is a good half as wide as it is high, and the exact number must fit in one line. */
function sizeOf(balance: string): string {
  return `clamp(1.25rem, ${(150 / formatAmount(balance).length).toFixed(2)}cqw, 4rem)`;
}

function Figure({
  label,
  value,
  testId,
  quiet = false,
}: {
  label: string;
  value: string;
  testId: string;
  quiet?: boolean;
}) {
  return (
    <div>
      <dt className="text-on-coin-muted text-xs">{label}</dt>
      <dd
        data-testid={testId}
        data-value={value}
        className={cx("font-medium", quiet && "text-on-coin-muted")}
      >
        <Amount value={value} />
      </dd>
    </div>
  );
}

/** Several balances: a row of small cards, one of which is looked at. */
export function BalancePicker({
  balances,
  picked,
  onPick,
}: {
  balances: BalanceView[];
  picked: BalanceView;
  onPick: (balance: BalanceView) => void;
}) {
  if (balances.length < 2) return null;
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">
        <Trans>Balances</Trans>
      </legend>
      <div className="scroll-quiet -mx-4 flex gap-2 overflow-x-auto px-4 py-1 sm:mx-0 sm:px-0">
        {balances.map((balance) => (
          <PickerItem
            key={`${balance.account} ${balance.asset}`}
            balance={balance}
            checked={balance.account === picked.account && balance.asset === picked.asset}
            onPick={() => onPick(balance)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function PickerItem({
  balance,
  checked,
  onPick,
}: {
  balance: BalanceView;
  checked: boolean;
  onPick: () => void;
}) {
  const shown = useShownBalance(balance);
  return (
    <label
      className={cx(
        "relative min-w-32 shrink-0 cursor-pointer rounded-lg border px-3.5 py-2 has-focus-visible:outline-2 has-focus-visible:outline-accent",
        checked ? "border-accent bg-surface" : "border-line bg-surface/60 hover:border-edge",
      )}
    >
      <input
        type="radio"
        name="balance"
        className="absolute inset-0 cursor-pointer opacity-0"
        checked={checked}
        onChange={onPick}
      />
      <span className="block text-faint text-xs">
        {accountLabel(balance.account)} · {balance.asset}
      </span>
      <Amount value={shown.balance} className="font-semibold" />
    </label>
  );
}
