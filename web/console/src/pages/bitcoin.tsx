import { formatAmount, GroatError, type KindView, type RequestView } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowDownLeft, ArrowUpRight, Bitcoin, Plus } from "lucide-react";
import { type FormEvent, useMemo, useState } from "react";
import { toast } from "sonner";
import { explain } from "../api/problem";
import { assetsQuery } from "../api/queries";
import { useKind } from "../api/requests";
import { dataOf, shortened } from "../bank/data";
import { Confirmations, Copyable } from "../bank/pieces";
import { readAmount } from "../lib/amounts";
import { cx } from "../lib/cx";
import { usePerson } from "../live/hooks";
import { Fact } from "../parts/entry-sheet";
import { toastId } from "../requests/kinds";
import { StateBadge } from "../requests/marks";
import { RequestList, useOwn } from "../requests/request-list";
import { useFile } from "../requests/use-file";
import { Button } from "../ui/button";
import type { Column } from "../ui/data-table";
import { Field, Input } from "../ui/field";
import { Dialog } from "../ui/overlay";
import { EmptyState, Notice, Skeleton } from "../ui/states";
import { Card, CardHeader, PageHeader } from "../ui/surface";
import { Amount, Time } from "../ui/text";

const BTC = "BTC";

/** A person's bitcoin: what there is, where it is received, and what comes and goes. */
export function BitcoinPage() {
  const kind = useKind("bitcoin_transaction");
  const { user } = usePerson();
  const balance = useLive((state) => state.balances[`user:${user} ${BTC}`]);
  const [withdrawing, setWithdrawing] = useState(false);
  const columns = useMemo(() => columnsFor(kind), [kind]);
  return (
    <>
      <PageHeader
        title="Bitcoin"
        hint={
          balance ? (
            <span data-testid="btc-balance" data-value={balance.balance}>
              <Amount value={balance.balance} asset={BTC} className="font-medium text-ink" />
              {balance.held !== (0).toFixed(8) && (
                <>
                  {" "}
                  · <Amount value={balance.held} /> held
                </>
              )}
            </span>
          ) : (
            "Nothing received yet."
          )
        }
      >
        <Button look="primary" onClick={() => setWithdrawing(true)} disabled={!balance}>
          <ArrowUpRight aria-hidden /> Withdraw
        </Button>
      </PageHeader>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        {kind ? (
          <RequestList
            kind={kind}
            user={user}
            title="Deposits and withdrawals"
            columns={columns}
            empty={
              <EmptyState icon={<Bitcoin aria-hidden />} title="Nothing yet">
                Get an address and send something to it: it shows up here as soon as the network has it.
              </EmptyState>
            }
          />
        ) : (
          <Skeleton className="h-80 w-full !rounded-xl" />
        )}
        <Addresses />
      </div>
      <Withdraw open={withdrawing} onClose={() => setWithdrawing(false)} />
    </>
  );
}

function columnsFor(kind: KindView | undefined): Column<RequestView>[] {
  return [
    {
      id: "what",
      header: "What",
      cell: ({ row: { original } }) => <What kind={kind} request={original} />,
    },
    {
      id: "state",
      header: "State",
      cell: ({ row: { original } }) => <State kind={kind} request={original} />,
      meta: { from: "sm" },
    },
    {
      id: "amount",
      header: "Amount",
      cell: ({ row: { original } }) => {
        const deposit = dataOf("bitcoin_transaction", original)?.direction === "deposit";
        const nothing = !original.open && original.state !== "completed";
        return (
          <span
            className={cx(
              "num whitespace-nowrap font-medium",
              deposit && original.state === "completed" && "text-good",
              nothing && "text-faint line-through",
            )}
          >
            {formatAmount(`${deposit ? "" : "-"}${original.amount ?? "0"}`, { sign: "always" })}
          </span>
        );
      },
      meta: { align: "end" },
    },
  ];
}

interface CellProps {
  kind: KindView | undefined;
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
  const Icon = deposit ? ArrowDownLeft : ArrowUpRight;
  return (
    <span className="flex items-start gap-2.5">
      <Icon
        className={cx("mt-0.5 size-4 shrink-0 max-sm:hidden", deposit ? "text-good" : "text-faint")}
        aria-hidden
      />
      <span className="min-w-0">
        <Link
          to="/requests/$kind/$id"
          params={{ kind: request.kind, id: request.id }}
          className="rounded-sm font-medium hover:underline"
        >
          {deposit ? "Deposit" : "Withdrawal"}
        </Link>
        <span className="block text-faint text-xs">
          <span className="max-sm:hidden">
            {deposit ? "at " : "to "}
            {shortened(data?.address ?? "")} ·{" "}
          </span>
          <Time at={request.filed_at} form="age" />
        </span>
        <span className="mt-1 block sm:hidden">
          <State kind={kind} request={request} />
        </span>
      </span>
    </span>
  );
}

