import {
  type Api,
  add,
  type BalanceView,
  compare,
  formatAmount,
  GroatError,
  subtract,
  type TransactionView,
} from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowRight } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { explain } from "../api/problem";
import { assetsQuery } from "../api/queries";
import { ADJUSTMENTS, DEFAULT_REASON } from "../api/words";
import { groat } from "../groat";
import { inOrder } from "../lib/accounts";
import { readAmount } from "../lib/amounts";
import { useLiveBalance, useWatch } from "../live/hooks";
import { Button } from "../ui/button";
import { Choice, Field } from "../ui/field";
import { Dialog } from "../ui/overlay";
import { Notice } from "../ui/states";
import { Amount, Delta } from "../ui/text";
import { AmountInput, AssetSelect } from "./money";
import { ReasonField } from "./reason-field";

/** The button to undo an update is there for so long (ms). */
const UNDO_MS = 10_000;

type Way = "add" | "subtract" | "set";

const WAYS = [
  { value: "add", label: t`Add` },
  { value: "subtract", label: t`Subtract` },
  { value: "set", label: t`Set to` },
] as const;

export interface Adjusted {
  user: string;
  name: string;
  balances: BalanceView[];
  account?: string;
  asset?: string;
}

/** Gives, takes or sets a person's credits, with a reason and the balance it leads to. */
export function AdjustDialog({ target, onClose }: { target: Adjusted | null; onClose: () => void }) {
  return (
    <Dialog
      open={target !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t`Update credits`}
      description={target ? `${target.name} (${target.user})` : undefined}
      testId="adjust-dialog"
    >
      {target && <AdjustForm {...target} onClose={onClose} />}
    </Dialog>
  );
}

function AdjustForm({
  user,
  balances,
  account = `user:${user}`,
  asset: first,
  onClose,
}: Adjusted & { onClose: () => void }) {
  useWatch(user);
  const queries = useQueryClient();
  const assets = useQuery(assetsQuery).data ?? [];
  const [way, setWay] = useState<Way>("add");
  const [asset, setAsset] = useState(first ?? [...balances].sort(inOrder)[0]?.asset ?? "CREDIT");
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ field: "amount" | "form"; text: string } | null>(null);
  const scale = assets.find((item) => item.code === asset)?.scale ?? 0;
  const known = balances.find((item) => item.account === account && item.asset === asset);
  const before = useLiveBalance(account, asset)?.confirmed ?? known?.balance ?? (0).toFixed(scale);
  const read = readAmount(typed, { code: asset, scale }, { negative: way === "set" });
  const after = read.ok ? resultOf(way, before, read.amount) : null;

  /** A changed value loses the error of the value before. */
  function changed<Value>(set: (value: Value) => void) {
    return (value: Value) => {
      set(value);
      setProblem(null);
    };
  }
  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    if (!read.ok) return setProblem({ field: "amount", text: read.problem });
    if (way !== "set" && compare(read.amount, "0") === 0) {
      return setProblem({ field: "amount", text: t`Enter an amount greater than 0.` });
    }
    setProblem(null);
    setBusy(true);
    try {
      const wanted = { account, asset, amount: read.amount, reason: reason.trim() || DEFAULT_REASON };
      const made = await groat.write(["adjust", way, wanted], (key, api) => adjust(api, way, wanted, key), {
        title: t`Update credits of ${user}: ${formatAmount(read.amount)} ${asset}`,
      });
      const { id } = made;
      toast.success(t`User credits updated successfully`, {
        id: `adjust-${account}`,
        duration: UNDO_MS,
        ...(id !== null && { action: { label: t`Undo`, onClick: () => void undo(queries, id, wanted) } }),
      });
      await refreshed(queries);
      onClose();
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      const text = error.detail || t`Failed to update user credits`;
      toast.error(text, { id: `adjust-${account}` });
      setProblem({ field: "form", text });
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <Choice label={t`What to do`} value={way} options={WAYS} onChange={changed(setWay)} />
      <div className="flex gap-2">
        <Field
          label={way === "set" ? t`New balance` : t`Amount`}
          className="flex-1"
          problem={problem?.field === "amount" && problem.text}
        >
          {(wiring) => (
            <AmountInput {...wiring} autoFocus asset={asset} value={typed} onChange={changed(setTyped)} />
          )}
        </Field>
        <Field label={t`Asset`} className="w-28">
          {(wiring) => (
            <AssetSelect
              {...wiring}
              codes={assets.length > 0 ? assets.map(({ code }) => code) : [asset]}
              value={asset}
              onChange={changed(setAsset)}
            />
          )}
        </Field>
      </div>
      <ReasonField
        hint={t`The person reads it, and the audit log keeps it.`}
        placeholder={DEFAULT_REASON}
        value={reason}
        onChange={changed(setReason)}
      />
      <p
        className="flex flex-wrap items-center gap-2 rounded-md bg-sunken px-3.5 py-2.5 text-sm"
        aria-live="polite"
      >
        <Amount value={before} className="text-muted" />
        <ArrowRight className="size-4 text-faint" aria-label={t`becomes`} />
        {after === null ? (
          <span className="text-faint">–</span>
        ) : (
          <>
            <Amount value={after} asset={asset} className="font-semibold" />
            <Delta value={subtract(after, before)} className="ml-auto" />
          </>
        )}
      </p>
      {problem?.field === "form" && (
        <Notice tone="bad" role="alert">
          {problem.text}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          {way === "add" ? t`Add` : way === "subtract" ? t`Subtract` : t`Set`}
          {read.ok && ` ${formatAmount(read.amount)}`}
        </Button>
      </div>
    </form>
  );
}

const refreshed = (queries: QueryClient) =>
  Promise.all([["users"], ["user"], ["account"]].map((queryKey) => queries.invalidateQueries({ queryKey })));

/** Reverses what was just done; both stay in the history. */
async function undo(queries: QueryClient, transaction: string, { account, reason }: Wanted): Promise<void> {
  const input = { reason: t`Undo: ${reason}` };
  try {
    await groat.write(
      ["reverse", transaction, input],
      (key, api) => api.reverse(transaction, input, { key }),
      { title: input.reason },
    );
    toast.success(t`The update is undone`, { id: `adjust-${account}` });
    await refreshed(queries);
  } catch (error) {
    if (!(error instanceof GroatError)) throw error;
    toast.error(explain(error), { id: `adjust-${account}` });
  }
}

function resultOf(way: Way, before: string, amount: string): string {
  if (way === "set") return amount;
  return way === "add" ? add(before, amount) : subtract(before, amount);
}

interface Wanted {
  account: string;
  asset: string;
  amount: string;
  reason: string;
}

function adjust(
  api: Api,
  way: Way,
  { account, asset, amount, reason }: Wanted,
  key: string,
): Promise<TransactionView> {
  if (way === "set") return api.setBalance(account, asset, { balance: amount, reason }, { key });
  const [source, destination] = way === "add" ? [ADJUSTMENTS, account] : [account, ADJUSTMENTS];
  return api.post({ postings: [{ source, destination, amount, asset }], reason }, { key });
}
