import { compare, type KindView, type RequestFilter, type RequestView } from "@groat/client";
import { useRequests } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Inbox } from "lucide-react";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { PAGE_SIZE } from "../api/queries";
import { cx } from "../lib/cx";
import { usePerson, useReader, useRights } from "../live/hooks";
import { Button } from "../ui/button";
import { type Column, DataTable } from "../ui/data-table";
import { NewRows } from "../ui/new-rows";
import { EmptyState, ErrorState, SkeletonRows } from "../ui/states";
import { Card, CardHeader } from "../ui/surface";
import { Amount, Time } from "../ui/text";
import { Headline } from "./headline";
import { stateOf } from "./kinds";
import { ApprovalDots, OwnerMark, StateBadge } from "./marks";
import { Name } from "./people";
import { usePlural } from "./plural";

/** The newest of one's own requests of a kind. New ones come in by themselves: these lists are short. */
export function useOwn(kind: string, more: Pick<RequestFilter, "state" | "parent"> = {}) {
  const { user } = usePerson();
  return useRequests({ kind, user, ...more }, { limit: PAGE_SIZE });
}

/** Ids rise with time: so the server sorts, too. */
const byAge = (left: { original: RequestView }, right: { original: RequestView }) =>
  left.original.id < right.original.id ? -1 : 1;

const byText =
  (pick: (row: RequestView) => string) =>
  (left: { original: RequestView }, right: { original: RequestView }) =>
    pick(left.original).localeCompare(pick(right.original), undefined, { numeric: true });

/** By asset, and within one by amount. */
function byMoney(left: { original: RequestView }, right: { original: RequestView }): number {
  const [a, b] = [left.original, right.original];
  return (a.asset ?? "").localeCompare(b.asset ?? "") || compare(a.amount ?? "0", b.amount ?? "0");
}

function columnsFor(kind: KindView, staff: boolean): Column<RequestView>[] {
  const columns: Column<RequestView>[] = [
    {
      id: "what",
      header: kind.title,
      cell: ({ row: { original } }) => <What kind={kind} request={original} staff={staff} />,
    },
  ];
  if (staff) {
    columns.push({
      id: "person",
      header: t`Person`,
      accessorFn: (row) => row.owner,
      sortFn: byText((row) => row.owner),
      cell: ({ row: { original } }) => (
        <span className="flex items-center gap-2.5">
          <OwnerMark owner={original.owner} className="!size-7 max-lg:hidden" />
          <Name first of={original.owner} className="block max-w-40 truncate" />
        </span>
      ),
      meta: { from: "sm" },
    });
  }
  columns.push(
    {
      id: "state",
      header: t`State`,
      accessorFn: (row) => row.state,
      sortFn: byText((row) => stateOf(kind, row.state).title),
      cell: ({ row: { original } }) => (
        <span className="flex flex-col items-start gap-1">
          <StateBadge kind={kind} state={original.state} />
          {original.waits && <ApprovalDots request={original} />}
        </span>
      ),
      meta: { from: "sm" },
    },
    {
      id: FILED,
      header: t`Submitted`,
      accessorFn: (row) => row.filed_at,
      sortFn: byAge,
      sortDescFirst: true,
      cell: ({ row }) => <Time at={row.original.filed_at} className="num text-muted" />,
      meta: { from: "md" },
    },
  );
  if (!isAboutMoney(kind)) return columns;
  columns.push({
    id: "amount",
    header: t`Amount`,
    accessorFn: (row) => row.amount,
    sortFn: byMoney,
    cell: ({ row: { original } }) =>
      original.amount && original.asset ? (
        <Amount value={original.amount} asset={original.asset} className="font-medium" />
      ) : (
        <span className="text-faint">–</span>
      ),
    meta: { align: "end" },
  });
  return columns;
}

/** Whether requests of a kind have an amount of their own. */
const isAboutMoney = ({ schema }: KindView) => "amount" in ((schema.properties ?? {}) as object);

function What({ kind, request, staff }: { kind: KindView; request: RequestView; staff: boolean }) {
  return (
    <div className="min-w-0">
      <Link
        to="/requests/$kind/$id"
        params={{ kind: request.kind, id: request.id }}
        className="wrap-anywhere line-clamp-2 rounded-sm first-letter:uppercase py-1 font-medium hover:underline sm:py-0"
      >
        <Headline kind={kind} request={request} />
      </Link>
      <span className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-faint text-xs sm:hidden">
        <StateBadge kind={kind} state={request.state} />
        {staff && <Name of={request.owner} />}
        <Time at={request.filed_at} form="age" />
      </span>
    </div>
  );
}

