import type { KindView, RequestView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { HandCoins, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { Acts } from "../../../requests/acts";
import { Headline } from "../../../requests/headline";
import { StateBadge } from "../../../requests/marks";
import { OfKind } from "../../../requests/of-kind";
import { useOwn } from "../../../requests/request-list";
import { Button } from "../../../ui/button";
import { EmptyState, ErrorState, Notice, Skeleton } from "../../../ui/states";
import { Card, CardHeader, PageHeader } from "../../../ui/surface";
import { Amount, Time } from "../../../ui/text";
import { dataOf, type LoanData } from "../data";
import { overdueOf } from "../loan";
import { LoanStanding, Schedule, useBankDay } from "../loan-parts";
import { Day } from "../pieces";

/** A person's loans: what is owed, how far it is paid back, and the schedule. */
export function LoansPage() {
  const loans = useOwn("loan");
  const open = loans.items.filter((loan) => loan.open);
  const former = loans.items.filter((loan) => !loan.open);
  const apply = (
    <Button asChild look="primary">
      <Link to="/requests/$kind/new" params={{ kind: "loan" }}>
        <Plus aria-hidden /> <Trans>Apply for a loan</Trans>
      </Link>
    </Button>
  );
  return (
    <>
      <PageHeader title={t`Loans`} hint={t`Instalments are collected automatically on the day they are due.`}>
        {open.length > 0 && apply}
      </PageHeader>
      {loans.loading && loans.items.length === 0 ? (
        <Skeleton className="h-64 w-full !rounded-xl" />
      ) : loans.error && loans.items.length === 0 ? (
        <Card>
          <ErrorState error={loans.error} onRetry={loans.refresh} />
        </Card>
      ) : (
        <OfKind name="loan">
          {(kind) => (
            <div className="flex flex-col gap-5">
              {open.length === 0 && (
                <Card>
                  <EmptyState icon={<HandCoins aria-hidden />} title={t`No loan running`} action={apply}>
                    <Trans>
                      Say how much you need and over how many months. The bank decides, and sets the rate.
                    </Trans>
                  </EmptyState>
                </Card>
              )}
              {open.map((loan) => (
                <LoanPanel key={loan.id} kind={kind} request={loan} />
              ))}
              {former.length > 0 && <Former kind={kind} loans={former} />}
            </div>
          )}
        </OfKind>
      )}
    </>
  );
}

function LoanPanel({ kind, request }: { kind: KindView; request: RequestView }) {
  const loan = dataOf("loan", request);
  if (!loan) return null;
  const running = loan.schedule.length > 0;
  return (
    <Card data-testid="loan-panel" data-row={request.id} data-state={request.state}>
      <CardHeader
        title={
          <Link
            to="/requests/$kind/$id"
            params={{ kind: "loan", id: request.id }}
            className="rounded-sm hover:underline"
          >
            {loan.purpose || t`Loan`}
          </Link>
        }
        hint={<Terms request={request} loan={loan} />}
      >
        <StateBadge kind={kind} state={request.state} />
      </CardHeader>
      <div className="flex flex-col gap-5 px-4 pb-5 sm:px-5">
        {request.state === "arrears" && <Arrears request={request} loan={loan} />}
        {running && <LoanStanding loan={loan} />}
        {request.state === "pending" && (
          <p className="text-muted text-sm">
            <Trans>The bank decides, and sets the yearly rate. What it grants is paid out at once.</Trans>
          </p>
        )}
        <Acts kind={kind} request={request} />
        {running && <Schedule loan={loan} />}
      </div>
    </Card>
  );
}

function Terms({ request, loan }: { request: RequestView; loan: LoanData }): ReactNode {
  return (
    <>
      <Trans>
        <Amount value={loan.principal || loan.amount} asset={loan.asset} /> over {loan.months} months
      </Trans>
      {loan.rate && t` at ${loan.rate} % a year`}
      {loan.start ? (
        <Trans>
          , since <Day day={loan.start} />
        </Trans>
      ) : (
        <Trans>
          , applied <Time at={request.filed_at} form="age" />
        </Trans>
      )}
    </>
  );
}

/** Says what is missing, since when, and what happens next. */
function Arrears({ request, loan }: { request: RequestView; loan: LoanData }) {
  const { amount, since } = overdueOf(loan, useBankDay());
  return (
    <Notice
      tone="bad"
      title={
        <Trans>
          <Amount value={amount} className="[&_span]:text-inherit" asset={loan.asset} /> could not be
          collected
        </Trans>
      }
    >
      {since && (
        <>
          <Trans>
            It was due on <Day day={since} />.
          </Trans>{" "}
        </>
      )}
      {request.due_at && (
        <Trans>
          The bank tries again <Time at={request.due_at} form="age" />; you can also repay it now.
        </Trans>
      )}
    </Notice>
  );
}

function Former({ kind, loans }: { kind: KindView; loans: RequestView[] }) {
  return (
    <Card aria-label={t`Former loans and applications`} className="px-4 py-3 sm:px-5">
      <h2 className="mb-1 font-semibold text-[0.9375rem]">
        <Trans>Former</Trans>
      </h2>
      <ul className="divide-y divide-line text-sm">
        {loans.map((request) => (
          <li key={request.id} className="flex items-center justify-between gap-3 py-2">
            <Link
              to="/requests/$kind/$id"
              params={{ kind: "loan", id: request.id }}
              className="min-w-0 truncate rounded-sm font-medium hover:underline"
            >
              <Headline kind={kind} request={request} />
            </Link>
            <span className="flex shrink-0 items-center gap-3">
              {request.amount && <Amount value={request.amount} asset={request.asset ?? ""} />}
              <StateBadge kind={kind} state={request.state} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
