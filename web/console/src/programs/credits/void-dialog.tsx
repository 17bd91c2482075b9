import { compare, formatAmount, type GrantView, GroatError } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { explain } from "../../api/problem";
import { assetsQuery } from "../../api/queries";
import { groat } from "../../groat";
import { readAmount, typedForm } from "../../lib/amounts";
import { AmountInput } from "../../parts/money";
import { ReasonField } from "../../parts/reason-field";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { Dialog } from "../../ui/overlay";
import { Notice } from "../../ui/states";
import { Amount } from "../../ui/text";
import { voidGrant } from "./data";
import { grantName } from "./words";

/** Takes back what is free of a grant, or a part of it. */
export function VoidDialog({ grant, onClose }: { grant: GrantView | null; onClose: () => void }) {
  return (
    <Dialog
      open={grant !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t`Take back a grant?`}
      description={grant ? `${grantName(grant)} · ${grant.account}` : undefined}
      testId="void-dialog"
    >
      {grant && <VoidForm grant={grant} onClose={onClose} />}
    </Dialog>
  );
}

function VoidForm({ grant, onClose }: { grant: GrantView; onClose: () => void }) {
  const queries = useQueryClient();
  const assets = useQuery(assetsQuery).data ?? [];
  const { available, asset, held } = grant;
  const [typed, setTyped] = useState(typedForm(available));
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ field: "amount" | "reason" | "form"; text: string } | null>(null);
  const read = readAmount(typed, {
    code: asset,
    scale: assets.find(({ code }) => code === asset)?.scale ?? available.split(".")[1]?.length ?? 0,
  });
  const said = (field: "amount" | "reason") => problem?.field === field && problem.text;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    if (!read.ok) return setProblem({ field: "amount", text: read.problem });
    if (compare(read.amount, "0") === 0 || compare(read.amount, available) > 0) {
      return setProblem({ field: "amount", text: t`Enter an amount up to ${formatAmount(available)}.` });
    }
    const text = reason.trim();
    if (!text)
      return setProblem({ field: "reason", text: t`Say why: the person and the audit log will read it.` });
    setBusy(true);
    setProblem(null);
    const part = compare(read.amount, available) < 0 ? { amount: read.amount } : {};
    try {
      await groat.write(
        ["void", grant.id, read.amount, text],
        (key) => voidGrant(grant, { reason: text, ...part }, key),
        { title: t`Take back ${formatAmount(read.amount)} ${asset}` },
      );
      toast.success(t`${formatAmount(read.amount)} ${asset} taken back`, {
        duration: 10_000,
        action: { label: t`Undo`, onClick: () => void undo(read.amount) },
      });
      await Promise.all(
        [["grant"], ["grants"], ["user"], ["account", grant.account]].map((queryKey) =>
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

  /** What was taken back comes again as a grant of the same terms. */
  async function undo(amount: string) {
    const { source, account: destination, class: sort, priority, note, cause, expires_at } = grant;
    const terms = { class: sort, priority, note, cause, expires_at };
    const posting = { source, destination, amount, asset, grant: terms };
    const why = t`Taken back by mistake`;
    try {
      await groat.write(
        ["undo-void", grant.id, amount, why],
        (key, api) => api.post({ postings: [posting], reason: why }, { key }),
        { title: t`Undo: ${formatAmount(amount)} ${asset} taken back` },
      );
      toast.success(t`The credits are back`);
      await Promise.all(
        [["grant"], ["grants"], ["user"]].map((queryKey) => queries.invalidateQueries({ queryKey })),
      );
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      toast.error(explain(error));
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <Field
        label={t`Amount`}
        problem={said("amount")}
        hint={
          <Trans>
            <Amount value={available} className="[&_span]:text-inherit" /> of it can be taken back; it goes to{" "}
            {grant.source}.
          </Trans>
        }
      >
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
      {compare(held, "0") > 0 && (
        <Notice>
          <Trans>
            <Amount value={held} asset={asset} /> is held and stays valid for its hold. What a hold gives back
            is taken back then.
          </Trans>
        </Notice>
      )}
      <ReasonField
        problem={said("reason")}
        hint={t`The person reads it, and the audit log keeps it.`}
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
          <Trans>Take back</Trans>
        </Button>
      </div>
    </form>
  );
}