/** Where coins are received. */
function Addresses() {
  const addresses = useOwn("bitcoin_address");
  const { file, busy } = useFile();
  const open = addresses.rows.filter((request) => request.open);
  async function more() {
    try {
      await file("bitcoin_address", {});
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      toast.error(explain(error), { id: "bitcoin-address" });
    }
  }
  return (
    <Card data-testid="addresses">
      <CardHeader title="Receive at">
        <Button size="sm" busy={busy} onClick={() => void more()}>
          <Plus aria-hidden /> New address
        </Button>
      </CardHeader>
      {addresses.isPending ? (
        <Skeleton className="mx-5 mb-5 h-10" />
      ) : open.length === 0 ? (
        <p className="px-4 pb-4 text-muted text-sm sm:px-5">No address yet.</p>
      ) : (
        <ul className="divide-y divide-line border-line border-t">
          {open.map((request) => {
            const data = dataOf("bitcoin_address", request);
            return (
              <li key={request.id} className="px-4 py-2.5 text-sm sm:px-5" data-testid="address">
                {data?.note && <p className="font-medium">{data.note}</p>}
                {data?.address ? (
                  <Copyable text={data.address} what="address" />
                ) : (
                  <span className="text-muted">Being made …</span>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}

function Withdraw({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title="Withdraw bitcoin"
      description="What the network has taken cannot be called back."
      testId="withdraw-dialog"
    >
      {open && <WithdrawForm onClose={onClose} />}
    </Dialog>
  );
}

function WithdrawForm({ onClose }: { onClose: () => void }) {
  const { user } = usePerson();
  const balance = useLive((state) => state.balances[`user:${user} ${BTC}`]);
  const kind = useKind("bitcoin_transaction");
  const scale = useQuery(assetsQuery).data?.find(({ code }) => code === BTC)?.scale ?? 8;
  const [address, setAddress] = useState("");
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<{ field: "amount" | "address" | "form"; text: string } | null>(null);
  const [reviewed, setReviewed] = useState<{ amount: string; address: string } | null>(null);
  const { file, busy } = useFile();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setProblem(null);
    if (!reviewed) {
      const read = readAmount(typed, { code: BTC, scale });
      if (!read.ok) return setProblem({ field: "amount", text: read.problem });
      if (!address.trim()) return setProblem({ field: "address", text: "Where shall it go?" });
      return setReviewed({ amount: read.amount, address: address.trim() });
    }
    try {
      const request = await file("bitcoin_transaction", { ...reviewed, asset: BTC });
      toast.success("Withdrawal filed", {
        id: toastId(request),
        description: `${formatAmount(reviewed.amount)} ${BTC}`,
      });
      onClose();
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      const field =
        error.code === "address_wrong" ? "address" : error.code === "insufficient_funds" ? "amount" : "form";
      setProblem({ field, text: explain(error) });
      if (field !== "form") setReviewed(null);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      {reviewed ? (
        <>
          <p className="font-semibold text-2xl tracking-[-0.02em]">
            <Amount value={reviewed.amount} asset={BTC} />
          </p>
          <dl className="rounded-lg border border-line text-sm">
            <Fact label="To">
              <code className="break-all text-xs">{reviewed.address}</code>
            </Fact>
          </dl>
          <p className="text-muted text-sm">
            It is held until somebody approves it
            {kind?.thresholds[BTC] &&
              `; from ${formatAmount(kind.thresholds[BTC])} ${BTC} on, two people must`}
            .
          </p>
        </>
      ) : (
        <>
          <Field
            label="Amount"
            hint={
              balance && (
                <span className="num">
                  {formatAmount(balance.available)} {BTC} available
                </span>
              )
            }
            problem={problem?.field === "amount" && problem.text}
          >
            {(wiring) => (
              <Input
                {...wiring}
                autoFocus
                inputMode="decimal"
                autoComplete="off"
                className="num"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
          <Field label="To address" problem={problem?.field === "address" && problem.text}>
            {(wiring) => (
              <Input
                {...wiring}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                className="font-mono !text-sm"
                value={address}
                onChange={(event) => setAddress(event.target.value)}
              />
            )}
          </Field>
        </>
      )}
      {problem?.field === "form" && (
        <Notice tone="warn" role="alert">
          {problem.text}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={reviewed ? () => setReviewed(null) : onClose}>
          {reviewed ? "Change" : "Cancel"}
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          {reviewed ? "Withdraw" : "Review"}
        </Button>
      </div>
    </form>
  );
}
