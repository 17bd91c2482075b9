import { isZero } from "@groat/client";
import type { HistoryRow } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { transactionQuery } from "../../api/queries";
import { useAudience } from "../../shell/audience";
import { ErrorState, Skeleton } from "../../ui/states";
import { Delta, Time } from "../../ui/text";
import { hasCredits } from "./data";
import { GRANT } from "./paths";
import { CLASSES } from "./words";

/** Which grants paid for a line of "why this number", or got something back: asked for when somebody wants to know. */
export function PaidBy({ row }: { row: HistoryRow }) {
  const audience = useAudience();
  const [open, setOpen] = useState(false);
  if (!hasCredits(audience)) return null;
  return open ? (
    <Parts row={row} />
  ) : (
    <button type="button" className="rounded-sm text-accent text-xs underline" onClick={() => setOpen(true)}>
      <Trans>Which grants?</Trans>
    </button>
  );
}

function Parts({ row }: { row: HistoryRow }) {
  const query = useQuery(transactionQuery(row.transaction));
  if (query.isPending) return <Skeleton className="mt-1 h-4 w-40" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const parts = (query.data.grants ?? []).filter(({ account }) => account === row.account);
  if (parts.length === 0) {
    return (
      <p className="mt-1 text-faint text-xs" data-testid="paid-by">
        <Trans>No grant took part in it.</Trans>
      </p>
    );
  }
  return (
    <ul className="mt-1.5 flex flex-col gap-1 text-xs" data-testid="paid-by" aria-label={t`Grants`}>
      {parts.map((part) => (
        <li key={`${part.grant} ${part.posting}`} className="flex flex-wrap items-baseline gap-x-2">
          <Link to={GRANT} params={{ id: part.grant }} className="rounded-sm text-accent underline">
            {CLASSES[part.class]}
          </Link>
          {!isZero(part.amount) && <Delta value={part.amount} />}
          {!isZero(part.held) && (
            <span className="text-faint">
              <Delta value={part.held} /> <Trans>held</Trans>
            </span>
          )}
          {part.expires_at && (
            <span className="text-faint">
              <Trans>
                expires <Time at={part.expires_at} form="age" />
              </Trans>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
