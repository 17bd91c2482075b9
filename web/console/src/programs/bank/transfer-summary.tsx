import { compare, formatAmount, type KindView, type RequestView, subtract } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ArrowRight } from "lucide-react";
import { cx } from "../../lib/cx";
import type { MainBalance } from "../../live/hooks";
import { thresholdOf } from "../../requests/kinds";
import { Fact, Facts } from "../../ui/facts";
import { Amount } from "../../ui/text";
import { dataOf, RHYTHMS, spaced } from "./data";
import { Day } from "./pieces";
import { To } from "./recipient";
import type { ReadTransfer } from "./transfer";

/** All that is sent, with what it does to the balance. */
export function TransferSummary({
  kind,
  read,
  saved,
  balances,
  own,
}: {
  kind: KindView;
  read: ReadTransfer;
  saved: readonly RequestView[];
  balances: MainBalance[];
  /** The reader is the payer. */
  own: boolean;
}) {
  const { data } = read;
  const { amount = "0", asset = "" } = data;
  const balance = balances.find((one) => one.asset === asset);
  const beneficiary = saved.find(({ id }) => id === data.beneficiary);
  const to = (beneficiary && dataOf("beneficiary", beneficiary)) || {
    user: data.user ?? "",
    external: data.external ?? "",
    name: data.name ?? "",
  };
  const threshold = thresholdOf(kind, { amount, asset });
  const now = read.kind === "transfer" && !data.on;
  const after = balance && subtract(balance.available, amount);
  return (
    <>
      <div>
        <h2 className="text-muted text-sm">{own ? t`You send` : t`To be sent`}</h2>
        <p className="mt-1 font-semibold text-3xl leading-tight tracking-[-0.02em]">
          <Amount value={amount} asset={asset} />
        </p>
        <p className="mt-1 text-muted">
          <Trans>
            to{" "}
            <span className="font-medium text-ink">
              {read.to?.name ? `${read.to.name} (${read.to.user})` : <To to={to} />}
            </span>
          </Trans>
        </p>
      </div>
      <Facts>
        {to.external && (
          <Fact label={t`Account`}>
            <span className="num">{spaced(to.external)}</span>
          </Fact>
        )}
        {data.reference && <Fact label={t`Reference`}>{data.reference}</Fact>}
        <Fact label={t`When`}>
          {now ? (
            t`As soon as it is approved`
          ) : read.kind === "transfer" ? (
            <Day day={data.on ?? ""} />
          ) : (
            <>
              <Trans>
                {data.every === "week" ? RHYTHMS.week : RHYTHMS.month}, first on{" "}
                <Day day={data.first ?? ""} />
              </Trans>
              {data.until && (
                <Trans>
                  , until <Day day={data.until} />
                </Trans>
              )}
            </>
          )}
        </Fact>
        {now && balance && after && (
          <Fact label={t`Available`}>
            <span className="inline-flex flex-wrap items-center justify-end gap-1.5">
              <Amount value={balance.available} className="text-faint" />
              <ArrowRight className="size-3.5 text-faint" aria-label={t`becomes`} />
              <Amount
                value={after}
                asset={asset}
                className={cx("font-medium", compare(after, "0") < 0 && "text-bad")}
              />
            </span>
          </Fact>
        )}
      </Facts>
      <p className="text-muted text-sm">
        {!now
          ? t`Nothing is held before the day comes.`
          : own
            ? t`The amount is held until it is approved; until then you can cancel.`
            : t`The amount is held until it is approved; until then the payer can cancel.`}
        {threshold && t` From ${formatAmount(threshold)} ${asset} on, two people must approve.`}
      </p>
    </>
  );
}
