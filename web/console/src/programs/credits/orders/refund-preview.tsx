import type { RequestView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { explain } from "../../../api/problem";
import { Fact, Facts } from "../../../ui/facts";
import { Notice } from "../../../ui/states";
import { Amount } from "../../../ui/text";
import { orderOf } from "./data";
import { useTried } from "./tried";

/** Shows which part of the typed amount a refund would take back. */
export function RefundPreview({
  request,
  typed,
}: {
  request: RequestView;
  typed: Record<string, string | boolean>;
}) {
  const order = orderOf(request);
  const amount = String(typed.amount ?? "").trim();
  const tried = useTried(request, "refund", { reason: "-", ...(amount && { amount }) });
  const after = tried.data && orderOf(tried.data);
  if (tried.error) {
    return (
      <Notice tone="warn" role="status">
        {explain(tried.error)}
      </Notice>
    );
  }
  return (
    <Facts>
      <Fact label={t`Taken back in all`}>
        <Amount value={after?.refunded ?? (order.refunded || "0")} asset={order.asset} />
      </Fact>
      <Fact label={t`Kept by the buyer`}>
        <Amount value={after?.kept ?? (order.kept || order.amount)} asset={order.asset} />
      </Fact>
      <Fact label={t`Pay back at the gateway`}>
        <Amount value={after?.repay ?? (order.repay || "0")} asset={order.currency} />
      </Fact>
    </Facts>
  );
}
