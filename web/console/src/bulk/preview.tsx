import { formatAmount, GroatError, type SheetChoices } from "@groat/client";
import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Download, FileSpreadsheet } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { explain } from "../api/problem";
import { BONUS } from "../api/words";
import { count } from "../lib/counted";
import { download, toCsv } from "../lib/csv";
import { Button } from "../ui/button";
import { Choice, Field, Input } from "../ui/field";
import { EmptyState, Notice } from "../ui/states";
import { Card, CardHeader } from "../ui/surface";
import { CarryOut, type Order } from "./carry-out";
import {
  badRows,
  firstChoice,
  isStranger,
  type PlanRow,
  type PlanSummary,
  plan,
  summarise,
  toItems,
} from "./plan";
import { PreviewTable } from "./preview-table";
import { chooseAlso } from "./reading";
import { ReadingPanel } from "./reading-panel";
import { ITEMS_MAX, type Mode } from "./run";
import { type Loaded, load } from "./upload";

const MODES = [
  { value: "atomic", label: t`All or nothing` },
  { value: "independent", label: t`Row by row` },
] as const;

const ACCOUNT = /^[A-Za-z0-9._@|-]{1,64}(:[A-Za-z0-9._@|-]{1,64})*$/;

type Shown = "all" | "good" | "new" | "bad";

/** The second step: what was read and how, which can be corrected, and the order to give it. */
export function Preview({ loaded, onLeave }: { loaded: Loaded; onLeave: () => void }) {
  const [read, setRead] = useState(loaded);
  const wanted = useRef(loaded.choices);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function choose(name: keyof SheetChoices, value: string | undefined) {
    const { source, asset, reason } = read;
    const choices = chooseAlso(wanted.current, name, value);
    wanted.current = choices;
    setBusy(true);
    setProblem(null);
    try {
      const next = await load(source, asset, reason, choices);
      if (wanted.current === choices) setRead(next);
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      if (wanted.current !== choices) return;
      wanted.current = read.choices;
      setProblem(explain(error));
    } finally {
      // A later choice is still on its way: it has the last word.
      if (wanted.current === choices || wanted.current === read.choices) setBusy(false);
    }
  }

  const panel = (
    <ReadingPanel
      loaded={read}
      busy={busy}
      problem={problem}
      onChoose={(name, value) => void choose(name, value)}
    />
  );
  return <Rows loaded={read} busy={busy} panel={panel} onLeave={onLeave} />;
}