/** The column by which the server sorts; by others only what is loaded is sorted. */
const FILED = "filed";
const NEWEST = { id: FILED, desc: true };
const NEWEST_FIRST = [NEWEST];

interface ListProps {
  kind: KindView;
  state?: string;
  /** Only this person's. */
  user?: string;
  /** Only those that belong to this request. */
  parent?: string;
  title?: string;
  children?: ReactNode;
  /** The text for an empty list. */
  empty?: ReactNode;
  columns?: Column<RequestView>[];
}

/** The requests of a kind as a table that is live. */
export function RequestList({ kind, state, user, parent, title, children, empty, columns: own }: ListProps) {
  const { staff } = useRights();
  const many = usePlural()(kind);
  const { top, following, reading } = useReader();
  const [sorting, setSorting] = useState(NEWEST_FIRST);
  const [by = NEWEST] = sorting;
  const onSorting = (next: typeof sorting) => setSorting(next.length > 0 ? next : NEWEST_FIRST);
  const among = by.id !== FILED;
  const oldest = !among && !by.desc;
  const filter: RequestFilter = {
    kind: kind.name,
    ...(state && { state }),
    ...(user && { user }),
    ...(parent && { parent }),
    ...(oldest && { sort: "oldest" }),
  };
  const list = useRequests(filter, { limit: PAGE_SIZE, hold: !following, keepPrevious: true });
  const rows = list.items;
  const columns = useMemo(
    () => own ?? columnsFor(kind, staff && !user && !parent),
    [own, kind, staff, user, parent],
  );
  const fresh = useFresh(rows, list.previous || oldest);
  return (
    <Card aria-label={title ?? many} data-testid={`requests-${kind.name}`}>
      <div ref={top} />
      <CardHeader title={title ?? many}>
        <div aria-live="polite">{list.fresh > 0 && <NewRows count={list.fresh} onShow={list.refresh} />}</div>
        {children}
      </CardHeader>
      {list.loading && rows.length === 0 ? (
        <SkeletonRows />
      ) : list.error && rows.length === 0 ? (
        <ErrorState error={list.error} onRetry={list.refresh} />
      ) : rows.length === 0 ? (
        (empty ?? (
          <EmptyState icon={<Inbox aria-hidden />} title={state ? t`None in this state` : t`None yet`}>
            <Trans>New ones show up here by themselves.</Trans>
          </EmptyState>
        ))
      ) : (
        <div {...reading} className={cx("transition-opacity", list.previous && "opacity-60")}>
          <DataTable
            caption={`${many}${among ? "" : oldest ? t`, oldest first` : t`, newest first`}`}
            columns={columns}
            rows={rows}
            rowId={(row) => row.id}
            rowTestId="request"
            rowClass={(row) => cx(fresh.has(row.id) && "animate-changed")}
            {...(!own && { sortable: true, sorting, onSorting })}
          />
        </div>
      )}
      {list.hasMore && (
        <div className="flex items-center justify-center gap-3 p-3">
          <span className="num text-faint text-xs">
            {among ? t`Sorted among the ${rows.length} loaded` : t`${rows.length} loaded`}
          </span>
          <Button size="sm" look="quiet" busy={list.loading} onClick={list.loadMore}>
            {among ? t`Show more` : oldest ? t`Show newer` : t`Show older`}
          </Button>
        </div>
      )}
    </Card>
  );
}

/**
 * Those that were filed since the list was first shown: they light up for a moment. `unknown`: these rows do not tell, as they are
 * another list's, or later pages bring newer ones.
 */
export function useFresh(rows: readonly RequestView[], unknown: boolean): ReadonlySet<string> {
  const newest = useRef("");
  const fresh = useRef(new Set<string>());
  if (!unknown && rows.length > 0) {
    // Ids rise with time.
    const last = rows.reduce((latest, { id }) => (id > latest ? id : latest), newest.current);
    if (newest.current) for (const { id } of rows) if (id > newest.current) fresh.current.add(id);
    newest.current = last;
  }
  return fresh.current;
}
