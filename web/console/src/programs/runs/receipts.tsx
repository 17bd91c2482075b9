import { type RunReceipt, type RunView, subtract } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Eye, Send } from "lucide-react";
import { count } from "../../lib/counted";
import { EmptyState } from "../../ui/states";
import { Amount, Delta, Time } from "../../ui/text";
import { type WindowColumn, WindowTable } from "../../ui/window-table";
import { readReceipts, receiptsKey } from "./data";
import { OUTCOMES } from "./words";

const ROW_PX = 58;
/** What is on screen is asked for again so often (ms): devices tell what they showed a little later. */
const LIVE_MS = 2_000;

/** What became of each person's row: posted when, sent to how many devices, seen when. It is live. */
export function Receipts({ run }: { run: RunView }) {
  return (
    <WindowTable
      caption={t`Receipts`}
      columns={COLUMNS}
      expected={run.rows}
      queryKey={receiptsKey(run.id)}
      read={(from, signal) => readReceipts(run.id, from, signal)}
      every={LIVE_MS}
      rowId={({ number }) => String(number)}
      rowTestId="receipt"
      height={ROW_PX}
      empty={
        <EmptyState icon={<Send aria-hidden />} title={t`No receipts`}>
          <Trans>Each person shows up here as soon as their row is posted.</Trans>
        </EmptyState>
      }
    />
  );
}

const COLUMNS: readonly WindowColumn<RunReceipt>[] = [
  {
    id: "line",
    header: t`Line`,
    cell: ({ line }) => <span className="num text-faint">{line}</span>,
    from: "md",
    className: "w-20",
  },
  {
    id: "person",
    header: t`Person`,
    cell: (receipt) => (
      <div className="min-w-0">
        <Link
          to="/users/$user"
          params={{ user: receipt.user }}
          className="block truncate rounded-sm py-1 font-medium hover:underline sm:py-0"
        >
          {receipt.user}
        </Link>
        <span className="flex items-center gap-2 text-faint text-xs sm:hidden">
          <Reached receipt={receipt} />
        </span>
      </div>
    ),
    className: "w-auto",
  },
  {
    id: "change",
    header: t`Change`,
    cell: (receipt) => <Change receipt={receipt} />,
    align: "end",
    className: "w-36 sm:w-40",
  },
  {
    id: "committed",
    header: t`Posted`,
    cell: ({ committed_at, outcome }) =>
      committed_at ? (
        <Time at={committed_at} className="num text-muted" />
      ) : (
        <span className="text-faint">{OUTCOMES[outcome]}</span>
      ),
    from: "lg",
    className: "w-40",
  },
  {
    id: "reached",
    header: t`Devices`,
    cell: (receipt) => <Reached receipt={receipt} />,
    from: "sm",
    className: "w-64",
  },
];

/** What became of the balance. */
function Change({ receipt: { amount, before, after } }: { receipt: RunReceipt }) {
  if (before === null || after === null) return <Amount value={amount} className="text-faint" />;
  return (
    <span className="inline-flex max-w-full flex-col items-end">
      <Delta value={subtract(after, before)} className="max-w-full truncate" />
      <span className="inline-flex max-w-full items-center gap-1 text-faint text-xs">
        <Amount value={before} /> <span aria-hidden>→</span>
        <span className="sr-only">{t`becomes`}</span>
        <Amount value={after} />
      </span>
    </span>
  );
}

/** How far a change was told. */
function Reached({ receipt: { committed_at, sent, sent_at, seen_at } }: { receipt: RunReceipt }) {
  if (committed_at === null) return <span className="text-faint">–</span>;
  if (sent === 0) {
    return <span className="text-faint">{t`no device yet`}</span>;
  }
  return (
    <span className="num flex min-w-0 flex-wrap items-center gap-x-3 text-muted">
      <span className="inline-flex items-center gap-1 whitespace-nowrap" title={sent_at ?? undefined}>
        <Send className="size-3.5" aria-hidden /> {t`sent to ${count(sent)}`}
      </span>
      {seen_at && (
        <span className="inline-flex items-center gap-1 whitespace-nowrap text-good">
          <Eye className="size-3.5" aria-hidden /> {t`seen`} <Time at={seen_at} form="brief" />
        </span>
      )}
    </span>
  );
}
