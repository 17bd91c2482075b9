import type { PrintedCode } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft, Printer } from "lucide-react";
import { Button } from "../../../ui/button";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { PageHeader } from "../../../ui/surface";
import { campaignQuery, printQuery, printSharedQuery } from "./data";
import { CAMPAIGN } from "./paths";

/** The QR codes of a campaign, to print and to cut out: its shared code, or those of its codes that nobody has used. */
export function PrintPage() {
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  const campaign = useQuery(campaignQuery(id)).data;
  const single = campaign?.code === null;
  const shared = useQuery({ ...printSharedQuery(id), enabled: campaign !== undefined && !single });
  const pages = useInfiniteQuery({ ...printQuery(id), enabled: single });
  const query = single ? pages : shared;
  const items = single ? (pages.data?.pages.flatMap((page) => page.items) ?? []) : (shared.data?.items ?? []);
  return (
    <>
      <div className="print:hidden">
        <PageHeader
          title={t`QR codes`}
          hint={campaign?.name}
          crumb={
            <Link
              to={CAMPAIGN}
              params={{ id }}
              className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink"
            >
              <ChevronLeft className="size-4" aria-hidden /> <Trans>The campaign</Trans>
            </Link>
          }
        >
          {pages.hasNextPage && single && (
            <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              <Trans>Show more</Trans>
            </Button>
          )}
          <Button look="primary" onClick={() => print()}>
            <Printer aria-hidden /> <Trans>Print</Trans>
          </Button>
        </PageHeader>
      </div>
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows rows={4} />
      ) : items.length === 0 ? (
        <EmptyState title={t`No unused codes`} />
      ) : (
        <ul className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-4 print:grid-cols-3">
          {items.map((each) => (
            <Label key={each.number} each={each} />
          ))}
        </ul>
      )}
    </>
  );
}

/** An image element draws it, so that nothing in it can run. */
function Label({ each }: { each: PrintedCode }) {
  return (
    <li className="flex break-inside-avoid flex-col items-center gap-2 rounded-md border border-line bg-white p-3">
      <img
        src={`data:image/svg+xml,${encodeURIComponent(each.svg)}`}
        alt={t`QR code of ${each.code}`}
        className="aspect-square w-full max-w-44"
      />
      <span className="break-all text-center font-mono text-black text-xs">{each.code}</span>
    </li>
  );
}
