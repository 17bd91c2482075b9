import { balanceKey, formatAmount, isZero } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { formatDay } from "../../lib/time";
import { Choice } from "../../ui/field";
import { ErrorState, Skeleton } from "../../ui/states";
import { Card, CardHeader } from "../../ui/surface";
import { Chart } from "./chart";
import { forecastQuery } from "./data";

const SPANS = [
  { value: "30", label: t`30 days` },
  { value: "90", label: t`90 days` },
  { value: "365", label: t`A year` },
] as const;
type Span = (typeof SPANS)[number]["value"];

/** What the grants of an account are worth in the days to come, if nothing is spent. */
export function ForecastCard({ account, asset }: { account: string; asset: string }) {
  const [days, setDays] = useState<Span>("30");
  const version = useLive((state) => state.balances[balanceKey(account, asset)]?.version ?? 0);
  const query = useQuery(forecastQuery(account, asset, Number(days), version));
  return (
    <Card data-testid="forecast">
      <CardHeader title={t`Forecast`} hint={t`What is left day by day if nothing is spent`}>
        <Choice label={t`How far ahead`} value={days} options={SPANS} onChange={setDays} />
      </CardHeader>
      <div className="px-3 pb-4 sm:px-4">
        {query.isPending ? (
          <Skeleton className="h-[200px] w-full" />
        ) : query.data ? (
          <Days days={query.data.days} asset={asset} />
        ) : (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        )}
      </div>
    </Card>
  );
}

function Days({
  days,
  asset,
}: {
  days: readonly { day: string; paid: string; promotional: string; expires: string }[];
  asset: string;
}) {
  if (
    days.every(({ paid, promotional, expires }) => isZero(paid) && isZero(promotional) && isZero(expires))
  ) {
    return (
      <p className="px-1 pb-1 text-muted text-sm">
        <Trans>There is nothing to forecast: no credits with terms are left.</Trans>
      </p>
    );
  }
  const losses = days.filter(({ expires }) => Number(expires) > 0);
  const words = losses
    .map(({ day, expires }) => `${formatDay(new Date(`${day}T12:00`))}: ${formatAmount(expires)} ${asset}`)
    .join("; ");
  return (
    <Chart
      form="steps"
      at={days.map(({ day }) => Date.parse(`${day}T00:00`))}
      paid={days.map(({ paid }) => Number(paid))}
      promotional={days.map(({ promotional }) => Number(promotional))}
      label={losses.length > 0 ? t`What expires: ${words}` : t`Nothing expires in this time`}
    />
  );
}
