import { formatAmount, isZero } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { FileText } from "lucide-react";
import type { ReactNode } from "react";
import { kindLabel } from "../../lib/accounts";
import { cx } from "../../lib/cx";
import { formatDay, formatHour } from "../../lib/time";
import { useLiveBalance } from "../../live/hooks";
import { useAsOf } from "../../live/status";
import { type Column, DataTable } from "../../ui/data-table";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/states";
import { Card } from "../../ui/surface";
import { Amount, Delta } from "../../ui/text";
import type { Period } from "./periods";
import { statementQuery } from "./query";
import type { Statement, StatementLine } from "./statement";

/** So many lines are simply on the page; of more, only those in view are. */
const LINES_MAX = 200;
const LINE_HEIGHT = 58;

interface NumberedLine extends StatementLine {
  number: number;
}

const COLUMNS: Column<NumberedLine>[] = [
  {
    id: "at",
    header: t`Date`,
    cell: ({ row: { original } }) => (
      <time dateTime={original.at} className="num whitespace-nowrap">
        {formatDay(new Date(original.at))}
        <span className="block text-faint text-xs">{formatHour(new Date(original.at))}</span>
      </time>
    ),
    meta: { from: "sm", className: "w-32" },
  },
  {
    id: "details",
    header: t`Details`,
    cell: ({ row: { original } }) => (
      <div className="min-w-0">
        <p className="wrap-anywhere line-clamp-2 font-medium">
          {original.reason || kindLabel(original.kind)}
        </p>
        <p className="wrap-anywhere text-faint text-xs">
          <span className="num sm:hidden">{formatDay(new Date(original.at))}</span>
          <span className="max-sm:hidden">{original.counterparty}</span>
        </p>
      </div>
    ),
    meta: { className: "max-sm:!pl-4" },
  },
  {
    id: "amount",
    header: t`Amount`,
    cell: ({ row: { original } }) => (
      <>
        <Delta value={original.amount} />
        <span className="num block text-faint text-xs sm:hidden">
          <span className="sr-only">
            <Trans>Balance</Trans>{" "}
          </span>
          {formatAmount(original.balance)}
        </span>
      </>
    ),
    meta: { align: "end", className: "max-sm:!pr-4" },
  },
  {
    id: "balance",
    header: t`Balance`,
    cell: ({ row: { original } }) => <Amount value={original.balance} />,
    meta: { align: "end", from: "sm" },
  },
];

/** Previews the files: the lines of the statement, with the balance after each. */
export function StatementPreview({
  account,
  asset,
  period,
  children,
}: {
  account: string;
  asset: string;
  period: Period;
  /** Acts, in the head. */
  children: ReactNode;
}) {
  // A period that is not over yet changes with the balance.
  const live = useLiveBalance(account, asset);
  const version = period.to > Date.now() ? (live?.version ?? 0) : 0;
  const query = useQuery(statementQuery(account, asset, period, version));
  const asOf = useAsOf();
  return (
    <Card
      aria-labelledby="statement"
      data-testid="statement-preview"
      aria-busy={query.isPending || undefined}
    >
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3 px-4 pt-4 pb-4 sm:px-5">
        <div className="min-w-0">
          <h2 id="statement" className="num font-semibold text-[0.9375rem]">
            {formatDay(period.from)} – {formatDay(period.to - 1)}
          </h2>
          {asOf && <p className="num text-faint text-xs">{asOf}</p>}
        </div>
        <div className="flex flex-wrap gap-2">{children}</div>
      </header>
      {query.isPending ? (
        <SkeletonRows />
      ) : query.isError && !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        query.data && (
          <div className={cx("transition-opacity", query.isPlaceholderData && "opacity-60")}>
            <Lines statement={query.data} asset={asset} />
          </div>
        )
      )}
    </Card>
  );
}

function Lines({ statement, asset }: { statement: Statement; asset: string }) {
  const { opening, closing, moneyIn, moneyOut, countIn, countOut, lines } = statement;
  const rows = lines.map((line, index) => ({ ...line, number: index + 1 }));
  return (
    <>
      <dl className="grid grid-cols-2 border-line border-t sm:grid-cols-4">
        <Figure label={t`Opening balance`} value={opening} />
        <Figure label={t`Money in`} value={moneyIn} note={counted(countIn)} good={!isZero(moneyIn)} />
        <Figure label={t`Money out`} value={moneyOut} note={counted(countOut)} />
        <Figure label={t`Closing balance`} value={closing} note={asset} strong />
      </dl>
      {rows.length === 0 ? (
        <div className="border-line border-t">
          <EmptyState icon={<FileText aria-hidden />} title={t`Nothing was booked in this period`}>
            <Trans>The statement then says just that.</Trans>
          </EmptyState>
        </div>
      ) : (
        <DataTable
          caption={t`The lines of the statement, the oldest first`}
          columns={COLUMNS}
          rows={rows}
          rowId={({ number }) => String(number)}
          rowTestId="statement-line"
          {...(rows.length > LINES_MAX && { virtual: LINE_HEIGHT })}
        />
      )}
    </>
  );
}

const counted = (count: number) => `${count} ${count === 1 ? "line" : "lines"}`;

function Figure({
  label,
  value,
  note,
  strong = false,
  good = false,
}: {
  label: string;
  value: string;
  note?: string;
  strong?: boolean;
  good?: boolean;
}) {
  return (
    <div className="min-w-0 border-line px-4 py-3 even:border-l max-sm:nth-[n+3]:border-t sm:border-l sm:px-5 sm:first:border-l-0">
      <dt className="text-faint text-xs">{label}</dt>
      <dd
        data-value={value}
        className={cx("wrap-anywhere mt-0.5", strong ? "font-semibold" : "font-medium", good && "text-good")}
      >
        <Amount value={value} />
        {note && <span className="num block font-normal text-faint text-xs">{note}</span>}
      </dd>
    </div>
  );
}
