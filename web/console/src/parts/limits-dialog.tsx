import { type BalanceView, compare } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { assetsQuery } from "../api/queries";
import { DEFAULT_REASON } from "../api/words";
import { groat } from "../groat";
import { readAmount, typedForm } from "../lib/amounts";
import { Button } from "../ui/button";
import { Checkbox, Field, Input } from "../ui/field";
import { Dialog } from "../ui/overlay";
import { Notice } from "../ui/states";
import { ReasonField } from "./reason-field";
import { useAttempt } from "./use-attempt";

/** Changes the floor and the ceiling of a balance. */
export function LimitsDialog({ target, onClose }: { target: BalanceView | null; onClose: () => void }) {
  return (
    <Dialog
      open={target !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t`Limits`}
      description={target ? `${target.account} · ${target.asset}` : undefined}
      testId="limits-dialog"
    >
      {target && <LimitsForm balance={target} onClose={onClose} />}
    </Dialog>
  );
}

interface Limit {
  on: boolean;
  text: string;
}

const limitOf = (value: string | null | undefined): Limit => ({
  on: value != null,
  text: typedForm(value ?? "0"),
});

function LimitsForm({ balance, onClose }: { balance: BalanceView; onClose: () => void }) {
  const queries = useQueryClient();
  const assets = useQuery(assetsQuery).data ?? [];
  const [floor, setFloor] = useState(() => limitOf(balance.floor));
  const [ceiling, setCeiling] = useState(() => limitOf(balance.ceiling));
  const [reason, setReason] = useState("");
  const { busy, problem, setProblem, attempt } = useAttempt();
  const asset = assets.find((item) => item.code === balance.asset) ?? {
    code: balance.asset,
    scale: balance.balance.split(".")[1]?.length ?? 0,
  };

  function change(set: (limit: Limit) => void, limit: Limit) {
    set(limit);
    setProblem(null);
  }
  async function submit(event: FormEvent) {
    event.preventDefault();
    const read = (limit: Limit) => (limit.on ? readAmount(limit.text, asset, { negative: true }) : null);
    const low = read(floor);
    const high = read(ceiling);
    if (low && !low.ok) return setProblem(t`Lowest: ${low.problem}`);
    if (high && !high.ok) return setProblem(t`Highest: ${high.problem}`);
    if (low && high && compare(low.amount, high.amount) > 0) {
      return setProblem(t`The lowest is above the highest.`);
    }
    const { account, asset: code, floor: lowest, ceiling: highest } = balance;
    const input = {
      floor: low?.amount ?? null,
      ceiling: high?.amount ?? null,
      reason: reason.trim() || DEFAULT_REASON,
    };
    return attempt(async () => {
      // Back to limits that were changed since is another write.
      await groat.write(
        ["limits", account, code, lowest, highest, input],
        (key, api) => api.setLimits(account, code, input, { key }),
        { title: t`Limits of ${account}, ${code}` },
      );
      toast.success(t`Limits changed`);
      await Promise.all(
        [["user"], ["users"], ["account"]].map((queryKey) => queries.invalidateQueries({ queryKey })),
      );
      onClose();
    });
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <LimitField
        label={t`Lowest available amount`}
        hint={t`Nothing may be spent below it.`}
        limit={floor}
        onChange={(limit) => change(setFloor, limit)}
      />
      <LimitField
        label={t`Highest balance`}
        hint={t`Nothing may be posted or held above it.`}
        limit={ceiling}
        onChange={(limit) => change(setCeiling, limit)}
      />
      <ReasonField placeholder={DEFAULT_REASON} value={reason} onChange={setReason} />
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          <Trans>Save limits</Trans>
        </Button>
      </div>
    </form>
  );
}

function LimitField({
  label,
  hint,
  limit,
  onChange,
}: {
  label: string;
  hint: string;
  limit: Limit;
  onChange: (limit: Limit) => void;
}) {
  return (
    <Field label={label} hint={hint}>
      {(wiring) => (
        <span className="flex items-center gap-3">
          <span className="flex items-center gap-2 text-sm">
            <Checkbox
              aria-label={t`${label}: limited`}
              checked={limit.on}
              onCheckedChange={(checked) => onChange({ ...limit, on: checked === true })}
            />
            {limit.on ? t`At` : t`None`}
          </span>
          <Input
            {...wiring}
            className="num flex-1"
            inputMode="decimal"
            disabled={!limit.on}
            value={limit.on ? limit.text : ""}
            onChange={(event) => onChange({ ...limit, text: event.target.value })}
          />
        </span>
      )}
    </Field>
  );
}
