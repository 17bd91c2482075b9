import type { EntryView } from "@groat/client";
import { lazy, Suspense, useMemo } from "react";
import { pointsOf } from "../live/points";
import { Skeleton } from "../ui/states";
import { Card, CardHeader } from "../ui/surface";

// The picture is an extra: where its code cannot be fetched (the device lost its network), the page does without.
const BalanceChart = lazy(() => import("./chart").catch(() => ({ default: NoChart })));

function NoChart(_: { points: unknown; asset: string }) {
  return <p className="py-6 text-center text-muted text-sm">The chart cannot be loaded at present.</p>;
}

/** The balance over the changes that are loaded. */
export function ChartCard({ rows, asset }: { rows: readonly EntryView[]; asset: string }) {
  const points = useMemo(() => pointsOf(rows), [rows]);
  if (points.length < 2) return null;
  return (
    <Card>
      <CardHeader title="Balance history" hint={`The last ${points.length} changes`} />
      <div className="px-3 pb-3 sm:px-4">
        <Suspense fallback={<Skeleton className="h-[168px] w-full" />}>
          <BalanceChart points={points} asset={asset} />
        </Suspense>
      </div>
    </Card>
  );
}
