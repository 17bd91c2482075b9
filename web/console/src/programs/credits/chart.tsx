import { Trans } from "@lingui/react/macro";
import { lazyPart } from "../../lib/lazy";
import { Button } from "../../ui/button";
import { Skeleton } from "../../ui/states";

/** A chart whose code comes when it is shown. */
export const Chart = lazyPart(() => import("./plot"), "default", {
  waiting: () => <Skeleton className="h-[200px] w-full" />,
  missing: ({ retry }: { retry: () => void }) => (
    <p className="flex flex-col items-center gap-2 py-6 text-muted text-sm">
      <Trans>The chart cannot be loaded at present.</Trans>
      <Button size="sm" onClick={retry}>
        <Trans>Try again</Trans>
      </Button>
    </p>
  ),
});
