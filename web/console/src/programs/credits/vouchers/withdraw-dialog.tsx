import type { CampaignView, CodeView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { groat } from "../../../groat";
import { ReasonField } from "../../../parts/reason-field";
import { useAttempt } from "../../../parts/use-attempt";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/overlay";
import { Notice } from "../../../ui/states";
import { voidCode } from "./data";

/** Withdraws a single-use code that nobody has redeemed. */
export function WithdrawDialog({
  campaign,
  code,
  onClose,
}: {
  campaign: CampaignView;
  code: CodeView | null;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={code !== null}
      onOpenChange={(open) => !open && onClose()}
      title={code ? t`Withdraw code ${code.number}?` : ""}
      description={campaign.name}
      testId="withdraw-dialog"
    >
      {code && <WithdrawForm campaign={campaign.id} number={code.number} onClose={onClose} />}
    </Dialog>
  );
}

function WithdrawForm({
  campaign,
  number,
  onClose,
}: {
  campaign: string;
  number: number;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const { busy, problem, attempt } = useAttempt();

  function submit(event: FormEvent) {
    event.preventDefault();
    const text = reason.trim();
    setMissing(!text);
    if (!text) return;
    void attempt(async () => {
      await groat.write(
        ["void-code", campaign, number, text],
        (key) => voidCode(campaign, number, text, key),
        { title: t`Withdraw code ${number}` },
      );
      toast.success(t`Code ${number} is withdrawn`);
      await queries.invalidateQueries({ queryKey: ["vouchers"] });
      onClose();
    });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
      <p className="text-muted text-sm">
        <Trans>Nobody can redeem it any more. That cannot be undone; you can make another code.</Trans>
      </p>
      <ReasonField
        autoFocus
        hint={t`The audit log keeps it.`}
        problem={missing && t`Say why: the audit log keeps it.`}
        value={reason}
        onChange={(text) => {
          setReason(text);
          setMissing(false);
        }}
      />
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Keep it</Trans>
        </Button>
        <Button type="submit" look="danger" busy={busy}>
          <Trans>Withdraw code</Trans>
        </Button>
      </div>
    </form>
  );
}
