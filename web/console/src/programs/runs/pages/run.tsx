import { GroatError, type KindView, type RequestView, type RunRowView, type RunView } from "@groat/client";
import { useRequest } from "@groat/react";
import { t } from "@lingui/core/macro";
import { useParams } from "@tanstack/react-router";
import { Download, FileQuestion, Pause, Play, Undo2 } from "lucide-react";
import { useCallback, useState } from "react";
import { countRows } from "../../../lib/counted";
import { useRights } from "../../../live/hooks";
import { useAttempt } from "../../../parts/use-attempt";
import { useNames } from "../../../requests/acts";
import { transitionOf } from "../../../requests/kinds";
import { OfKind } from "../../../requests/of-kind";
import { RequestRecord } from "../../../requests/record";
import { explainRefusal, useTake } from "../../../requests/use-take";
import { StaffOnly } from "../../../shell/gate";
import { Button } from "../../../ui/button";
import { Choice, Select } from "../../../ui/field";
import { EmptyState, ErrorState, Notice, Skeleton } from "../../../ui/states";
import { Card, CardHeader, PageHeader } from "../../../ui/surface";
import { RunsCrumb } from "../crumb";
import { csvOf, isMissing, isMoving, KIND, type Show } from "../data";
import { Receipts } from "../receipts";
import { RowSheet } from "../row-sheet";
import { RunRows } from "../run-rows";
import { saveFile } from "../save";
import { UndoDialog } from "../undo-dialog";
import { useRun } from "../use-run";
import { nameOf, SHOWS } from "../words";

/** A run: how far it is, who decides, what became of each row, and the way back. */
export function RunPage() {
  return (
    <StaffOnly>
      <OfKind name={KIND}>{(kind) => <RunOf kind={kind} />}</OfKind>
    </StaffOnly>
  );
}

function RunOf({ kind }: { kind: KindView }) {
  const { run: id = "" } = useParams({ strict: false }) as { run?: string };
  return <Run key={id} kind={kind} id={id} />;
}

function Run({ kind, id }: { kind: KindView; id: string }) {
  const { request, error, refresh } = useRequest(KIND, id);
  const { run } = useRun(id);
  if (!request || !run) {
    const missing = isMissing(error instanceof GroatError ? error : null);
    return (
      <>
        <PageHeader title={t`Bulk run`} crumb={<RunsCrumb />} />
        {error === null ? (
          <Skeleton className="h-72 w-full !rounded-xl" />
        ) : (
          <Card>
            {missing ? (
              <EmptyState icon={<FileQuestion aria-hidden />} title={t`There is no such run`} />
            ) : (
              <ErrorState error={error} onRetry={refresh} />
            )}
          </Card>
        )}
      </>
    );
  }
  return (
    <>
      <PageHeader title={nameOf(run)} hint={run.reason} crumb={<RunsCrumb />} />
      <div className="flex flex-col gap-5" data-testid="run" data-state={run.state}>
        <Card className="p-4 sm:p-6">
          <RequestRecord kind={kind} request={request} omit={AT_ONCE}>
            <Switches kind={kind} request={request} />
          </RequestRecord>
        </Card>
        <Outcome run={run} />
      </div>
    </>
  );
}

/** Acts that are taken with one press: what they do is taken back with another. */
const AT_ONCE = ["pause", "resume"];

/** Holds the run, or lets it go on. */
function Switches({ kind, request }: { kind: KindView; request: RequestView }) {
  const { take, busy } = useTake();
  const nameOf = useNames();
  const { problem, attempt } = useAttempt((error) => explainRefusal(error, kind, nameOf));
  const offered = AT_ONCE.filter((name) => request.may?.includes(name));
  return (
    <>
      {offered.flatMap((name) => {
        const transition = transitionOf(kind, name);
        if (!transition) return [];
        const Icon = name === "pause" ? Pause : Play;
        return [
          <Button
            key={name}
            className="self-start"
            busy={busy === name}
            data-testid={`act-${name}`}
            onClick={() =>
              void attempt(async () => {
                await take(request, transition);
              })
            }
          >
            <Icon aria-hidden /> {name === "pause" ? t`Pause` : t`Go on`}
          </Button>,
        ];
      })}
      {problem && (
        <Notice tone="warn" role="alert">
          {problem}
        </Notice>
      )}
    </>
  );
}

type Tab = "receipts" | "rows";

const SHOWN: readonly Show[] = ["selected", "unselected", "bad", "all"];

/** The rows of a run and what became of them; and taking all or some of it back. */
function Outcome({ run }: { run: RunView }) {
  const { admin } = useRights();
  const [tab, setTab] = useState<Tab>("rows");
  const [show, setShow] = useState<Show>("selected");
  const [opened, setOpened] = useState<RunRowView | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [undoing, setUndoing] = useState(false);
  const choose = useCallback((number: number, on: boolean) => {
    setChosen((before) => {
      const next = new Set(before);
      if (on) next.add(number);
      else next.delete(number);
      return next;
    });
  }, []);
  const ended = !isMoving(run) && run.state !== "paused" && run.state !== "stopped";
  const undoable = admin && ended && run.posted.rows > 0 && run.undoes === null && run.undone !== "whole";
  const stem = nameOf(run).replace(/\.[^.]*$/, "");
  return (
    <Card aria-label={t`Rows of the run`}>
      <CardHeader
        title={
          <Choice
            label={t`What to show`}
            className="w-64"
            value={tab}
            options={[
              { value: "rows", label: t`Rows` },
              { value: "receipts", label: t`Receipts` },
            ]}
            onChange={setTab}
          />
        }
      >
        <Button
          size="sm"
          onClick={() =>
            void (tab === "receipts"
              ? saveFile(csvOf.receipts(run.id), `${stem}-receipts.csv`)
              : saveFile(csvOf.rows(run.id), `${stem}.csv`))
          }
        >
          <Download aria-hidden /> {tab === "receipts" ? t`Receipts as CSV` : t`Rows as CSV`}
        </Button>
        {undoable && (
          <Button size="sm" onClick={() => setUndoing(true)} data-testid="undo-run">
            <Undo2 aria-hidden /> {chosen.size > 0 ? t`Undo ${countRows(chosen.size)} …` : t`Undo the run …`}
          </Button>
        )}
      </CardHeader>
      {tab === "receipts" ? (
        <Receipts run={run} />
      ) : (
        <>
          <div className="px-4 pb-3 sm:px-5">
            <Select
              aria-label={t`Rows to show`}
              className="w-full sm:w-60"
              value={show}
              onChange={({ target: { value } }) => setShow(value as Show)}
            >
              {SHOWN.map((name) => (
                <option key={name} value={name}>
                  {SHOWS[name]}
                </option>
              ))}
            </Select>
          </div>
          <RunRows
            run={run}
            show={show}
            chosen={undoable ? chosen : null}
            onChoose={choose}
            onOpen={setOpened}
          />
        </>
      )}
      <RowSheet row={opened} asset={run.asset} onClose={() => setOpened(null)} />
      <UndoDialog
        open={undoing}
        run={run}
        numbers={chosen.size > 0 ? [...chosen] : null}
        onClose={() => setUndoing(false)}
      />
    </Card>
  );
}