/** Every row, chosen or not, and what would become of everybody; then the order to do it. */
function Rows({
  loaded,
  busy,
  panel,
  onLeave,
}: {
  loaded: Loaded;
  busy: boolean;
  panel: ReactNode;
  onLeave: () => void;
}) {
  const { preview, asset } = loaded;
  const [chosen, setChosen] = useState(() => firstChoice(preview.rows));
  const [shown, setShown] = useState<Shown>(
    preview.summary.bad > 0 && preview.summary.good === 0 ? "bad" : "all",
  );
  const [before, setBefore] = useState(loaded);
  if (before !== loaded) {
    // The file was read otherwise: its rows are others, so nothing that was chosen of them stays.
    setBefore(loaded);
    setChosen(firstChoice(preview.rows));
    setShown("all");
  }
  const [mode, setMode] = useState<Mode>("atomic");
  const [source, setSource] = useState(BONUS);
  const [order, setOrder] = useState<Order | null>(null);
  const rows = useMemo(() => plan(preview.rows, chosen), [preview.rows, chosen]);
  const summary = useMemo(() => summarise(rows), [rows]);
  const visible = useMemo(() => rows.filter((row) => isShown(row, shown)), [rows, shown]);
  const toggleAll = useCallback((lines: number[], on: boolean) => {
    setChosen((before) => {
      const next = new Set(before);
      for (const line of lines) on ? next.add(line) : next.delete(line);
      return next;
    });
  }, []);
  const toggle = useCallback((line: number, on: boolean) => toggleAll([line], on), [toggleAll]);
  const problem = problemOf(summary, mode, source);

  if (order) return <CarryOut order={order} onLeave={onLeave} />;
  return (
    <div className="flex flex-col gap-5">
      <Card className="overflow-hidden">
        <CardHeader
          title={
            <span className="inline-flex items-center gap-2">
              <FileSpreadsheet className="size-4 text-faint" aria-hidden /> {loaded.file}
            </span>
          }
        >
          {summary.bad > 0 && (
            <Button size="sm" onClick={() => downloadBad(loaded.file, rows)}>
              <Download aria-hidden /> <Trans>Bad rows as CSV</Trans>
            </Button>
          )}
          <Button size="sm" look="quiet" onClick={onLeave}>
            <Trans>Another file</Trans>
          </Button>
        </CardHeader>
        {panel}
        <Totals summary={summary} asset={asset} />
        <div className="px-4 py-3 sm:px-5">
          <Choice
            label={t`Rows to show`}
            className={summary.strangers > 0 ? "max-w-md" : "max-w-sm"}
            value={shown}
            options={[
              { value: "all", label: t`All ${count(rows.length)}` },
              { value: "good", label: t`Good ${count(rows.length - summary.bad)}` },
              ...(summary.strangers > 0
                ? [{ value: "new" as const, label: t`New ${count(summary.strangers)}` }]
                : []),
              { value: "bad", label: t`Bad ${count(summary.bad)}` },
            ]}
            onChange={setShown}
          />
        </div>
        {visible.length === 0 ? (
          <EmptyState title={shown === "bad" ? t`No bad rows` : t`No rows here`} />
        ) : (
          <PreviewTable rows={visible} locked={false} onToggle={toggle} onToggleAll={toggleAll} />
        )}
      </Card>
      <Card>
        <CardHeader title={t`Give it`} />
        <div className="grid gap-5 px-4 pb-5 sm:px-5 md:grid-cols-2">
          <div className="flex flex-col gap-1.5">
            <span className="font-medium text-sm">
              <Trans>If a row is refused</Trans>
            </span>
            <Choice label={t`If a row is refused`} value={mode} options={MODES} onChange={setMode} />
            <p className="text-faint text-xs">
              {mode === "atomic"
                ? t`Nobody gets anything unless everybody does. Up to ${count(ITEMS_MAX)} rows.`
                : t`Whoever can be given to gets it; refused rows are listed at the end.`}
            </p>
          </div>
          <Field label={t`Taken from`} hint={t`The account that pays.`}>
            {(wiring) => (
              <Input
                {...wiring}
                autoCapitalize="none"
                spellCheck={false}
                value={source}
                onChange={(event) => setSource(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div className="flex flex-wrap items-center justify-end gap-3 border-line border-t px-4 py-4 sm:px-5">
          {problem ? (
            <p className="mr-auto text-muted text-sm">{problem}</p>
          ) : (
            <p className="num mr-auto text-sm">
              {plural(summary.people, {
                one: `One person will get ${formatAmount(summary.total)} ${asset} in all.`,
                other: `${count(summary.people)} people will get ${formatAmount(summary.total)} ${asset} in all.`,
              })}
            </p>
          )}
          <Button
            look="primary"
            // A file that was read otherwise gives other things.
            guard={JSON.stringify([loaded.choices, preview.summary])}
            disabled={problem !== null || busy}
            data-testid="bulk-run"
            onClick={() =>
              setOrder({
                loaded,
                mode,
                summary,
                rows: rows.filter((row) => row.selected),
                items: toItems(rows, { asset, source: source.trim(), reason: loaded.reason }),
              })
            }
          >
            <Trans>Give credits</Trans>
          </Button>
        </div>
      </Card>
    </div>
  );
}

function problemOf(summary: PlanSummary, mode: Mode, source: string): string | null {
  if (summary.chosen === 0) return t`Choose at least one row.`;
  if (!ACCOUNT.test(source.trim())) return t`Name the account that pays, for example house:bonus.`;
  if (mode === "atomic" && summary.chosen > ITEMS_MAX) {
    return t`All or nothing takes up to ${count(ITEMS_MAX)} rows; choose fewer, or row by row.`;
  }
  return null;
}

function isShown(row: PlanRow, shown: Shown): boolean {
  if (shown === "new") return isStranger(row);
  return shown === "all" || (row.problem !== null) === (shown === "bad");
}

function Totals({ summary, asset }: { summary: PlanSummary; asset: string }) {
  return (
    <>
      <dl className="num mx-4 grid grid-cols-2 overflow-hidden rounded-lg border border-line sm:mx-5 sm:grid-cols-4">
        <Total label={t`Rows chosen`} value={count(summary.chosen)} />
        <Total label={t`People`} value={count(summary.people)} />
        <Total label={t`Total ${asset}`} value={formatAmount(summary.total)} testId="bulk-total" />
        <Total label={t`Bad rows`} value={count(summary.bad)} bad={summary.bad > 0} testId="bulk-bad" />
      </dl>
      {(summary.duplicates > 0 || summary.strangers > 0) && (
        <div className="mx-4 mt-3 sm:mx-5">
          <Notice tone="warn">
            {summary.duplicates > 0 && (
              <p>
                {plural(summary.duplicates, {
                  one: "One row names somebody a second time. It is left out unless you choose it.",
                  other: `${count(summary.duplicates)} rows name somebody a second time. They are left out unless you choose them.`,
                })}
              </p>
            )}
            {summary.strangers > 0 && (
              <p>
                {plural(summary.strangers, {
                  one: "One row names somebody who is not known here. It is left out unless you choose it.",
                  other: `${count(summary.strangers)} rows name somebody who is not known here. They are left out unless you choose them.`,
                })}{" "}
                {summary.unknown > 0
                  ? plural(summary.unknown, {
                      one: "For the chosen one an account is opened.",
                      other: `For the ${count(summary.unknown)} chosen ones accounts are opened.`,
                    })
                  : t`Look for misspelt ids first.`}
              </p>
            )}
          </Notice>
        </div>
      )}
    </>
  );
}

function Total({
  label,
  value,
  bad = false,
  testId,
}: {
  label: string;
  value: string;
  bad?: boolean;
  testId?: string;
}) {
  return (
    <div className="-mt-px -ml-px border-line border-t border-l px-4 py-2.5">
      <dt className="text-faint text-xs">{label}</dt>
      <dd data-testid={testId} className={bad ? "font-semibold text-bad text-lg" : "font-semibold text-lg"}>
        {value}
      </dd>
    </div>
  );
}

function downloadBad(file: string, rows: PlanRow[]): void {
  const { header, rows: bad } = badRows(rows);
  download(`${file.replace(/\.[^.]*$/, "")}-bad-rows.csv`, toCsv(header, bad));
}
