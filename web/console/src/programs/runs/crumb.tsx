import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { RUNS } from "./paths";

/** Back to the list of runs. */
export function RunsCrumb() {
  return (
    <Link to={RUNS} className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink">
      <ChevronLeft className="size-4" aria-hidden /> <Trans>Bulk runs</Trans>
    </Link>
  );
}
