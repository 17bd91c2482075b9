import { compare, formatAmount, subtract } from "@groat/client";
import { Check, Copy } from "lucide-react";
import { copyText } from "../lib/clipboard";
import { cx } from "../lib/cx";
import { formatDay } from "../lib/time";
import { IconButton } from "../ui/button";
import { Meter } from "../ui/meter";
import { Amount, useNow } from "../ui/text";
import {
  type BitcoinData,
  type CardData,
  type Instalment,
  isPaid,
  type LoanData,
  leftOf,
  nextInstalment,
  paidPart,
  spentNow,
} from "./data";

/** A day of the bank's, which has no time. */
export function Day({ day }: { day: string }) {
  return (
    <time dateTime={day} className="num whitespace-nowrap">
      {formatDay(new Date(`${day}T12:00`))}
    </time>
  );
}

/** A text that is copied rather than read. */
export function Copyable({ text, shown = text, what }: { text: string; shown?: string; what: string }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-1">
      <code className="wrap-anywhere text-xs">{shown}</code>
      <IconButton
        label={`Copy ${what}`}
        className="-my-2 sm:!size-8"
        onClick={() => void copyText(text, `${what.charAt(0).toUpperCase()}${what.slice(1)} copied`)}
      >
        <Copy className="!size-3.5" aria-hidden />
      </IconButton>
    </span>
  );
}

/** How much of a card's limit is spent this month. */
export function Usage({ card }: { card: CardData }) {
  const now = useNow(60_000);
  const spent = spentNow(card, new Date(now));
  const part = Number(card.limit) > 0 ? Number(spent) / Number(card.limit) : 0;
  const left = compare(card.limit, spent) > 0 ? subtract(card.limit, spent) : subtract(spent, spent);
  return (
    <div data-testid="card-usage">
      <div className="mb-1.5 flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span>
          <Amount value={spent} className="font-medium" />{" "}
          <span className="text-muted">
            of <Amount value={card.limit} asset={card.asset} /> this month
          </span>
        </span>
        <span className="num text-faint text-xs">{formatAmount(left)} left</span>
      </div>
      <Meter part={part} tone={part > 0.9 ? "warn" : "accent"} />
    </div>
  );
}

/** What is owed of a loan, how far it is paid back, and what comes next. */
export function LoanStanding({ loan }: { loan: LoanData }) {
  const next = nextInstalment(loan);
  const overdue = loan.overdue !== "" && compare(loan.overdue, "0") > 0;
  const done = loan.schedule.filter(isPaid).length;
  return (
    <div data-testid="loan-standing">
      <div className="mb-1.5 flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span>
          <Amount value={loan.owed} asset={loan.asset} className="font-medium" />{" "}
          <span className="text-muted">
            owed of <Amount value={loan.principal} />
          </span>
        </span>
        <span className="num text-faint text-xs">
          {done} of {loan.schedule.length} instalments paid
        </span>
      </div>
      <Meter part={paidPart(loan)} tone={overdue ? "bad" : "good"} />
      <p className="mt-2 flex flex-wrap gap-x-4 text-sm">
        {overdue && (
          <span className="font-medium text-bad">
            <Amount value={loan.overdue} asset={loan.asset} /> overdue
          </span>
        )}
        {next && (
          <span className="text-muted">
            Next: <Amount value={leftOf(next)} asset={loan.asset} className="font-medium text-ink" /> on{" "}
            <Day day={next.due} />
          </span>
        )}
        <span className="num text-muted">{loan.rate} % a year</span>
      </p>
    </div>
  );
}

/** The instalments of a loan, each with what of it is interest. */
export function Schedule({ loan }: { loan: LoanData }) {
  const next = nextInstalment(loan);
  return (
    <section
      aria-label="Schedule"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="scroll-quiet max-h-96 overflow-auto rounded-lg border border-line"
      data-testid="schedule"
    >
      <table className="num w-full border-separate border-spacing-0 text-sm">
        <thead>
          <tr>
            {["", "Due", "Payment", "Interest", "Principal", "Owed after"].map((title, index) => (
              <th
                key={title}
                scope="col"
                className={cx(
                  "sticky top-0 z-10 whitespace-nowrap border-line border-b bg-sunken px-2.5 py-2 font-medium text-faint text-xs first:pl-3.5 last:pr-3.5",
                  index < 2 ? "text-left" : "text-right",
                  index === 0 && "w-8",
                  (index === 3 || index === 4) && "max-sm:hidden",
                )}
              >
                {title || <span className="sr-only">Number</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {loan.schedule.map((row) => (
            <Row key={row.number} row={row} next={row === next} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const CELL =
  "whitespace-nowrap border-line border-b px-2.5 py-2 first:pl-3.5 last:pr-3.5 group-last:border-b-0";

function Row({ row, next }: { row: Instalment; next: boolean }) {
  const paid = isPaid(row);
  return (
    <tr
      className={cx("group", paid && "text-faint", next && "bg-accent-soft/50")}
      data-testid="instalment"
      data-paid={paid}
    >
      <td className={CELL}>
        {paid ? (
          <>
            <Check className="size-4 text-good" aria-hidden />
            <span className="sr-only">{row.number}, paid</span>
          </>
        ) : (
          row.number
        )}
      </td>
      <td className={CELL}>
        <Day day={row.due} />
      </td>
      <td className={cx(CELL, "text-right", !paid && "font-medium")}>
        <Amount value={row.payment} />
        {!paid && row.paid && compare(row.paid, "0") > 0 && (
          <span className="block font-normal text-faint text-xs">{formatAmount(row.paid)} paid</span>
        )}
      </td>
      <td className={cx(CELL, "text-right max-sm:hidden")}>
        <Amount value={row.interest} />
      </td>
      <td className={cx(CELL, "text-right max-sm:hidden")}>
        <Amount value={row.principal} />
      </td>
      <td className={cx(CELL, "text-right")}>
        <Amount value={row.balance} />
      </td>
    </tr>
  );
}

/** In how many blocks a payment is, of how many it needs. */
export function Confirmations({ data, settled }: { data: BitcoinData; settled: boolean }) {
  const { confirmations, needed } = data;
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap text-xs" data-testid="confirmations">
      <span aria-hidden className="inline-flex gap-0.5">
        {Array.from({ length: needed }, (_, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no identity here
            key={index}
            className={cx(
              "h-2 w-3.5 rounded-[2px]",
              index < confirmations ? (settled ? "bg-good" : "bg-warn") : "bg-hover",
            )}
          />
        ))}
      </span>
      <span className="num text-muted">
        {confirmations} of {needed} confirmations
      </span>
    </span>
  );
}
