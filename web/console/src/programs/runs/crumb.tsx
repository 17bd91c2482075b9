import { Trans } from "@lingui/react/macro";
import { Link, useSearch } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { RUNS } from "./paths";

/** Back to the page that led here, which the address names, or to the list of runs. */
export function RunsCrumb() {
  const { back } = useSearch({ strict: false }) as { back?: string };
  return (
    <Link to={back ?? RUNS} className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink">
      <ChevronLeft className="size-4" aria-hidden /> {back ? <Trans>Back</Trans> : <Trans>Bulk runs</Trans>}
    </Link>
  );
}
