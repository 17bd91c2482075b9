import { formatAmount, GroatError, subtract } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ArrowRight } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { explain } from "../../../api/problem";
import { usePerson } from "../../../live/hooks";
import { ReasonField } from "../../../parts/reason-field";
import type { ActFormProps } from "../../../registry/program";
import { Name } from "../../../requests/people";
import { Button } from "../../../ui/button";
import { Fact, Facts } from "../../../ui/facts";
import { Notice } from "../../../ui/states";
import { Amount } from "../../../ui/text";
import { orderOf } from "./data";
import { useTried } from "./tried";

/** Fulfills an order; shows the buyer's balance before and after. */
export function FulfilForm({ request, act, explain: told, onClose }: ActFormProps) {
  const order = orderOf(request);
  const { user } = usePerson();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const tried = useTried(request, "fulfil", {});
  const after = tried.data?.balances?.find(({ account }) => account === request.owner)?.balance;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await act({ fulfilled_by: user, ...(reason.trim() && { reason: reason.trim() }) });
      onClose();
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      toast.error(t`Failed to fulfill order`, { id: `order-${request.id}` });
      setProblem(told(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <Facts>
        <Fact label={t`Buyer`}>
          <Name first of={request.owner} />
        </Fact>
        <Fact label={t`Package`}>{order.name}</Fact>
        <Fact label={t`Price`}>
          <Amount value={order.price} asset={order.currency} />
        </Fact>
        <Fact label={t`Balance`}>
          {after === undefined ? (
            "–"
          ) : (
            <span className="inline-flex flex-wrap items-center justify-end gap-x-2">
              <Amount value={subtract(after, order.amount)} className="text-muted" />
              <ArrowRight className="size-4 text-faint" aria-label={t`becomes`} />
              <Amount value={after} asset={order.asset} className="font-semibold" />
            </span>
          )}
        </Fact>
      </Facts>
      <ReasonField label={t`Reason (optional)`} value={reason} onChange={setReason} />
      {(problem || tried.error) && (
        <Notice tone="warn" role="alert">
          {problem ?? explain(tried.error)}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Back</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy} data-testid="fulfil">
          {t`Give ${formatAmount(order.amount)} ${order.asset}`}
        </Button>
      </div>
    </form>
  );
}
