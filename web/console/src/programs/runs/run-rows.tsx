import type { RunRowView, RunView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMemo } from "react";
import { cx } from "../../lib/cx";
import { RowCheckbox } from "../../ui/field";
import { EmptyState } from "../../ui/states";
import { Badge, type Tone } from "../../ui/surface";
import { Amount } from "../../ui/text";
import { type WindowColumn, WindowTable } from "../../ui/window-table";
import { readRows, rowsKey, type Show } from "./data";
import { OUTCOMES } from "./words";

const ROW_PX = 58;

const TONES: Record<keyof typeof OUTCOMES, Tone> = {
  waiting: "plain",
  posted: "good",
  nothing: "plain",
  skipped: "warn",
  left_out: "plain",
};

/** The rows of a run, each with its outcome. */
export function RunRows({
  run,
  show,
  chosen,
  onChoose,
  onOpen,
}: {
  run: RunView;
  show: Show;
  /** The rows that are to be taken back; null where none can be. */
  chosen: ReadonlySet<number> | null;
  onChoose: (number: number, on: boolean) => void;
  onOpen: (row: RunRowView) => void;
}) {
  const columns = useMemo(() => columnsFor(chosen, onChoose, onOpen), [chosen, onChoose, onOpen]);
  return (
    <WindowTable
      key={show}
      caption={t`Rows`}
      columns={columns}
      expected={show === "selected" ? run.rows : 0}
      queryKey={rowsKey("run", run.id, show)}
      read={(from, signal) => readRows("run", run.id, show, from, signal)}
      rowId={({ number }) => String(number)}
      rowTestId="run-row"
      height={ROW_PX}
      empty={<EmptyState title={t`No rows here`} />}
    />
  );
}

function columnsFor(
  chosen: ReadonlySet<number> | null,
  onChoose: (number: number, on: boolean) => void,
  onOpen: (row: RunRowView) => void,
): WindowColumn<RunRowView>[] {
  const choice: WindowColumn<RunRowView> = {
    id: "choose",
    header: (
      <span className="sr-only">
        <Trans>Chosen</Trans>
      </span>
    ),
    cell: ({ number, line, user, outcome, undone }) => (
      <RowCheckbox
        key={number}
        aria-label={t`Choose line ${line}, ${user}`}
        checked={chosen?.has(number) ?? false}
        disabled={outcome !== "posted" || undone}
        onChange={(checked) => onChoose(number, checked)}
      />
    ),
    className: "w-12 sm:w-14",
  };
  return [
    ...(chosen ? [choice] : []),
    {
      id: "line",
      header: t`Line`,
      cell: ({ line }) => <span className="num text-faint">{line}</span>,
      className: "w-16 sm:w-20",
    },
    {
      id: "person",
      header: t`Person`,
      cell: (row) => (
        <div className="min-w-0">
          <button
            type="button"
            onClick={() => onOpen(row)}
            className="block max-w-full truncate rounded-sm py-1 text-left font-medium hover:underline sm:py-0"
          >
            {row.name || row.user || t`Nobody`}
          </button>
          <span className="block truncate text-faint text-xs">
            {[row.name && row.user, row.reason].filter(Boolean).join(" · ")}
          </span>
        </div>
      ),
      className: "w-auto",
    },
    {
      id: "amount",
      header: t`Amount`,
      cell: ({ amount, outcome }) => (
        <Amount
          value={amount}
          className={cx("max-w-full truncate", outcome === "left_out" ? "text-faint" : "font-medium")}
        />
      ),
      align: "end",
      className: "w-28 sm:w-36",
    },
    {
      id: "outcome",
      header: t`State`,
      cell: ({ outcome = "waiting", undone }) => (
        <span className="inline-flex max-w-full flex-wrap justify-end gap-1">
          {undone ? (
            <Badge tone="warn">
              <Trans>taken back</Trans>
            </Badge>
          ) : (
            <Badge tone={TONES[outcome]}>{OUTCOMES[outcome]}</Badge>
          )}
        </span>
      ),
      align: "end",
      className: "w-28 sm:w-40",
    },
  ];
}
