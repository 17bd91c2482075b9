import type { KindView, RunDraft, RunView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { FileSpreadsheet, Plus } from "lucide-react";
import { useMemo } from "react";
import { count, countPeople } from "../../../lib/counted";
import { useRights } from "../../../live/hooks";
import { StateBadge } from "../../../requests/marks";
import { OfKind } from "../../../requests/of-kind";
import { Name } from "../../../requests/people";
import { StaffOnly } from "../../../shell/gate";
import { Button } from "../../../ui/button";
import { type Column, DataTable } from "../../../ui/data-table";
import { Select } from "../../../ui/field";
import { EmptyState, ErrorState, Progress, SkeletonRows } from "../../../ui/states";
import { Badge, Card, CardHeader, PageHeader } from "../../../ui/surface";
import { Amount, Time } from "../../../ui/text";
import { draftsQuery, isMoving, KIND } from "../data";
import { DRAFT, NEW_RUN, RUN, RUNS } from "../paths";
import { useRunNews } from "../use-news";
import { useRuns } from "../use-run";
import { doneOf, nameOf, progressOf } from "../words";

/** All bulk runs, live, and the drafts that nobody submitted yet. */
export function RunsPage() {
  return (
    <StaffOnly>
      <OfKind name={KIND}>{(kind) => <Runs kind={kind} />}</OfKind>
    </StaffOnly>
  );
}

function Runs({ kind }: { kind: KindView }) {
  const { admin } = useRights();
  const navigate = useNavigate();
  const { state = "" } = useSearch({ strict: false }) as { state?: string };
  useRunNews();
  const { query, rows } = useRuns(state);
  const columns = useMemo(() => columnsFor(kind), [kind]);
  const make = (
    <Button asChild look="primary">
      <Link to={NEW_RUN}>
        <Plus aria-hidden /> <Trans>New run</Trans>
      </Link>
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t`Bulk runs`}
        hint={t`Credits for many people at once, with a preview of every row and a way back.`}
      >
        {admin && make}
      </PageHeader>
      <div className="flex flex-col gap-5">
        {admin && <Drafts />}
        <Card aria-label={t`Bulk runs`} data-testid="runs">
          <CardHeader title={t`All runs`}>
            <Select
              aria-label={t`State`}
              className="w-48"
              value={state}
              onChange={({ target: { value } }) =>
                void navigate({ to: RUNS, search: value ? { state: value } : {}, replace: true } as never)
              }
            >
              <option value="">
                <Trans>All statuses</Trans>
              </option>
              {kind.states.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.title}
                </option>
              ))}
            </Select>
          </CardHeader>
          {query.isPending ? (
            <SkeletonRows />
          ) : query.isError && rows.length === 0 ? (
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          ) : rows.length === 0 ? (
            <EmptyState
              icon={<FileSpreadsheet aria-hidden />}
              title={state ? t`None in this state` : t`No runs yet`}
              action={admin && !state && make}
            >
              <Trans>Begin with a file, a list, or a selection of people.</Trans>
            </EmptyState>
          ) : (
            <DataTable
              caption={t`Bulk runs, newest first`}
              columns={columns}
              rows={rows}
              rowId={({ id }) => id}
              rowTestId="run-line"
            />
          )}
          {query.hasNextPage && (
            <div className="flex justify-center p-3">
              <Button
                size="sm"
                look="quiet"
                busy={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                <Trans>Show older</Trans>
              </Button>
            </div>
          )}
        </Card>
      </div>
    </>
  );
}

function columnsFor(kind: KindView): Column<RunView>[] {
  return [
    {
      id: "run",
      header: t`Run`,
      cell: ({ row: { original } }) => (
        <div className="min-w-0">
          <Link
            to={RUN.replace("$run", original.id)}
            className="wrap-anywhere line-clamp-2 rounded-sm py-1 font-medium hover:underline sm:py-0"
          >
            {original.undoes ? t`Undo: ${nameOf(original)}` : nameOf(original)}
          </Link>
          <p className="wrap-anywhere line-clamp-1 text-faint text-xs">{original.reason}</p>
          <span className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-faint text-xs sm:hidden">
            <StateBadge kind={kind} state={original.state} /> {countPeople(original.people)}
          </span>
        </div>
      ),
    },
    {
      id: "state",
      header: t`State`,
      cell: ({ row: { original } }) => <Standing kind={kind} run={original} />,
      meta: { from: "sm" },
    },
    {
      id: "people",
      header: t`People`,
      cell: ({ row: { original } }) => <span className="num">{count(original.people)}</span>,
      meta: { align: "end", from: "md" },
    },
    {
      id: "by",
      header: t`By`,
      cell: ({ row: { original } }) => (
        <span className="block max-w-36 truncate text-muted">
          <Name first of={original.by} />
        </span>
      ),
      meta: { from: "lg" },
    },
    {
      id: "filed",
      header: t`Submitted`,
      cell: ({ row: { original } }) => <Time at={original.filed_at} className="num text-muted" />,
      meta: { from: "lg" },
    },
    {
      id: "total",
      header: t`Total`,
      cell: ({ row: { original } }) => (
        <Amount value={original.total} asset={original.asset} className="font-medium" />
      ),
      meta: { align: "end" },
    },
  ];
}

function Standing({ kind, run }: { kind: KindView; run: RunView }) {
  return (
    <span className="flex max-w-48 flex-col items-start gap-1">
      <span className="flex flex-wrap gap-1">
        <StateBadge kind={kind} state={run.state} />
        {run.undone !== "no" && (
          <Badge tone="warn">{run.undone === "whole" ? t`taken back` : t`taken back in part`}</Badge>
        )}
      </span>
      {(isMoving(run) || run.state === "paused" || run.state === "stopped") && (
        <>
          <Progress label={t`Rows posted`} value={doneOf(run)} max={run.rows} />
          <span className="num text-faint text-xs">{progressOf(run)}</span>
        </>
      )}
    </span>
  );
}

/** The drafts that wait to be submitted. */
function Drafts() {
  const drafts = useQuery(draftsQuery).data?.items ?? [];
  if (drafts.length === 0) return null;
  return (
    <Card aria-labelledby="drafts" data-testid="drafts">
      <CardHeader
        id="drafts"
        title={t`Drafts`}
        hint={t`Checked, but not submitted. They go by themselves after a week.`}
      />
      <ul className="divide-y divide-line border-line border-t">
        {drafts.map((draft) => (
          <DraftLine key={draft.id} draft={draft} />
        ))}
      </ul>
    </Card>
  );
}

function DraftLine({ draft }: { draft: RunDraft }) {
  const { id, summary, asset, by, made_at, undoes } = draft;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
      <div className="min-w-0">
        <Link
          to={DRAFT.replace("$draft", id)}
          className="wrap-anywhere rounded-sm font-medium text-sm hover:underline"
        >
          {undoes ? t`Undo: ${nameOf(draft)}` : nameOf(draft)}
        </Link>
        <p className="text-faint text-xs">
          <Name first of={by} /> · <Time at={made_at} form="age" />
        </p>
      </div>
      <p className="num text-sm">
        {countPeople(summary.people)} · <Amount value={summary.total} asset={asset} />
      </p>
    </li>
  );
}
