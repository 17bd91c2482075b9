/** The bank's requests, each kind in a line. */

import type { RequestView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Amount } from "../../ui/text";
import { dataOf, RHYTHMS, shortened, spaced } from "./data";
import { Day } from "./pieces";
import { To } from "./recipient";

interface Props {
  request: RequestView;
}

export function TransferLine({ request }: Props) {
  const transfer = dataOf("transfer", request);
  if (!transfer) return null;
  return (
    <>
      <Trans>
        to <To to={transfer} />
      </Trans>
      {transfer.reference && ` · ${transfer.reference}`}
      {transfer.on && request.state === "scheduled" && (
        <>
          {" "}
          <Trans>
            · on <Day day={transfer.on} />
          </Trans>
        </>
      )}
    </>
  );
}

export function OrderLine({ request }: Props) {
  const order = dataOf("standing_order", request);
  if (!order) return null;
  return (
    <>
      <Trans>
        to <To to={order} /> · {RHYTHMS[order.every]}
      </Trans>
      {order.reference && ` · ${order.reference}`}
    </>
  );
}

export function RecipientLine({ request }: Props) {
  const to = dataOf("beneficiary", request);
  if (!to) return null;
  return (
    <>
      <To to={to} />
      {to.external && to.name && ` · ${spaced(to.external)}`}
    </>
  );
}

export function CardLine({ request }: Props) {
  const card = dataOf("card", request);
  if (!card) return null;
  return (
    <>
      {card.last4 ? `•••• ${card.last4}` : card.holder} ·{" "}
      <Trans>
        <Amount value={card.limit} asset={card.asset} /> a month
      </Trans>
    </>
  );
}

export function PaymentLine({ request }: Props) {
  return dataOf("card_payment", request)?.merchant;
}

export function LoanLine({ request }: Props) {
  const loan = dataOf("loan", request);
  return loan && [loan.purpose, `${loan.months} months`].filter(Boolean).join(" · ");
}

export function CoinsLine({ request }: Props) {
  const coins = dataOf("bitcoin_transaction", request);
  if (!coins) return null;
  return coins.direction === "deposit" ? t`Deposit` : t`Withdrawal to ${shortened(coins.address)}`;
}

export function AddressLine({ request }: Props) {
  const address = dataOf("bitcoin_address", request);
  return (
    address && ([address.note, shortened(address.address)].filter(Boolean).join(" · ") || t`New address`)
  );
}
