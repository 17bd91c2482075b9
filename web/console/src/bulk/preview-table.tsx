import { compare } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ArrowRight } from "lucide-react";
import { useMemo } from "react";
import { cx } from "../lib/cx";
import { type Column, DataTable } from "../ui/data-table";
import { Checkbox } from "../ui/field";
import { Badge } from "../ui/surface";
import { Amount } from "../ui/text";
import type { PlanRow } from "./plan";

const ROW_PX = 45;

const byText =
  (pick: (row: PlanRow) => string) => (left: { original: PlanRow }, right: { original: PlanRow }) =>
    pick(left.original).localeCompare(pick(right.original), undefined, { numeric: true });

function amountOf(row: PlanRow): string {
  return row.problem ? "0" : row.amount;
}

/** Every row of the file: what is wrong with it, or what it gives and the balance it leads to. */
export function PreviewTable({
  rows,
  locked,
  onToggle,
  onToggleAll,
}: {
  rows: PlanRow[];
  locked: boolean;
  onToggle: (line: number, chosen: boolean) => void;
  onToggleAll: (lines: number[], chosen: boolean) => void;
}) {
  const usable = rows.filter((row) => !row.problem);
  const chosen = usable.filter((row) => row.selected).length;
  const all = chosen === 0 ? false : chosen === usable.length ? true : "indeterminate";
  const columns = useMemo<Column<PlanRow>[]>(
    () => [
      {
        id: "choose",
        header: () => (
          <Checkbox
            aria-label={t`Choose all rows shown`}
            checked={all}
            disabled={locked || usable.length === 0}
            onCheckedChange={(checked) =>
              onToggleAll(
                usable.map((row) => row.line),
                checked === true,
              )
            }
          />
        ),
        cell: ({ row: { original } }) => (
          <Checkbox
            aria-label={t`Choose line ${original.line}, ${original.user}`}
            checked={original.selected}
            disabled={locked || original.problem !== null}
            onCheckedChange={(checked) => onToggle(original.line, checked === true)}
          />
        ),
        meta: { className: "w-10" },
      },
      {
        id: "line",
        header: t`Line`,
        accessorFn: (row) => row.line,
        sortFn: (left, right) => left.original.line - right.original.line,
        cell: ({ row }) => <span className="num text-faint">{row.original.line}</span>,
        meta: { className: "w-16", from: "sm" },
      },
      {
        id: "user",
        header: t`User`,
        accessorFn: (row) => row.user,
        sortFn: byText((row) => row.user),
        cell: ({ row: { original } }) => (
          <div>
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <span className="block max-w-44 truncate font-medium sm:max-w-52">{original.user || "–"}</span>
              {!original.problem && !original.known && (
                <Badge tone="accent">
                  <Trans>new</Trans>
                </Badge>
              )}
              {original.duplicate_of !== undefined && (
                <Badge tone="warn">
                  <Trans>again, line {original.duplicate_of}</Trans>
                </Badge>
              )}
            </span>
            {original.problem && <p className="text-bad text-xs sm:hidden">{original.problem}</p>}
          </div>
        ),
      },
      {
        id: "reason",
        header: t`Reason, or what is wrong`,
        accessorFn: (row) => row.problem ?? row.reason,
        sortFn: byText((row) => (row.problem ? `\u0000${row.problem}` : row.reason)),
        cell: ({ row: { original } }) => (
          <span
            className={cx(
              "wrap-anywhere block max-w-md text-pretty",
              original.problem ? "text-bad" : "text-muted",
            )}
          >
            {original.problem ?? original.reason}
          </span>
        ),
        meta: { from: "sm" },
      },
      {
        id: "amount",
        header: t`Amount`,
        accessorFn: (row) => row.amount,
        sortFn: (left, right) => compare(amountOf(left.original), amountOf(right.original)),
        cell: ({ row: { original } }) =>
          original.problem ? (
            <span className="inline-block max-w-28 truncate align-bottom text-bad" title={original.amount}>
              {original.amount}
            </span>
          ) : (
            <span className="inline-flex flex-col items-end">
              <Amount
                value={original.amount}
                className={original.selected ? "font-medium text-good" : "text-faint"}
              />
              {original.written && (
                <span className="num text-faint text-xs">
                  <span className="sr-only">
                    <Trans>written</Trans>{" "}
                  </span>
                  {original.written}
                </span>
              )}
            </span>
          ),
        meta: { align: "end" },
      },
      {
        id: "after",
        header: t`New balance`,
        cell: ({ row: { original } }) =>
          original.after === null ? (
            <span className="text-faint">{original.problem ? "" : t`left out`}</span>
          ) : (
            <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
              <Amount value={original.balance ?? "0"} className="text-faint max-lg:hidden" />
              <ArrowRight className="size-3.5 text-faint max-lg:hidden" aria-label={t`becomes`} />
              <Amount value={original.after} className="font-medium" />
            </span>
          ),
        meta: { align: "end", from: "md" },
      },
    ],
    [all, locked, usable, onToggle, onToggleAll],
  );
  return (
    <DataTable
      caption={t`Rows of the file`}
      columns={columns}
      rows={rows}
      rowId={(row) => String(row.line)}
      rowTestId="sheet-row"
      rowClass={(row) => (row.problem ? "bg-bad-soft/50" : undefined)}
      sortable
      virtual={ROW_PX}
    />
  );
}
