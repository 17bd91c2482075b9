import { formatAmount, GroatError, isZero, subtract } from "@groat/client";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { explain } from "../../api/problem";
import { assetsQuery } from "../../api/queries";
import { useKind } from "../../api/requests";
import { typedForm } from "../../lib/amounts";
import { useLiveBalance, usePerson } from "../../live/hooks";
import { Fact } from "../../parts/entry-sheet";
import { AmountInput } from "../../parts/money";
import { thresholdOf, toastId } from "../../requests/kinds";
import { useFile } from "../../requests/use-file";
import { Button } from "../../ui/button";
import { Field, Input } from "../../ui/field";
import { Notice } from "../../ui/states";
import { Amount } from "../../ui/text";
import { BTC, readWithdrawal, type Withdrawal } from "./bitcoin";
import { spaced } from "./data";

interface Problem {
  field: "amount" | "address" | "form";
  text: string;
}

/** Asks for amount and destination, then shows them for review before filing. */
export function WithdrawForm({ onClose }: { onClose: () => void }) {
  const { user } = usePerson();
  const balance = useLiveBalance(`user:${user}`, BTC);
  const scale = useQuery(assetsQuery).data?.find(({ code }) => code === BTC)?.scale ?? 8;
  const [typed, setTyped] = useState<Withdrawal>({ amount: "", address: "" });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [reviewed, setReviewed] = useState<Withdrawal | null>(null);
  const { file, busy } = useFile();
  const available = balance?.available ?? null;

  function change(part: Partial<Withdrawal>) {
    setTyped((before) => ({ ...before, ...part }));
    setProblem(null);
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setProblem(null);
    if (!reviewed) {
      const read = readWithdrawal(typed, scale, available);
      if (read.ok) setReviewed(read.withdrawal);
      else setProblem({ field: read.field, text: read.problem });
      return;
    }
    try {
      const request = await file("bitcoin_transaction", { ...reviewed, asset: BTC });
      toast.success("Bitcoin withdrawal filed", {
        id: toastId(request),
        description: `${formatAmount(reviewed.amount)} ${BTC}. It waits for approval.`,
      });
      onClose();
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      const field = fieldOf(error.code);
      setProblem({ field, text: explain(error) });
      if (field !== "form") setReviewed(null);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      {reviewed ? (
        <Review withdrawal={reviewed} available={available} />
      ) : (
        <>
          <Field
            label="Amount"
            hint={
              available !== null && (
                <span className="num">
                  {formatAmount(available)} {BTC} available
                </span>
              )
            }
            problem={problem?.field === "amount" && problem.text}
          >
            {(wiring) => (
              <span className="flex gap-2">
                <AmountInput
                  {...wiring}
                  autoFocus
                  asset={BTC}
                  value={typed.amount}
                  onChange={(amount) => change({ amount })}
                />
                {available !== null && !isZero(available) && (
                  <Button onClick={() => change({ amount: typedForm(available) })}>All</Button>
                )}
              </span>
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
                value={typed.address}
                onChange={(event) => change({ address: event.target.value })}
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
        <Button disabled={busy} onClick={reviewed ? () => setReviewed(null) : onClose}>
          {reviewed ? "Change" : "Cancel"}
        </Button>
        <Button
          key={reviewed ? "act" : "review"}
          type="submit"
          look="primary"
          guard={reviewed !== null}
          busy={busy}
          autoFocus={reviewed !== null}
        >
          {reviewed ? "Withdraw" : "Review"}
        </Button>
      </div>
    </form>
  );
}

/** Finds the field that a refusal is about. */
function fieldOf(code: string): Problem["field"] {
  return code === "address_wrong" ? "address" : code === "insufficient_funds" ? "amount" : "form";
}

function Review({
  withdrawal: { amount, address },
  available,
}: {
  withdrawal: Withdrawal;
  available: string | null;
}) {
  const threshold = thresholdOf(useKind("bitcoin_transaction"), { amount, asset: BTC });
  return (
    <div className="flex flex-col gap-4" data-testid="withdraw-review">
      <p className="font-semibold text-[1.75rem] leading-none tracking-[-0.02em]">
        <Amount value={amount} asset={BTC} />
      </p>
      <div className="rounded-lg border border-line text-sm">
        <div className="border-line border-b px-3.5 py-2.5">
          <p className="text-muted">To, please compare it with where you have it from</p>
          <p className="mt-1 font-mono text-[0.8125rem] leading-6">{spaced(address)}</p>
        </div>
        <dl className="divide-y divide-line">
          {available !== null && (
            <Fact label="Available afterwards">
              <Amount value={subtract(available, amount)} />
            </Fact>
          )}
          <Fact label="Network's fee">paid by the bank</Fact>
        </dl>
      </div>
      <p className="text-muted text-sm">
        It is held until {threshold ? "two people have" : "somebody has"} approved it. Once sent, it can’t be
        reversed; if it fails, you get the money back.
      </p>
    </div>
  );
}
