import type { RunDraft, RunRowView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMemo } from "react";
import { cx } from "../../lib/cx";
import { RowCheckbox } from "../../ui/field";
import { EmptyState } from "../../ui/states";
import { Badge } from "../../ui/surface";
import { Amount } from "../../ui/text";
import { type WindowColumn, WindowTable } from "../../ui/window-table";
import { readRows, rowsKey, type Show } from "./data";
import { writtenAmount, writtenPerson } from "./words";

const ROW_PX = 58;

/** Every row of a draft: how it was read beside what the file says, and what is wrong with it or what it leads to. */
export function DraftTable({
  draft: { id, summary },
  show,
  onToggle,
  onOpen,
}: {
  draft: RunDraft;
  show: Show;
  onToggle: (number: number, on: boolean) => void;
  onOpen: (row: RunRowView) => void;
}) {
  const columns = useMemo(() => columnsFor(onToggle, onOpen), [onToggle, onOpen]);
  return (
    <WindowTable
      key={show}
      caption={t`Rows`}
      columns={columns}
      expected={show === "all" ? summary.rows : 0}
      queryKey={rowsKey("draft", id, show)}
      read={(from, signal) => readRows("draft", id, show, from, signal)}
      rowId={({ number }) => String(number)}
      rowClass={({ problem }) => (problem ? "bg-bad-soft/50" : undefined)}
      rowTestId="draft-row"
      height={ROW_PX}
      empty={<EmptyState title={show === "bad" ? t`No bad rows` : t`No rows here`} />}
    />
  );
}

function columnsFor(
  onToggle: (number: number, on: boolean) => void,
  onOpen: (row: RunRowView) => void,
): WindowColumn<RunRowView>[] {
  return [
    {
      id: "choose",
      header: (
        <span className="sr-only">
          <Trans>Chosen</Trans>
        </span>
      ),
      cell: (row) => (
        <RowCheckbox
          key={row.number}
          aria-label={t`Choose line ${row.line}, ${row.name || row.user}`}
          checked={row.selected}
          disabled={row.problem !== null}
          onChange={(checked) => onToggle(row.number, checked)}
        />
      ),
      className: "w-12 sm:w-14",
    },
    {
      id: "line",
      header: t`Line`,
      cell: ({ line }) => <span className="num text-faint">{line}</span>,
      from: "sm",
      className: "w-20",
    },
    {
      id: "person",
      header: t`Person`,
      cell: (row) => <Person row={row} onOpen={onOpen} />,
      className: "w-auto sm:w-[34%] lg:w-[26%]",
    },
    {
      id: "reason",
      header: t`Reason, or what is wrong`,
      cell: ({ problem, reason }) => (
        <span
          title={problem?.detail ?? reason}
          className={cx("line-clamp-2 text-pretty", problem ? "text-bad" : "text-muted")}
        >
          {problem?.detail ?? reason}
        </span>
      ),
      from: "sm",
      className: "w-auto",
    },
    {
      id: "amount",
      header: t`Amount`,
      cell: (row) => <AmountRead row={row} />,
      align: "end",
      className: "w-28 sm:w-36",
    },
    {
      id: "after",
      header: t`New balance`,
      cell: (row) => <After row={row} />,
      align: "end",
      from: "md",
      className: "w-36 lg:w-52",
    },
  ];
}

function Person({ row, onOpen }: { row: RunRowView; onOpen: (row: RunRowView) => void }) {
  const { user, name, known, problem, duplicate_of } = row;
  const written = writtenPerson(row);
  return (
    <div className="min-w-0">
      <span className="flex min-w-0 items-center gap-2">
        <button
          type="button"
          onClick={() => onOpen(row)}
          className="min-w-0 truncate rounded-sm py-1 text-left font-medium hover:underline sm:py-0"
        >
          {name || user || written || t`Nobody`}
        </button>
        {!problem && !known && <Badge tone="accent">{t`new`}</Badge>}
        {duplicate_of !== null && <Badge tone="warn">{t`again, row ${duplicate_of}`}</Badge>}
      </span>
      <span className={cx("block truncate text-xs", problem ? "text-bad sm:text-faint" : "text-faint")}>
        {problem && <span className="sm:hidden">{problem.detail}</span>}
        <span className={problem ? "max-sm:hidden" : undefined}>
          {[name && user, written].filter(Boolean).join(" · ")}
        </span>
      </span>
    </div>
  );
}

/** The amount that was read, and beside it how the file writes it. */
function AmountRead({ row }: { row: RunRowView }) {
  const written = writtenAmount(row);
  return (
    <span className="flex min-w-0 flex-col items-end">
      {row.problem ? (
        <span className="max-w-full truncate text-bad" title={written ?? row.amount}>
          {written ?? (row.amount || "–")}
        </span>
      ) : (
        <>
          <Amount
            value={row.amount}
            className={cx("max-w-full truncate", row.selected ? "font-medium" : "text-faint")}
          />
          {written !== null && (
            <span className="num max-w-full truncate text-faint text-xs" title={written}>
              <span className="sr-only">{t`written`} </span>
              {written}
            </span>
          )}
        </>
      )}
    </span>
  );
}

function After({ row: { problem, selected, balance, after } }: { row: RunRowView }) {
  if (problem) return null;
  if (!selected || after === null) {
    return <span className="text-faint">{t`left out`}</span>;
  }
  return (
    <span className="inline-flex max-w-full items-center gap-1.5 whitespace-nowrap">
      <Amount value={balance ?? "0"} className="text-faint max-lg:hidden" />
      <span className="text-faint max-lg:hidden">
        <span aria-hidden>→</span>
        <span className="sr-only">{t`becomes`}</span>
      </span>
      <Amount value={after} className="truncate font-medium" />
    </span>
  );
}
