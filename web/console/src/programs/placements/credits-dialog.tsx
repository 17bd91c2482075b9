import {
  type CreditsGiven,
  type CreditsInput,
  compare,
  formatAmount,
  type PlacementView,
} from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { assetsQuery } from "../../api/queries";
import { groat } from "../../groat";
import { readAmount } from "../../lib/amounts";
import { AmountInput } from "../../parts/money";
import { ReasonField } from "../../parts/reason-field";
import { useAttempt } from "../../parts/use-attempt";
import { Button } from "../../ui/button";
import { Choice, Field } from "../../ui/field";
import { Dialog } from "../../ui/overlay";
import { Notice } from "../../ui/states";
import { discardDraft, giveCredits, type Reach } from "./data";
import { GivenPreview } from "./given-preview";
import { countCandidates } from "./words";

/** The credits that are to be given, and to whom: `title` names the act, `whom` the people. */
export interface CreditsTarget {
  reach: Reach;
  title: string;
  whom: string;
}

const MODES = [
  { value: "add", label: t`Add` },
  { value: "set", label: t`Set to` },
] as const;

/** Gives credits to candidates: first the amount and the reason, then a preview of who gets what. */
export function CreditsDialog({
  placement,
  target,
  onClose,
}: {
  placement: PlacementView;
  target: CreditsTarget | null;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={target !== null}
      onOpenChange={(next) => !next && onClose()}
      title={target?.title ?? ""}
      description={target?.whom}
      testId="credits-dialog"
    >
      {target && <CreditsForm placement={placement} target={target} onClose={onClose} />}
    </Dialog>
  );
}

function CreditsForm({
  placement,
  target,
  onClose,
}: {
  placement: PlacementView;
  target: CreditsTarget;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const { id, asset } = placement;
  const assets = useQuery(assetsQuery).data ?? [];
  const scale = assets.find((item) => item.code === asset)?.scale ?? 0;
  const [typed, setTyped] = useState("");
  const [mode, setMode] = useState<"add" | "set">("add");
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState<{ field: "amount" | "reason"; text: string } | null>(null);
  const [shown, setShown] = useState<{ body: CreditsInput; given: CreditsGiven } | null>(null);
  const { busy, problem, setProblem, attempt } = useAttempt();

  function changed<Value>(set: (value: Value) => void) {
    return (value: Value) => {
      set(value);
      setWrong(null);
      setProblem(null);
    };
  }

  function look(event: FormEvent) {
    event.preventDefault();
    const read = readAmount(typed, { code: asset, scale });
    if (!read.ok) return setWrong({ field: "amount", text: read.problem });
    if (mode === "add" && compare(read.amount, "0") === 0) {
      return setWrong({ field: "amount", text: t`Enter an amount greater than 0.` });
    }
    if (!reason.trim()) {
      return setWrong({ field: "reason", text: t`Say why: the candidates and the audit log will read it.` });
    }
    const body: CreditsInput = { credits: read.amount, mode, reason: reason.trim() };
    void attempt(async () => {
      const given = await groat.write(
        ["preview", id, target.reach, body],
        (key) => giveCredits(id, target.reach, { ...body, dry_run: true }, key),
        { title: t`Preview ${target.title}` },
      );
      setShown({ body, given });
    });
  }

  function back() {
    if (shown) void discardDraft(shown.given.draft.id).catch(() => undefined);
    setShown(null);
  }

  function give(event: FormEvent) {
    event.preventDefault();
    if (!shown) return;
    const { body, given } = shown;
    const whole = given.left_out === 0 && given.ambiguous.length === 0;
    const sent = { ...body, leave_out: !whole };
    void attempt(async () => {
      const done = await groat.write(
        ["credits", id, target.reach, sent],
        (key) => giveCredits(id, target.reach, sent, key),
        { title: target.title },
      );
      void discardDraft(given.draft.id).catch(() => undefined);
      const waits = done.run?.state === "pending";
      toast.success(
        waits
          ? t`Filed: somebody else must approve it`
          : t`${formatAmount(done.total)} ${asset} for ${countCandidates(done.people)}`,
      );
      await queries.invalidateQueries({ queryKey: ["placements"] });
      onClose();
    });
  }

  if (shown) {
    return (
      <form onSubmit={give} className="flex flex-col gap-4" data-testid="credits-preview">
        <GivenPreview given={shown.given} asset={asset} />
        {problem && (
          <Notice tone="bad" role="alert">
            {problem}
          </Notice>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={back}>
            <Trans>Back</Trans>
          </Button>
          <Button type="submit" look="primary" busy={busy} disabled={shown.given.people === 0}>
            {mode === "add" ? t`Give credits` : t`Set credits`}
          </Button>
        </div>
      </form>
    );
  }
  return (
    <form onSubmit={look} className="flex flex-col gap-4" noValidate>
      <Choice label={t`What happens`} value={mode} options={MODES} onChange={changed(setMode)} />
      <Field
        label={mode === "add" ? t`Credits for each` : t`Credits that each has afterwards`}
        problem={wrong?.field === "amount" && wrong.text}
      >
        {(wiring) => (
          <AmountInput {...wiring} autoFocus asset={asset} value={typed} onChange={changed(setTyped)} />
        )}
      </Field>
      <ReasonField
        value={reason}
        hint={t`The candidates read it in their history.`}
        problem={wrong?.field === "reason" && wrong.text}
        onChange={changed(setReason)}
      />
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          <Trans>Preview</Trans>
        </Button>
      </div>
    </form>
  );
}
