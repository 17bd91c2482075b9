import { isZero } from "@groat/client";
import type { HistoryRow, UseHistory } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { History as HistoryIcon, MoreHorizontal, Search, Undo2 } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { isStep, kindLabel } from "../lib/accounts";
import { cx } from "../lib/cx";
import { useReader } from "../live/hooks";
import { Button, IconButton } from "../ui/button";
import { type Column, DataTable } from "../ui/data-table";
import { NewRows } from "../ui/new-rows";
import { Menu, MenuItem } from "../ui/overlay";
import { EmptyState, ErrorState, SkeletonRows } from "../ui/states";
import { Badge, Card, CardHeader } from "../ui/surface";
import { Amount, Delta, Time } from "../ui/text";

interface Acts {
  onDetails: (entry: HistoryRow) => void;
  /** Only for who may undo. */
  onReverse?: ((entry: HistoryRow) => void) | undefined;
}

/** The details of a live line are asked for after this time. */
const DETAILS_AFTER_MS = 2_000;

const NOT_REVERSIBLE = new Set([
  "hold",
  "release",
  "expire",
  "reverse",
  "expire_grant",
  "return_grant",
  "void_grant",
]);

function columnsFor({ onDetails, onReverse }: Acts): Column<HistoryRow>[] {
  return [
    {
      id: "at",
      header: t`When`,
      cell: ({ row }) => <Time at={row.original.at} className="text-muted" />,
      meta: { from: "sm" },
    },
    {
      id: "reason",
      header: t`Reason`,
      cell: ({ row: { original } }) => (
        <div className="min-w-0">
          <p className="line-clamp-2 wrap-anywhere min-w-28 font-medium">
            {original.reason || kindLabel(original.kind)}
          </p>
          <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-faint text-xs">
            {original.kind !== "post" && <Badge>{kindLabel(original.kind)}</Badge>}
            <Time at={original.at} className="sm:hidden" />
          </p>
        </div>
      ),
    },
    {
      id: "counterparty",
      header: t`With`,
      cell: ({ row }) => (
        <span className="block max-w-44 truncate text-muted">{row.original.counterparty ?? ""}</span>
      ),
      meta: { from: "md" },
    },
    {
      id: "delta",
      header: t({ message: "Change", context: "of a balance" }),
      cell: ({ row: { original } }) =>
        isZero(original.delta) ? (
          <span className="text-faint">
            <span aria-hidden>–</span>
            <span className="sr-only">
              <Trans>no change</Trans>
            </span>
          </span>
        ) : (
          <Delta value={original.delta} />
        ),
      meta: { align: "end" },
    },
    {
      id: "balance",
      header: t`Balance`,
      cell: ({ row }) => <Amount value={row.original.balance} />,
      meta: { align: "end" },
    },
    {
      id: "acts",
      header: () => (
        <span className="sr-only">
          <Trans>Actions</Trans>
        </span>
      ),
      cell: ({ row: { original } }) => (
        <Menu
          trigger={
            <IconButton
              label={t`Actions for ${original.reason || kindLabel(original.kind)}`}
              className="-my-2 sm:!size-8"
            >
              <MoreHorizontal aria-hidden />
            </IconButton>
          }
        >
          <MenuItem onSelect={() => onDetails(original)}>
            <Search aria-hidden /> <Trans>Details</Trans>
          </MenuItem>
          {onReverse && !NOT_REVERSIBLE.has(original.kind) && !isStep(original.kind) && (
            <MenuItem onSelect={() => onReverse(original)}>
              <Undo2 aria-hidden /> <Trans>Undo …</Trans>
            </MenuItem>
          )}
        </Menu>
      ),
      meta: { align: "end", className: "w-12 !pl-0" },
    },
  ];
}

/** Live lines do not say with whom; the entries do. They are asked for once a line has been there for a while. */
function useDetails({ rows, refresh }: UseHistory) {
  const bare = rows.find((row) => row.counterparty === undefined)?.version ?? 0;
  const asked = useRef(0);
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    if (bare <= asked.current) return undefined;
    const timer = setTimeout(() => {
      asked.current = bare;
      latest.current();
    }, DETAILS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [bare]);
}

/**
 * The history of one balance. New lines come in on top by themselves while nobody is at work in the list; under a pointer, with
 * the focus inside, or scrolled away they wait behind a button, so that nothing jumps.
 */
export function HistoryCard({ history, ...acts }: { history: UseHistory } & Acts) {
  const { rows } = history;
  const newest = rows[0]?.version ?? 0;
  const [settled, setSettled] = useState(newest);
  const { top, following, reading } = useReader();
  const fresh = useRef(new Set<number>());
  useEffect(() => {
    if (!following || newest === settled) return;
    if (settled > 0) for (const row of rows) if (row.version > settled) fresh.current.add(row.version);
    setSettled(newest);
  }, [following, newest, settled, rows]);
  useDetails(history);
  const visible = useMemo(
    () => (settled === 0 ? [...rows] : rows.filter((row) => row.version <= settled)),
    [rows, settled],
  );
  const waiting = rows.length - visible.length;
  const { onDetails, onReverse } = acts;
  const columns = useMemo(() => columnsFor({ onDetails, onReverse }), [onDetails, onReverse]);

  return (
    <Card aria-labelledby="history" data-testid="history">
      <div ref={top} />
      <CardHeader id="history" title={t`History`}>
        <div aria-live="polite">
          {waiting > 0 && (
            <NewRows
              count={waiting}
              onShow={() => {
                for (const row of rows) if (row.version > settled) fresh.current.add(row.version);
                setSettled(newest);
              }}
            />
          )}
        </div>
      </CardHeader>
      {history.loading && rows.length === 0 ? (
        <SkeletonRows />
      ) : history.error && rows.length === 0 ? (
        <ErrorState error={history.error} onRetry={history.refresh} />
      ) : visible.length === 0 ? (
        <EmptyState icon={<HistoryIcon aria-hidden />} title={t`Nothing has happened yet`}>
          <Trans>The first change shows up here by itself.</Trans>
        </EmptyState>
      ) : (
        <div {...reading}>
          <DataTable
            caption={t`History, newest first`}
            columns={columns}
            rows={visible}
            rowId={(row) => String(row.version)}
            rowTestId="entry"
            rowClass={(row) => cx(fresh.current.has(row.version) && "animate-changed")}
          />
        </div>
      )}
      {history.hasMore && (
        <div className="flex justify-center p-3">
          <Button size="sm" look="quiet" busy={history.loading} onClick={history.loadMore}>
            <Trans>Show older</Trans>
          </Button>
        </div>
      )}
    </Card>
  );
}
