import { formatAmount, isZero, subtract } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Check, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "../../lib/cx";
import { formatDays } from "../../lib/time";
import { useAsOf } from "../../live/status";
import { Meter } from "../../ui/meter";
import { Amount, useNow } from "../../ui/text";
import { type Instalment, isPaid, type LoanData, leftOf, paidPart } from "./data";
import { bankDay, overdueOf, type Standing, standingOf } from "./loan";
import { Day } from "./pieces";

/** The bank's present day; the page follows when it ends. */
export function useBankDay(): string {
  return bankDay(useNow(60_000));
}

/** Shows the debt of a loan, its next instalment, and how far it is paid back. */
export function LoanStanding({ loan }: { loan: LoanData }) {
  const today = useBankDay();
  const asOf = useAsOf();
  const next = loan.schedule.find((row) => standingOf(row, loan, today) === "next");
  const overdue = overdueOf(loan, today);
  const done = loan.schedule.filter(isPaid).length;
  const paid = subtract(loan.principal, loan.owed);
  return (
    <div data-testid="loan-standing" className={cx("@container", asOf && "opacity-60")}>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-4 @lg:grid-cols-3">
        <Figure label={t`Still owed`}>
          <Amount value={loan.owed} asset={loan.asset} className="font-semibold text-lg" />
          <Note>
            <Trans>of {formatAmount(loan.principal)}</Trans>
          </Note>
        </Figure>
        {isZero(overdue.amount) ? (
          <Figure label={t`Next instalment`}>
            {next ? (
              <>
                <Amount value={leftOf(next)} asset={loan.asset} className="font-semibold text-lg" />
                <Note>
                  <Day day={next.due} />, {formatDays(next.due, today)}
                </Note>
              </>
            ) : (
              <span className="text-muted">
                <Trans>none</Trans>
              </span>
            )}
          </Figure>
        ) : (
          <Figure label={t`Overdue`}>
            <Amount value={overdue.amount} asset={loan.asset} className="font-semibold text-bad text-lg" />
            <Note>
              <Trans>
                since <Day day={overdue.since} />
              </Trans>
            </Note>
          </Figure>
        )}
        <Figure label={t`Interest paid so far`}>
          <Amount value={loan.interest_paid} asset={loan.asset} className="font-semibold text-lg" />
        </Figure>
      </dl>
      <Meter part={paidPart(loan)} tone={isZero(overdue.amount) ? "good" : "bad"} className="mt-4 !h-2" />
      <p className="num mt-1.5 flex flex-wrap justify-between gap-x-4 text-faint text-xs">
        <span>
          <Trans>
            <Amount value={paid} /> paid back
          </Trans>
        </span>
        <span>
          <Trans>
            {done} of {loan.schedule.length} instalments paid
          </Trans>
        </span>
      </p>
    </div>
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-faint text-xs">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Note({ children }: { children: ReactNode }) {
  return <span className="num block text-muted text-sm">{children}</span>;
}

const TITLES = ["", t`Due`, t`Instalment`, t`Interest`, t`Principal`, t`Balance`, ""];

/** The instalments of a loan, each with what of it is interest, and how it stands. */
export function Schedule({ loan }: { loan: LoanData }) {
  const today = useBankDay();
  return (
    <section
      aria-label={t`Schedule`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="scroll-quiet @container max-h-96 overflow-auto rounded-lg border border-line"
      data-testid="schedule"
    >
      <table className="num w-full border-separate border-spacing-0 text-sm">
        <caption className="sr-only">
          <Trans>Schedule</Trans>
        </caption>
        <thead>
          <tr>
            {TITLES.map((title, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
                key={index}
                scope="col"
                className={cx(
                  "sticky top-0 z-10 whitespace-nowrap border-line border-b bg-sunken px-2.5 py-2 font-medium text-faint text-xs first:pl-3.5 last:pr-3.5",
                  index < 2 ? "text-left" : "text-right",
                  index === 0 && "w-8",
                  (index === 3 || index === 4) && DETAIL,
                  index === 6 && "w-28 @max-xl:hidden",
                )}
              >
                {title || <span className="sr-only">{index === 0 ? t`Number` : t`State`}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {loan.schedule.map((row) => (
            <Row key={row.number} row={row} standing={standingOf(row, loan, today)} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const CELL =
  "whitespace-nowrap border-line border-b px-2.5 py-2 first:pl-3.5 last:pr-3.5 group-last:border-b-0";
const DETAIL = "@max-lg:hidden";

const STANDINGS: Record<Standing, { word: string; look: string }> = {
  paid: { word: t`Paid`, look: "text-good" },
  overdue: { word: t`Overdue`, look: "font-medium text-bad" },
  next: { word: t`Next`, look: "text-accent" },
  later: { word: t`Upcoming`, look: "text-faint" },
};

function Row({ row, standing }: { row: Instalment; standing: Standing }) {
  const { word, look } = STANDINGS[standing];
  const paid = standing === "paid";
  return (
    <tr
      className={cx(
        "group",
        paid && "text-faint",
        standing === "next" && "bg-accent-soft/50",
        standing === "overdue" && "bg-bad-soft/60",
      )}
      data-testid="instalment"
      data-paid={paid}
      data-standing={standing}
    >
      <td className={CELL}>
        {paid ? (
          <>
            <Check className="size-4 text-good" aria-hidden />
            <span className="sr-only">{row.number}</span>
          </>
        ) : standing === "overdue" ? (
          <>
            <TriangleAlert className="size-4 text-bad" aria-hidden />
            <span className="sr-only">{row.number}</span>
          </>
        ) : (
          row.number
        )}
      </td>
      <td className={CELL}>
        <Day day={row.due} />
        {standing !== "later" && <span className={cx("block text-xs @xl:hidden", look)}>{word}</span>}
      </td>
      <td className={cx(CELL, "text-right", !paid && "font-medium")}>
        <Amount value={row.payment} />
        {!paid && row.paid && !isZero(row.paid) && (
          <span className="block font-normal text-muted text-xs">
            <Trans>{formatAmount(row.paid)} paid</Trans>
          </span>
        )}
      </td>
      <td className={cx(CELL, "text-right", DETAIL)}>
        <Amount value={row.interest} />
      </td>
      <td className={cx(CELL, "text-right", DETAIL)}>
        <Amount value={row.principal} />
      </td>
      <td className={cx(CELL, "text-right")}>
        <Amount value={row.balance} />
      </td>
      <td className={cx(CELL, "text-right @max-xl:hidden", look)}>{word}</td>
    </tr>
  );
}
