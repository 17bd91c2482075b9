import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link, useSearch } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { usePerson } from "../../../live/hooks";
import { OfKind } from "../../../requests/of-kind";
import { Card, PageHeader } from "../../../ui/surface";
import { TRANSFERS } from "../paths";
import { TransferForm } from "../transfer-form";

/** Sends money of one's own. */
export function NewTransferPage() {
  const owner = usePerson().user;
  const given = useSearch({ strict: false }) as { to?: string };
  return (
    <>
      <PageHeader
        title={t`Send money`}
        crumb={
          <Link
            to={TRANSFERS}
            className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink"
          >
            <ChevronLeft className="size-4" aria-hidden /> <Trans>Transfers</Trans>
          </Link>
        }
      />
      <div className="max-w-xl">
        <OfKind name="transfer">
          {(kind) => (
            <Card className="p-4 sm:p-6">
              <TransferForm kind={kind} owner={owner} given={given} />
            </Card>
          )}
        </OfKind>
      </div>
    </>
  );
}
