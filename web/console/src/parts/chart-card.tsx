import type { HistoryRow } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMemo } from "react";
import { lazyPart } from "../lib/lazy";
import { pointsOf } from "../live/points";
import { Button } from "../ui/button";
import { Skeleton } from "../ui/states";
import { Card, CardHeader } from "../ui/surface";

// The picture is an extra: where its code cannot be fetched (the device lost its network), the page does without.
const BalanceChart = lazyPart(() => import("./chart"), "default", {
  waiting: () => <Skeleton className="h-[168px] w-full" />,
  missing: ({ retry }: { retry: () => void }) => (
    <p className="flex flex-col items-center gap-2 py-6 text-muted text-sm">
      <Trans>The chart cannot be loaded at present.</Trans>
      <Button size="sm" onClick={retry}>
        <Trans>Try again</Trans>
      </Button>
    </p>
  ),
});
/** Gets the chart's code ahead. */
export const preloadChart = () => BalanceChart.preload();

/** The balance over the changes that are loaded. */
export function ChartCard({ rows, asset }: { rows: readonly HistoryRow[]; asset: string }) {
  const points = useMemo(() => pointsOf(rows), [rows]);
  if (points.length < 2) return null;
  return (
    <Card>
      <CardHeader title={t`Balance history`} hint={t`The last ${points.length} changes`} />
      <div className="px-3 pb-3 sm:px-4">
        <BalanceChart points={points} asset={asset} />
      </div>
    </Card>
  );
}
