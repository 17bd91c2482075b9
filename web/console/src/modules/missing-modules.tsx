import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useLocation } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { useRights } from "../live/hooks";
import { Lost } from "../shell/lost";
import { Button } from "../ui/button";
import { EmptyState, Skeleton } from "../ui/states";
import { Card } from "../ui/surface";
import { useModules } from "./store";

const reload = () => window.location.reload();

/** Says which modules are missing, above every page, until it is dismissed. Why they are is for staff. */
export function MissingModules() {
  const { staff } = useRights();
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  const missing = useModules().flatMap((module) =>
    module.state === "failed" && !dismissed.includes(module.program) ? [module] : [],
  );
  if (missing.length === 0) return null;
  return (
    <section
      aria-label={t`Missing parts`}
      data-testid="missing-modules"
      className="border-warn/25 border-t bg-warn-soft text-sm"
    >
      <ul className="mx-auto max-w-6xl divide-y divide-warn/20 px-4 sm:px-6">
        {missing.map(({ program, why }) => (
          <li key={program} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
            <p role="status" className="wrap-anywhere min-w-0 flex-1">
              <span className="font-medium text-warn">
                <Trans>The part of the program {program} is missing here.</Trans>
              </span>{" "}
              {staff && why} <Trans>Everything else works.</Trans>
            </p>
            <span className="flex gap-1">
              <Button size="sm" onClick={reload}>
                <Trans>Reload</Trans>
              </Button>
              <Button size="sm" look="quiet" onClick={() => setDismissed([...dismissed, program])}>
                <Trans>Dismiss</Trans>
              </Button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** An address that no page has: its module is on the way, or missing, or there is no such page. */
export function UnknownPage() {
  const first = useLocation({ select: ({ pathname }) => pathname.split("/")[1] });
  const module = useModules().find(({ program }) => program === first);
  if (module?.state === "loading") return <Skeleton className="h-72 w-full !rounded-xl" />;
  if (module?.state !== "failed") return <Lost />;
  return (
    <Card role="alert" data-testid="missing-page">
      <EmptyState
        page
        icon={<RefreshCw aria-hidden />}
        title={t`This page is missing`}
        action={
          <Button look="primary" onClick={reload}>
            <RefreshCw aria-hidden /> <Trans>Reload</Trans>
          </Button>
        }
      >
        <Trans>
          It belongs to the program {module.program}, whose part of the console could not be loaded.
        </Trans>
      </EmptyState>
    </Card>
  );
}
