import { compare, formatAmount, GroatError } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { explain } from "../../api/problem";
import { assetsQuery } from "../../api/queries";
import { groat } from "../../groat";
import { readAmount } from "../../lib/amounts";
import { AmountInput, AssetSelect } from "../../parts/money";
import { ReasonField } from "../../parts/reason-field";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { Dialog } from "../../ui/overlay";
import { Notice } from "../../ui/states";
import { readTerms, TermsFields, type TermsProblem, USUAL } from "./terms-fields";

interface Target {
  account: string;
  asset: string;
  name: string;
}

/** Grants credits with terms to one account. */
export function GiveDialog({ target, onClose }: { target: Target | null; onClose: () => void }) {
  return (
    <Dialog
      open={target !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t`Grant credits`}
      description={target ? `${target.name} · ${target.account}` : undefined}
      testId="give-dialog"
    >
      {target && <GiveForm target={target} onClose={onClose} />}
    </Dialog>
  );
}

type Problem = TermsProblem | { field: "amount" | "reason" | "form"; text: string };

function GiveForm({ target, onClose }: { target: Target; onClose: () => void }) {
  const queries = useQueryClient();
  const assets = useQuery(assetsQuery).data ?? [];
  const [asset, setAsset] = useState(target.asset);
  const [typed, setTyped] = useState("");
  const [terms, setTerms] = useState(USUAL);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const scale = assets.find((item) => item.code === asset)?.scale ?? 0;
  const read = readAmount(typed, { code: asset, scale });

  function changed<Value>(set: (value: Value) => void) {
    return (value: Value) => {
      set(value);
      setProblem(null);
    };
  }
  const said = (field: Problem["field"]) => problem?.field === field && problem.text;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    if (!read.ok) return setProblem({ field: "amount", text: read.problem });
    if (compare(read.amount, "0") === 0) {
      return setProblem({ field: "amount", text: t`Enter an amount greater than 0.` });
    }
    const granted = readTerms(terms);
    if ("problem" in granted) return setProblem(granted.problem);
    const text = reason.trim();
    if (!text)
      return setProblem({ field: "reason", text: t`Say why: the person and the audit log will read it.` });
    setProblem(null);
    setBusy(true);
    const posting = {
      source: granted.source,
      destination: target.account,
      amount: read.amount,
      asset,
      grant: granted.terms,
    };
    try {
      await groat.write(
        ["grant", posting, text],
        (key, api) => api.post({ postings: [posting], reason: text }, { key }),
        { title: t`Grant ${formatAmount(read.amount)} ${asset} to ${target.name}` },
      );
      toast.success(t`${formatAmount(read.amount)} ${asset} granted to ${target.name}`);
      await Promise.all(
        [["users"], ["user"], ["account", target.account], ["grants"]].map((queryKey) =>
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
      <div className="flex gap-2">
        <Field label={t`Amount`} className="flex-1" problem={said("amount")}>
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
      <TermsFields draft={terms} problem={problem} onChange={changed(setTerms)} />
      <ReasonField
        hint={t`The person reads it, and the audit log keeps it.`}
        problem={said("reason")}
        value={reason}
        onChange={changed(setReason)}
      />
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
          {read.ok ? t`Grant ${formatAmount(read.amount)}` : t`Grant`}
        </Button>
      </div>
    </form>
  );
}
