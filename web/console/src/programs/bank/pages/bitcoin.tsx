import { formatAmount, type KindView, type RequestView } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { ArrowDownLeft, ArrowUpRight, Bitcoin } from "lucide-react";
import { useMemo, useState } from "react";
import { toast } from "sonner";
import { cx } from "../../../lib/cx";
import { useLiveBalance, usePerson } from "../../../live/hooks";
import { BalanceHero } from "../../../parts/balance-hero";
import { WhySheet } from "../../../parts/why-sheet";
import { moneyOf, toastId } from "../../../requests/kinds";
import { StateBadge } from "../../../requests/marks";
import { OfKind } from "../../../requests/of-kind";
import { RequestList } from "../../../requests/request-list";
import { useFile } from "../../../requests/use-file";
import { Button } from "../../../ui/button";
import type { Column } from "../../../ui/data-table";
import { Dialog } from "../../../ui/overlay";
import { EmptyState, Skeleton } from "../../../ui/states";
import { Card, PageHeader } from "../../../ui/surface";
import { Time } from "../../../ui/text";
import { Addresses } from "../addresses";
import { BTC, outcomeOf } from "../bitcoin";
import { dataOf, shortened } from "../data";
import { Confirmations } from "../pieces";
import { WithdrawForm } from "../withdraw-form";

/** A person's bitcoin: what there is, where it is received, and what comes and goes. */
export function BitcoinPage() {
  const { user } = usePerson();
  const balance = useLiveBalance(`user:${user}`, BTC);
  const ready = useLive((state) => state.phase === "ready");
  const [withdrawing, setWithdrawing] = useState(false);
  const [asked, setAsked] = useState(false);
  return (
    <>
      <PageHeader title={t`Bitcoin`} hint={t`Deposits and withdrawals settle after three confirmations.`}>
        <Button look="primary" onClick={() => setWithdrawing(true)} disabled={!balance}>
          <ArrowUpRight aria-hidden /> <Trans>Withdraw</Trans>
        </Button>
      </PageHeader>
      <div className="flex flex-col gap-5">
        <div className="grid gap-5 lg:grid-cols-2">
          {balance ? (
            <div className="grid">
              <BalanceHero known={balance} onWhy={() => setAsked(true)} />
            </div>
          ) : ready ? (
            <Card>
              <EmptyState icon={<Bitcoin aria-hidden />} title={t`No bitcoin yet`}>
                <Trans>Get an address, and send something to it.</Trans>
              </EmptyState>
            </Card>
          ) : (
            <Skeleton className="h-56 w-full !rounded-xl" />
          )}
          <Addresses />
        </div>
        <OfKind name="bitcoin_transaction">{(kind) => <Moves kind={kind} user={user} />}</OfKind>
      </div>
      <Dialog
        open={withdrawing}
        onOpenChange={setWithdrawing}
        title={t`Withdraw bitcoin`}
        testId="withdraw-dialog"
      >
        {withdrawing && <Withdrawing user={user} onClose={() => setWithdrawing(false)} />}
      </Dialog>
      <WhySheet target={asked && balance ? balance : null} onClose={() => setAsked(false)} />
    </>
  );
}

/** The form in its dialog. Once it is filed the page is here still, so only a toast tells of it. */
function Withdrawing({ user, onClose }: { user: string; onClose: () => void }) {
  const { file } = useFile();
  return (
    <WithdrawForm
      owner={user}
      act="Withdraw"
      send={async (data) => {
        const request = await file("bitcoin_transaction", data);
        toast.success(t`Bitcoin withdrawal filed`, {
          id: toastId(request),
          description: t`${moneyOf(request) ?? ""}. It waits for approval.`,
        });
        onClose();
      }}
    />
  );
}

function Moves({ kind, user }: { kind: KindView; user: string }) {
  const columns = useMemo(() => columnsFor(kind), [kind]);
  return (
    <RequestList
      kind={kind}
      user={user}
      title={t`Deposits and withdrawals`}
      columns={columns}
      empty={
        <EmptyState icon={<Bitcoin aria-hidden />} title={t`Nothing came or went yet`}>
          <Trans>A deposit shows up here as soon as the network has it.</Trans>
        </EmptyState>
      }
    />
  );
}

function columnsFor(kind: KindView): Column<RequestView>[] {
  return [
    {
      id: "what",
      header: t`What`,
      cell: ({ row: { original } }) => <What kind={kind} request={original} />,
    },
    {
      id: "state",
      header: t`State`,
      cell: ({ row: { original } }) => <State kind={kind} request={original} />,
      meta: { from: "sm" },
    },
    {
      id: "amount",
      header: t`Amount`,
      cell: ({ row: { original } }) => <Moved request={original} />,
      meta: { align: "end" },
    },
  ];
}

function Moved({ request }: { request: RequestView }) {
  const deposit = dataOf("bitcoin_transaction", request)?.direction === "deposit";
  const outcome = outcomeOf(request);
  return (
    <>
      <span
        className={cx(
          "num whitespace-nowrap font-medium",
          deposit && request.state === "completed" && "text-good",
          outcome && "text-faint line-through",
        )}
      >
        {formatAmount(`${deposit ? "" : "-"}${request.amount ?? "0"}`, { sign: "always" })}
      </span>
      {outcome && <span className="block whitespace-nowrap text-muted text-xs">{outcome.money}</span>}
    </>
  );
}

interface CellProps {
  kind: KindView;
  request: RequestView;
}

function State({ kind, request }: CellProps) {
  const data = dataOf("bitcoin_transaction", request);
  return (
    <span className="flex flex-col items-start gap-1">
      <StateBadge kind={kind} state={request.state} />
      {request.state === "pending" && data && <Confirmations data={data} settled={false} />}
    </span>
  );
}

function What({ kind, request }: CellProps) {
  const data = dataOf("bitcoin_transaction", request);
  const deposit = data?.direction === "deposit";
  const why = outcomeOf(request)?.why;
  const Icon = deposit ? ArrowDownLeft : ArrowUpRight;
  return (
    <span className="flex items-start gap-3">
      <span
        className={cx(
          "mt-0.5 flex size-8 shrink-0 items-center justify-center rounded-full max-sm:hidden",
          deposit ? "bg-good-soft text-good" : "bg-sunken text-muted",
        )}
      >
        <Icon className="size-4" aria-hidden />
      </span>
      <span className="min-w-0">
        <Link
          to="/requests/$kind/$id"
          params={{ kind: request.kind, id: request.id }}
          className="rounded-sm font-medium hover:underline"
        >
          {deposit ? t`Deposit` : t`Withdrawal`}
        </Link>
        <span className="block text-faint text-xs">
          <span className="max-sm:hidden">
            {deposit ? t`at` : t`to`} <span className="font-mono">{shortened(data?.address ?? "")}</span> ·{" "}
          </span>
          <Time at={request.filed_at} form="age" />
        </span>
        <span className="mt-1 block sm:hidden">
          <State kind={kind} request={request} />
        </span>
        {why && <span className="wrap-anywhere mt-1 block text-bad text-xs">{why}</span>}
      </span>
    </span>
  );
}
