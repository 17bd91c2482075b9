import { compare, formatAmount, type GroatError } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { explain } from "../../../api/problem";
import { assetsQuery } from "../../../api/queries";
import { readAmount, typedForm } from "../../../lib/amounts";
import { AmountInput } from "../../../parts/money";
import { useAttempt } from "../../../parts/use-attempt";
import { Button } from "../../../ui/button";
import { Field, Input, Select } from "../../../ui/field";
import { EmptyState, Notice, Skeleton } from "../../../ui/states";
import { ZONE } from "../data";
import { type Rule, soldQuery, type Terms } from "./data";

/** Sets a rule up, or changes it: below what it buys which package, and within which limits. */
export function RuleForm({
  asset,
  rule,
  act,
  send,
  onClose,
}: {
  asset: string;
  rule?: Rule;
  /** The text of the button. */
  act: string;
  /** Throws GroatError. */
  send: (terms: Terms) => Promise<void>;
  onClose?: () => void;
}) {
  const sold = useQuery(soldQuery);
  const assets = useQuery(assetsQuery).data ?? [];
  const [below, setBelow] = useState(typedForm(rule?.below ?? ""));
  const [picked, setPicked] = useState(rule?.package ?? "");
  const [orders, setOrders] = useState(String(rule?.month_orders ?? 5));
  const [limit, setLimit] = useState(typedForm(rule?.month_amount ?? ""));
  const [minutes, setMinutes] = useState(String(rule?.cooldown_min ?? 60));
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const { busy, problem, attempt } = useAttempt(explain as (error: GroatError) => string);
  const packages = (sold.data ?? []).filter((one) => one.asset === asset && one.prices.length > 0);
  const chosen = packages.find(({ id }) => id === picked) ?? packages[0];
  const currency =
    chosen?.prices.find((price) => price.currency === rule?.currency)?.currency ??
    chosen?.prices[0]?.currency ??
    "";
  const scaleOf = (code: string) => assets.find((one) => one.code === code)?.scale ?? 0;

  async function submit(event: FormEvent) {
    event.preventDefault();
    const found: Record<string, string> = {};
    const line = readAmount(below, { code: asset, scale: scaleOf(asset) });
    if (!line.ok) found.below = line.problem;
    else if (compare(line.amount, "0") === 0) found.below = t`Enter an amount greater than 0.`;
    const most = limit.trim() ? readAmount(limit, { code: currency, scale: scaleOf(currency) }) : null;
    if (most && !most.ok) found.limit = most.problem;
    const count = Number(orders);
    if (!Number.isInteger(count) || count < 1 || count > 1_000)
      found.orders = t`Enter a number from 1 to 1,000.`;
    const pause = Number(minutes);
    if (!minutes.trim() || !Number.isInteger(pause) || pause < 0 || pause > 43_200)
      found.minutes = t`Enter minutes, up to 43,200.`;
    setWrong(found);
    if (Object.keys(found).length > 0 || !line.ok || !chosen) return;
    await attempt(() =>
      send({
        asset,
        below: line.amount,
        package: chosen.id,
        currency,
        cooldown_min: pause,
        month_orders: count,
        month_amount: most?.ok ? most.amount : "",
        zone: rule?.zone ?? ZONE,
        failures_max: rule?.failures_max ?? 3,
      }),
    );
  }

  if (sold.isPending) return <Skeleton className="h-40 w-full" />;
  if (packages.length === 0) {
    return (
      <EmptyState title={t`Nothing to buy`}>
        <Trans>No package of {asset} is sold at present.</Trans>
      </EmptyState>
    );
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t`When less is left than, ${asset}`} problem={wrong.below}>
          {(wiring) => <AmountInput {...wiring} asset={asset} value={below} onChange={setBelow} />}
        </Field>
        <Field label={t`Buy`}>
          {(wiring) => (
            <Select {...wiring} value={chosen?.id} onChange={(event) => setPicked(event.target.value)}>
              {packages.map((one) => (
                <option key={one.id} value={one.id}>
                  {`${one.name}: ${formatAmount(one.credits)} ${one.asset}, ${one.prices
                    .map((price) => `${formatAmount(price.amount)} ${price.currency}`)
                    .join(", ")}`}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t`Orders a month, at most`} problem={wrong.orders}>
          {(wiring) => (
            <Input
              {...wiring}
              inputMode="numeric"
              className="num"
              value={orders}
              onChange={(event) => setOrders(event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t`To spend a month at most, ${currency}`}
          hint={t`Empty for no limit.`}
          problem={wrong.limit}
        >
          {(wiring) => <AmountInput {...wiring} asset={currency} value={limit} onChange={setLimit} />}
        </Field>
        <Field label={t`Minutes between two orders`} problem={wrong.minutes}>
          {(wiring) => (
            <Input
              {...wiring}
              inputMode="numeric"
              className="num"
              value={minutes}
              onChange={(event) => setMinutes(event.target.value)}
            />
          )}
        </Field>
      </div>
      <p className="text-faint text-xs">{t`Months begin in ${rule?.zone ?? ZONE}.`}</p>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex justify-end gap-2">
        {onClose && (
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
        )}
        <Button type="submit" look="primary" busy={busy}>
          {act}
        </Button>
      </div>
    </form>
  );
}
