import { type BudgetView, formatAmount, GroatError } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { explain } from "../../api/problem";
import { assetsQuery } from "../../api/queries";
import { groat } from "../../groat";
import { readAmount, typedForm } from "../../lib/amounts";
import { AmountInput } from "../../parts/money";
import { Button } from "../../ui/button";
import { Choice, Field, Input } from "../../ui/field";
import { Dialog } from "../../ui/overlay";
import { Notice } from "../../ui/states";
import { changeBudget, removeBudget, setBudget, ZONE } from "./data";
import { budgetName } from "./words";

/** The balance whose budgets are set; with a `budget`, that one is changed. */
export interface BudgetTarget {
  account: string;
  asset: string;
  budget: BudgetView | null;
}

const WINDOWS = [
  { value: "hour", label: t`Hour` },
  { value: "day", label: t`Day` },
  { value: "month", label: t`Month` },
] as const;
type Window = (typeof WINDOWS)[number]["value"];

const KINDS = [
  { value: "calendar", label: t`By the calendar` },
  { value: "rolling", label: t`Rolling` },
] as const;
type Kind = (typeof KINDS)[number]["value"];

/** Sets a budget, or raises, lowers or removes one. */
export function BudgetDialog({ target, onClose }: { target: BudgetTarget | null; onClose: () => void }) {
  const budget = target?.budget;
  return (
    <Dialog
      open={target !== null}
      onOpenChange={(open) => !open && onClose()}
      title={budget ? t`Change a budget` : t`Set a budget`}
      description={budget ? budgetName(budget) : target?.account}
      testId="budget-dialog"
    >
      {target && <BudgetForm target={target} onClose={onClose} />}
    </Dialog>
  );
}

function BudgetForm({
  target: { account, asset, budget },
  onClose,
}: {
  target: BudgetTarget;
  onClose: () => void;
}) {
  const assets = useQuery(assetsQuery).data ?? [];
  const [typed, setTyped] = useState(budget ? typedForm(budget.limit) : "");
  const [window, setWindow] = useState<Window>("day");
  const [kind, setKind] = useState<Kind>("calendar");
  const [of, setOf] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ field: "amount" | "form"; text: string } | null>(null);
  const scale = assets.find(({ code }) => code === asset)?.scale ?? budget?.limit.split(".")[1]?.length ?? 0;
  const read = readAmount(typed, { code: asset, scale });

  async function write(
    act: readonly unknown[],
    send: (key: string) => Promise<unknown>,
    title: string,
    done: string,
  ) {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await groat.write(act, send, { title });
      toast.success(done);
      onClose();
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      setProblem({ field: "form", text: explain(error) });
    } finally {
      setBusy(false);
    }
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!read.ok) return setProblem({ field: "amount", text: read.problem });
    const limit = read.amount;
    const shown = `${formatAmount(limit)} ${asset}`;
    if (budget) {
      const send = (key: string) => changeBudget(budget.id, { limit }, key);
      return write(
        ["budget-limit", budget.id, limit],
        send,
        t`Budget of ${shown}`,
        t`The budget is ${shown} now`,
      );
    }
    const principal = of.trim() && { of: of.trim() };
    const input = { account, asset, limit, window, rolling: kind === "rolling", zone: ZONE, ...principal };
    return write(
      ["budget", input],
      (key) => setBudget(input, key),
      t`Budget of ${shown}`,
      t`Budget of ${shown} set`,
    );
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <Field label={t`At most`} problem={problem?.field === "amount" && problem.text}>
        {(wiring) => (
          <AmountInput
            {...wiring}
            autoFocus
            asset={asset}
            value={typed}
            onChange={(text) => {
              setTyped(text);
              setProblem(null);
            }}
          />
        )}
      </Field>
      {!budget && (
        <>
          <Choice label={t`In each`} value={window} options={WINDOWS} onChange={setWindow} />
          <Choice label={t`Counted`} value={kind} options={KINDS} onChange={setKind} />
          <p className="text-muted text-sm">
            {kind === "rolling"
              ? t`Counted over the last 60 minutes, 24 hours or 30 days.`
              : t`Hours, days and months are those of ${ZONE}.`}
          </p>
          <Field
            label={t`Only what this one spends (optional)`}
            hint={t`A person or a service, such as user:7 or service:agent. Empty: whoever spends.`}
          >
            {(wiring) => (
              <Input {...wiring} value={of} maxLength={140} onChange={(event) => setOf(event.target.value)} />
            )}
          </Field>
        </>
      )}
      {problem?.field === "form" && (
        <Notice tone="bad" role="alert">
          {problem.text}
        </Notice>
      )}
      <div className="mt-1 flex flex-wrap justify-end gap-2">
        {budget && (
          <Button
            look="danger"
            className="mr-auto"
            onClick={() =>
              void write(
                ["budget-remove", budget.id],
                (key) => removeBudget(budget.id, key),
                t`Remove the budget ${budgetName(budget)}`,
                t`Budget removed`,
              )
            }
          >
            <Trans>Remove</Trans>
          </Button>
        )}
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          {budget ? <Trans>Save</Trans> : <Trans>Set</Trans>}
        </Button>
      </div>
    </form>
  );
}
