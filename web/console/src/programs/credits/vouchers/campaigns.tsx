import type { CampaignView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Megaphone, Plus } from "lucide-react";
import { useState } from "react";
import { useRights } from "../../../live/hooks";
import { Button } from "../../../ui/button";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { Badge, Card, PageHeader } from "../../../ui/surface";
import { Amount } from "../../../ui/text";
import { CampaignDialog } from "./campaign-dialog";
import { campaignsQuery, useVoucherNews } from "./data";
import { CAMPAIGN } from "./paths";
import { CAMPAIGN_STATES, outOf } from "./words";

/** All campaigns, for staff; the counts move by themselves. */
export function CampaignsPage() {
  const { admin } = useRights();
  const query = useInfiniteQuery(campaignsQuery);
  const [beginning, setBeginning] = useState(false);
  useVoucherNews();
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <PageHeader title={t`Campaigns`} hint={t`Codes that give credits, and what came of them.`}>
        {admin && (
          <Button look="primary" onClick={() => setBeginning(true)}>
            <Plus aria-hidden /> <Trans>New campaign</Trans>
          </Button>
        )}
      </PageHeader>
      <Card data-testid="campaigns">
        {query.isPending ? (
          <SkeletonRows rows={4} />
        ) : query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<Megaphone aria-hidden />} title={t`No campaigns yet`}>
            <Trans>Begin one with a code that everybody types, or with single-use codes.</Trans>
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </ul>
        )}
        {query.hasNextPage && (
          <div className="border-line border-t px-4 py-3 sm:px-5">
            <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              <Trans>Show older</Trans>
            </Button>
          </div>
        )}
      </Card>
      <CampaignDialog open={beginning} onClose={() => setBeginning(false)} />
    </>
  );
}

function Row({ row }: { row: CampaignView }) {
  const state = CAMPAIGN_STATES[row.state];
  return (
    <li className="relative flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-hover sm:px-5">
      <span className="min-w-0 flex-1 basis-48">
        <Link
          to={CAMPAIGN}
          params={{ id: row.id }}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          {row.name}
        </Link>
        <span className="text-faint text-xs">
          {row.code ?? t`${outOf(row.codes, null)} single-use codes`}
        </span>
      </span>
      <Badge tone={state.tone}>{state.label}</Badge>
      <span className="num text-muted text-sm">
        <span className="sr-only">{t`Redeemed`}: </span>
        {outOf(row.uses, row.uses_max ?? (row.code === null ? row.codes : null))}
      </span>
      <Amount value={row.spent} asset={row.asset} className="font-semibold" />
    </li>
  );
}
