import { type DraftSummary, GroatError, type RunDraft, type RunRowView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Navigate, useNavigate, useParams } from "@tanstack/react-router";
import { Download, FileQuestion, Trash2 } from "lucide-react";
import { useState } from "react";
import { count } from "../../../lib/counted";
import { ConfirmDialog } from "../../../parts/confirm-dialog";
import { StaffOnly } from "../../../shell/gate";
import { Button } from "../../../ui/button";
import { Select } from "../../../ui/field";
import { EmptyState, ErrorState, Notice, Skeleton } from "../../../ui/states";
import { Card, CardHeader, PageHeader } from "../../../ui/surface";
import { Time } from "../../../ui/text";
import { RunsCrumb } from "../crumb";
import { csvOf, discardDraft, draftsQuery, isMissing, type Show } from "../data";
import { DraftTable } from "../draft-table";
import { Filing } from "../filing";
import { NEW_RUN, RUN } from "../paths";
import { Questions } from "../questions";
import { changeOf } from "../reading";
import { ReadingPanel } from "../reading-panel";
import { RowSheet } from "../row-sheet";
import { saveFile } from "../save";
import { Totals } from "../totals";
import { useDraft } from "../use-draft";
import { nameOf, SHOWS } from "../words";

/** A draft: every row as it was read, what can be corrected, and the step that makes it a run. */
export function DraftPage() {
  return (
    <StaffOnly admin>
      <DraftOf />
    </StaffOnly>
  );
}

function DraftOf() {
  const { draft: id = "" } = useParams({ strict: false }) as { draft?: string };
  return <Draft key={id} id={id} />;
}

function Draft({ id }: { id: string }) {
  const { draft, error, refetch, busy, problem, change, toggle } = useDraft(id);
  const [opened, setOpened] = useState<RunRowView | null>(null);
  if (!draft) {
    return (
      <>
        <PageHeader title={t`Bulk run`} crumb={<RunsCrumb />} />
        {error === null ? (
          <Skeleton className="h-72 w-full !rounded-xl" />
        ) : (
          <Card>
            {isMissing(error instanceof GroatError ? error : null) ? (
              <EmptyState icon={<FileQuestion aria-hidden />} title={t`There is no such draft`}>
                <Trans>It was discarded, or nobody submitted it in time.</Trans>
              </EmptyState>
            ) : (
              <ErrorState error={error} onRetry={() => void refetch()} />
            )}
          </Card>
        )}
      </>
    );
  }
  if (draft.run !== null) return <Navigate to={RUN.replace("$run", draft.run)} search replace />;
  const { summary, origin } = draft;
  return (
    <>
      <PageHeader
        title={draft.undoes ? t`Undo: ${nameOf(draft)}` : nameOf(draft)}
        hint={
          draft.closed ? (
            <Trans>The rows of this file were given by another run.</Trans>
          ) : draft.expires_at === null ? (
            <Trans>A draft: nobody has got anything yet. It is kept as a file.</Trans>
          ) : (
            <Trans>
              A draft: nobody has got anything yet. It is kept until <Time at={draft.expires_at} />.
            </Trans>
          )
        }
        crumb={<RunsCrumb />}
      >
        {draft.expires_at !== null && <Discard draft={draft} />}
      </PageHeader>
      <div className="flex flex-col gap-5" data-testid="draft" data-version={draft.version}>
        <Card>
          <CardHeader title={t`Rows`}>
            {summary.bad > 0 && (
              <Button
                size="sm"
                onClick={() => void saveFile(csvOf.badRows(id), `${stem(origin.name)}-bad-rows.csv`)}
              >
                <Download aria-hidden /> <Trans>Bad rows as CSV</Trans>
              </Button>
            )}
          </CardHeader>
          {draft.reading && (
            <ReadingPanel
              reading={draft.reading}
              amount={draft.amount}
              busy={busy}
              onChoose={(name, value) => void change(changeOf(name, value))}
            />
          )}
          {problem && (
            <div className="mx-4 mb-4 sm:mx-5">
              <Notice tone="bad" role="alert" title={t`That could not be changed`}>
                {problem}
              </Notice>
            </div>
          )}
          <Questions draft={draft} onChange={(wanted) => void change(wanted)} />
          <Totals draft={draft} />
          <Rows draft={draft} onOpen={setOpened} onToggle={toggle} onChange={change} />
        </Card>
        {!draft.closed && <Filing draft={draft} busy={busy} onChange={(wanted) => void change(wanted)} />}
      </div>
      <RowSheet row={opened} asset={draft.asset} onClose={() => setOpened(null)} />
    </>
  );
}

const stem = (name: string) => name.replace(/\.[^.]*$/, "") || "rows";

/** The lists of rows to look at, each with how many it has. */
function showsOf(summary: DraftSummary): [Show, number][] {
  const all: [Show, number][] = [
    ["all", summary.rows],
    ["bad", summary.bad],
    ["duplicates", summary.duplicates],
    ["new", summary.new_people],
    ["over_limit", summary.over_limit],
    ["unselected", summary.unselected],
  ];
  return all.filter(([show, number]) => show === "all" || number > 0);
}

function Rows({
  draft,
  onOpen,
  onToggle,
  onChange,
}: {
  draft: RunDraft;
  onOpen: (row: RunRowView) => void;
  onToggle: (number: number, on: boolean) => void;
  onChange: (change: { select?: { show: Show }; unselect?: { show: Show } }) => Promise<void>;
}) {
  const { summary } = draft;
  const [wanted, setShow] = useState<Show>("all");
  const shows = showsOf(summary);
  const show = shows.some(([name]) => name === wanted) ? wanted : "all";
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2 px-4 py-3 sm:px-5">
        <Select
          aria-label={t`Rows to show`}
          className="w-full sm:w-60"
          value={show}
          onChange={({ target: { value } }) => setShow(value as Show)}
        >
          {shows.map(([name, number]) => (
            <option key={name} value={name}>
              {`${SHOWS[name]} (${count(number)})`}
            </option>
          ))}
        </Select>
        {show !== "bad" && (
          <span className="flex gap-1">
            <Button size="sm" look="quiet" onClick={() => void onChange({ select: { show } })}>
              <Trans>Choose all</Trans>
            </Button>
            <Button size="sm" look="quiet" onClick={() => void onChange({ unselect: { show } })}>
              <Trans>Choose none</Trans>
            </Button>
          </span>
        )}
      </div>
      <DraftTable draft={draft} show={show} onToggle={onToggle} onOpen={onOpen} />
    </>
  );
}

function Discard({ draft: { id } }: { draft: RunDraft }) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        <Trash2 aria-hidden /> <Trans>Discard</Trans>
      </Button>
      <ConfirmDialog
        open={open}
        onClose={() => setOpen(false)}
        title={t`Discard this draft?`}
        actLabel={t`Discard`}
        keepLabel={t`Keep draft`}
        danger
        act={async () => {
          await discardDraft(id);
          await queries.invalidateQueries({ queryKey: draftsQuery.queryKey });
          await navigate({ to: NEW_RUN });
        }}
      >
        <Trans>Its rows are gone then. Nobody has got anything from it.</Trans>
      </ConfirmDialog>
    </>
  );
}
