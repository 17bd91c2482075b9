import { add, formatAmount, GroatError, isUnsettled, randomId, type TransactionInput } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { CircleCheck, Download, RotateCw, TriangleAlert } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { toast } from "sonner";
import { explain } from "../api/problem";
import { groat } from "../groat";
import { countPeople, countRows } from "../lib/counted";
import { download, toCsv } from "../lib/csv";
import { formatShort } from "../lib/time";
import { Button } from "../ui/button";
import { Notice, Progress } from "../ui/states";
import { Card } from "../ui/surface";
import type { PlanRow, PlanSummary } from "./plan";
import { forget, type RunRecord, recordOf, remember } from "./records";
import { fingerprint, type Mode, type RunResult, run } from "./run";
import { UndoRun } from "./undo-run";
import type { Loaded } from "./upload";

/** The decision made in the preview. It does not change from here on, so that its key always means the same. */
export interface Order {
  loaded: Loaded;
  mode: Mode;
  summary: PlanSummary;
  rows: PlanRow[];
  items: TransactionInput[];
}

type State =
  | { step: "again"; earlier: RunRecord }
  | { step: "running"; done: number }
  | { step: "stopped"; done: number; reason: string; unsettled: boolean }
  | { step: "done"; result: RunResult; record: RunRecord };

/** The last step: gives, shows how far it is, and what came of it. Repeating it under its key gives nothing twice. */
export function CarryOut({ order, onLeave }: { order: Order; onLeave: () => void }) {
  const queries = useQueryClient();
  const { items, mode, loaded, summary } = order;
  const [print] = useState(() => fingerprint(mode, items));
  const [state, setState] = useState<State>(() => {
    const earlier = recordOf(print);
    return earlier && !earlier.undone ? { step: "again", earlier } : { step: "running", done: 0 };
  });
  const record = useRef<RunRecord | null>(null);
  const started = useRef(false);

  const start = useCallback(
    async (key: string) => {
      const base: RunRecord = {
        by: groat.getState().user,
        key,
        fingerprint: print,
        at: new Date().toISOString(),
        file: loaded.file,
        asset: loaded.asset,
        people: summary.people,
        total: summary.total,
        transactions: record.current?.transactions ?? [],
        undone: false,
      };
      record.current = base;
      remember(base);
      let done = 0;
      setState({ step: "running", done });
      try {
        const result = await run(mode, items, loaded.reason, key, (count) => {
          done = count;
          setState({ step: "running", done });
        });
        const transactions = result.outcomes.flatMap((outcome) => outcome.transaction ?? []);
        const finished = { ...base, transactions };
        record.current = finished;
        remember(finished);
        setState({ step: "done", result, record: finished });
        toast.success(t`${countRows(result.committed)} given`, { id: "bulk" });
        await queries.invalidateQueries({ queryKey: ["users"] });
      } catch (error) {
        if (!(error instanceof GroatError)) throw error;
        const index = error.fields.index;
        const line = typeof index === "number" ? order.rows[index]?.line : undefined;
        const reason = line === undefined ? explain(error) : t`Line ${line}: ${explain(error)}`;
        const unsettled = isUnsettled(error);
        if (mode === "atomic" && !unsettled) forget(key);
        setState({ step: "stopped", done, reason, unsettled });
      }
    },
    [items, loaded, mode, order.rows, print, queries, summary],
  );

  useEffect(() => {
    if (started.current || state.step !== "running") return;
    started.current = true;
    void start(`bulk.${randomId()}`);
  }, [start, state.step]);

  return (
    <Card className="p-5 sm:p-7" data-testid="bulk-run-card">
      {state.step === "again" && (
        <Again
          earlier={state.earlier}
          onCheck={() => {
            record.current = state.earlier;
            started.current = true;
            void start(state.earlier.key);
          }}
          onAnew={() => {
            started.current = true;
            void start(`bulk.${randomId()}`);
          }}
          onLeave={onLeave}
        />
      )}
      {state.step === "running" && (
        <div aria-busy="true">
          <h2 className="font-semibold text-lg">
            <Trans>Giving credits …</Trans>
          </h2>
          <p className="num mt-1 mb-4 text-muted text-sm">
            {mode === "independent"
              ? t`${formatAmount(String(state.done))} of ${formatAmount(String(items.length))} rows`
              : t`${formatAmount(String(items.length))} rows in one step`}
          </p>
          <Progress
            label={t`Rows given`}
            max={items.length}
            {...(mode === "independent" && { value: state.done })}
          />
        </div>
      )}
      {state.step === "stopped" && (
        <div>
          <Notice
            tone="bad"
            role="alert"
            title={
              state.unsettled
                ? t`The run was interrupted`
                : mode === "atomic"
                  ? t`Nobody was given anything`
                  : t`The run stopped`
            }
          >
            <p>{state.reason}</p>
            {state.unsettled && (
              <p>
                <Trans>Continue it: what was given already is not given twice.</Trans>
              </p>
            )}
          </Notice>
          <div className="mt-4 flex flex-wrap gap-2">
            {(state.unsettled || mode === "independent") && (
              <Button
                look="primary"
                guard="continue"
                onClick={() => record.current && void start(record.current.key)}
              >
                <RotateCw aria-hidden /> <Trans>Continue the run</Trans>
              </Button>
            )}
            <Button onClick={onLeave}>
              <Trans>Back to the beginning</Trans>
            </Button>
          </div>
        </div>
      )}
      {state.step === "done" && (
        <Done order={order} result={state.result} record={state.record} onLeave={onLeave} />
      )}
    </Card>
  );
}

