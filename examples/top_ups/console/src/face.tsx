import type { RequestView } from "@groat/client";
import { Amount, type FaceProps, Fact, Facts, Notice, useAudience } from "@groat/console";
import { usePayments } from "./payments";
import "./topups.css";

/** A refund in a line. */
export function RefundLine({ request: { data } }: { request: RequestView }) {
  return [`of ${data.payment}`, data.why].filter(Boolean).map(String).join(" · ");
}

/** The data of a refund. Staff see beside them what the provider told of the payment. */
export function RefundFace({ request }: FaceProps) {
  const { staff } = useAudience();
  const { payment, why } = request.data as { payment: string; why?: string };
  return (
    <Facts>
      <Fact label="Payment">
        <code className="topups-payment">{payment}</code>
      </Fact>
      {staff && (
        <Fact label="Paid in">
          <PaidIn user={request.user} payment={payment} />
        </Fact>
      )}
      {why && <Fact label="Why">{why}</Fact>}
    </Facts>
  );
}

function PaidIn({ user, payment }: { user: string; payment: string }) {
  const { payments, error } = usePayments(user);
  const found = payments?.find((one) => one.payment === payment);
  if (found) return <Amount value={found.amount} asset={found.asset} />;
  if (!payments) return error ? "could not be read" : "…";
  return <Notice tone="warn">The provider told of no such payment</Notice>;
}
