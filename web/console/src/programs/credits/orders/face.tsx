/** All of an order. */

import type { PaymentPage, RequestView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { groat } from "../../../groat";
import { useRights } from "../../../live/hooks";
import { Copyable } from "../../../parts/copyable";
import type { FaceProps } from "../../../registry/program";
import { Name } from "../../../requests/people";
import { Fact, Facts } from "../../../ui/facts";
import { Amount, Time } from "../../../ui/text";
import { daysOf, orderOf } from "./data";

export function OrderFace({ request }: FaceProps) {
  const order = orderOf(request);
  const { staff } = useRights();
  const days = daysOf(order.lasts_s);
  const by = order.fulfilled_by;
  return (
    <div className="flex flex-col gap-5">
      <Facts>
        <Fact label={t`Package`}>{order.name}</Fact>
        <Fact label={t`Price`}>
          <Amount value={order.price} asset={order.currency} />
        </Fact>
        <Fact label={t`Credits`}>
          <Amount value={order.amount} asset={order.asset} />
        </Fact>
        <Fact label={t`Valid`}>{days === null ? t`For ever` : t`${days} days from the purchase`}</Fact>
        {order.cause && <Fact label={t`Ordered by itself`}>{order.cause.replaceAll("_", " ")}</Fact>}
        {by && (
          <Fact label={t`Fulfilled by`}>
            <Name first of={by.includes(":") ? by : `user:${by}`} />
          </Fact>
        )}
        {order.payment && (
          <Fact label={t`Payment`}>
            <Copyable text={order.payment} what={t`Payment`} />
          </Fact>
        )}
        {order.refunded && (
          <>
            <Fact label={t`Taken back`}>
              <Amount value={order.refunded} asset={order.asset} />
            </Fact>
            <Fact label={t`Kept by the buyer`}>
              <Amount value={order.kept} asset={order.asset} />
            </Fact>
            <Fact label={t`To be paid back`}>
              <Amount value={order.repay} asset={order.currency} />
            </Fact>
          </>
        )}
      </Facts>
      {staff && <Payments order={request} />}
    </div>
  );
}

/** The messages of gateways about the order. */
function Payments({ order }: { order: RequestView }) {
  const { data } = useQuery({
    queryKey: ["credit-payments", order.id, order.version],
    queryFn: ({ signal }) =>
      groat.api.request<PaymentPage>("/v1/credits/payments", { query: { order: order.id }, signal }),
  });
  if (!data?.items.length) return null;
  return (
    <section aria-label={t`What the gateway said`} className="text-sm">
      <h3 className="mb-1 font-medium">
        <Trans>What the gateway said</Trans>
      </h3>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {data.items.map((message) => (
          <li key={message.id} className="px-3.5 py-2" data-testid="payment" data-outcome={message.outcome}>
            <span className="flex flex-wrap justify-between gap-x-4">
              <span className="wrap-anywhere font-medium">
                {message.type} · {message.payment}
              </span>
              <Time at={message.at} form="age" className="text-faint text-xs" />
            </span>
            <span className="text-muted">
              {[message.amount, message.currency].join(" ")}: {message.detail}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