function Again({
  earlier,
  onCheck,
  onAnew,
  onLeave,
}: {
  earlier: RunRecord;
  onCheck: () => void;
  onAnew: () => void;
  onLeave: () => void;
}) {
  return (
    <div>
      <Notice tone="warn" role="alert" title={t`This very run was started here before`}>
        <p>
          {earlier.file}, {formatShort(new Date(earlier.at))}: {formatAmount(earlier.total)}{" "}
          <Trans>
            {earlier.asset} for {countPeople(earlier.people)}. Finish or check it, and nobody gets anything
            twice.
          </Trans>
        </p>
      </Notice>
      <div className="mt-4 flex flex-wrap gap-2">
        <Button look="primary" guard="check" onClick={onCheck}>
          <Trans>Finish or check that run</Trans>
        </Button>
        <Button guard="once more" onClick={onAnew}>
          <Trans>Give once more</Trans>
        </Button>
        <Button look="quiet" onClick={onLeave}>
          <Trans>Cancel</Trans>
        </Button>
      </div>
    </div>
  );
}

function Done({
  order,
  result,
  record,
  onLeave,
}: {
  order: Order;
  result: RunResult;
  record: RunRecord;
  onLeave: () => void;
}) {
  const { committed, refused, replayed, outcomes } = result;
  const failures = outcomes.flatMap((outcome) => {
    const row = order.rows[outcome.index];
    return outcome.problem && row ? [{ row, problem: outcome.problem }] : [];
  });
  const given = outcomes.reduce(
    (total, outcome) => (outcome.transaction ? add(total, order.rows[outcome.index]?.amount ?? "0") : total),
    "0",
  );
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const save = () =>
    download(
      `${order.loaded.file.replace(/\.[^.]*$/, "")}-refused.csv`,
      toCsv(
        ["line", "user", "amount", "reason", "problem"],
        failures.map(({ row, problem }) => [String(row.line), row.user, row.amount, row.reason, problem]),
      ),
    );
  return (
    <div data-testid="bulk-result">
      <div className="flex items-start gap-3">
        {refused === 0 ? (
          <CircleCheck className="mt-0.5 size-6 shrink-0 text-good" aria-hidden />
        ) : (
          <TriangleAlert className="mt-0.5 size-6 shrink-0 text-warn" aria-hidden />
        )}
        <div>
          <h2 ref={heading} tabIndex={-1} className="num font-semibold text-lg outline-none">
            <Trans>{countRows(committed)} given</Trans>
            {refused > 0 && t`, ${formatAmount(String(refused))} refused`}
          </h2>
          <p className="num text-muted text-sm">
            {replayed
              ? t`All of it had been given before under the same key: nobody got anything twice.`
              : t`${formatAmount(given)} ${order.loaded.asset} from ${order.loaded.file}, ${order.mode === "atomic" ? t`in one step` : t`row by row`}. Everybody concerned sees it on their screens.`}
          </p>
        </div>
      </div>
      {failures.length > 0 && (
        <div className="mt-5">
          <h3 className="mb-1 font-semibold text-sm">
            <Trans>Refused rows</Trans>
          </h3>
          <ul className="max-h-72 divide-y divide-line overflow-y-auto border-line border-y text-sm">
            {failures.slice(0, 200).map(({ row, problem }) => (
              <li key={row.line} className="flex flex-wrap justify-between gap-x-4 py-2">
                <span>
                  <Trans>
                    Line {row.line} · {row.user}
                  </Trans>
                </span>
                <span className="text-bad">{problem}</span>
              </li>
            ))}
          </ul>
          <Button size="sm" className="mt-3" onClick={save}>
            <Download aria-hidden /> <Trans>Refused rows as CSV</Trans>
          </Button>
        </div>
      )}
      <div className="mt-6 flex flex-wrap gap-2">
        <Button look="primary" onClick={onLeave}>
          <Trans>Done</Trans>
        </Button>
        {committed > 0 && <UndoRun record={record} />}
      </div>
    </div>
  );
}
