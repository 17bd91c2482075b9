import { add, GroatError, negate } from "@groat/client";
import type { HistoryRow } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { explain } from "../api/problem";
import { transactionQuery } from "../api/queries";
import { groat } from "../groat";
import { useLiveBalance } from "../live/hooks";
import { Button } from "../ui/button";
import { Dialog } from "../ui/overlay";
import { Notice, Skeleton } from "../ui/states";
import { Amount } from "../ui/text";
import { ReasonField } from "./reason-field";

/** The parts of the transaction to undo that the dialog shows. */
export type Undone = Pick<HistoryRow, "transaction" | "reason" | "account" | "asset" | "balance" | "delta">;

/** Undoes a transaction by one that runs the other way; both stay in the history. */
export function ReverseDialog({ entry, onClose }: { entry: Undone | null; onClose: () => void }) {
  return (
    <Dialog
      open={entry !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t`Undo this transaction?`}
      description={t`A reversing transaction is posted. Both stay in the history.`}
      testId="reverse-dialog"
    >
      {entry && <ReverseForm entry={entry} onClose={onClose} />}
    </Dialog>
  );
}

function ReverseForm({ entry, onClose }: { entry: Undone; onClose: () => void }) {
  const queries = useQueryClient();
  const transaction = useQuery(transactionQuery(entry.transaction));
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ field: "reason" | "form"; text: string } | null>(null);
  const live = useLiveBalance(entry.account, entry.asset);
  const before = live?.confirmed ?? entry.balance;
  const after = add(before, negate(entry.delta));

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    const text = reason.trim();
    if (!text)
      return setProblem({ field: "reason", text: t`Say why: the person and the audit log will read it.` });
    setProblem(null);
    setBusy(true);
    try {
      await groat.write(
        ["reverse", entry.transaction, text],
        (key, api) => api.reverse(entry.transaction, { reason: text }, { key }),
        { title: t`Undo: ${entry.reason || t`a transaction`}` },
      );
      toast.success(t`Transaction undone`, { id: `reverse-${entry.transaction}` });
      await Promise.all(
        [["users"], ["user"], ["account"], ["transaction"]].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      );
      onClose();
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      setProblem({ field: "form", text: explain(error) });
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <div className="rounded-md bg-sunken px-3.5 py-2.5 text-sm">
        <p className="wrap-anywhere mb-1.5 font-medium">{entry.reason || t`No reason given`}</p>
        {transaction.isPending && <Skeleton className="h-4 w-full" />}
        <ul className="text-muted">
          {transaction.data?.postings.map((posting, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: postings are immutable and have no id
            <li key={index} className="flex flex-wrap justify-between gap-x-3">
              <span className="break-all">
                {posting.destination} → {posting.source}
              </span>
              <Amount value={posting.amount} asset={posting.asset} />
            </li>
          ))}
        </ul>
      </div>
      <div className="flex items-center gap-2 text-sm">
        <span className="text-muted">
          <Trans>Balance</Trans>
        </span>
        <Amount value={before} className="ml-auto text-muted" />
        <ArrowRight className="size-4 text-faint" aria-label={t`becomes`} />
        <Amount value={after} asset={entry.asset} className="font-semibold" />
      </div>
      <ReasonField
        autoFocus
        problem={problem?.field === "reason" && problem.text}
        value={reason}
        onChange={(text) => {
          setReason(text);
          setProblem(null);
        }}
      />
      {problem?.field === "form" && (
        <Notice tone="bad" role="alert">
          {problem.text}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Keep it</Trans>
        </Button>
        <Button type="submit" look="danger" busy={busy}>
          <Trans>Undo transaction</Trans>
        </Button>
      </div>
    </form>
  );
}
