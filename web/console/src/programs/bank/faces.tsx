import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Fact, Facts } from "../../ui/facts";
/** The data of the bank's requests, each kind with its pictures. */

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { typedForm } from "../../lib/amounts";
import { useRights } from "../../live/hooks";
import { Copyable } from "../../parts/copyable";
import type { FaceProps } from "../../registry/program";
import { Name } from "../../requests/people";
import { Amount } from "../../ui/text";
import { CardVisual } from "./card-visual";
import { dataOf, type Recipient, spaced } from "./data";
import { LoanStanding, Schedule } from "./loan-parts";
import { Confirmations, Day, Usage } from "./pieces";
import { To } from "./recipient";

export function TransferFace({ request }: FaceProps) {
  const transfer = dataOf("transfer", request);
  if (!transfer) return null;
  return (
    <Facts>
      <RecipientFacts to={transfer} />
      {transfer.reference && <Fact label={t`Reference`}>{transfer.reference}</Fact>}
      {transfer.on && (
        <Fact label={t`On`}>
          <Day day={transfer.on} />
        </Fact>
      )}
    </Facts>
  );
}

export function OrderFace({ request }: FaceProps) {
  const order = dataOf("standing_order", request);
  if (!order) return null;
  return (
    <Facts>
      <RecipientFacts to={order} />
      {order.reference && <Fact label={t`Reference`}>{order.reference}</Fact>}
      <Fact label={t`Every`}>{order.every === "week" ? t`Week` : t`Month`}</Fact>
      <Fact label={t`From`}>
        <Day day={order.first} />
      </Fact>
      {order.until && (
        <Fact label={t`Until`}>
          <Day day={order.until} />
        </Fact>
      )}
      {order.next && (
        <Fact label={t`Next`}>
          <Day day={order.next} />
        </Fact>
      )}
      <Fact label={t`Carried out`}>
        {order.last ? (
          <RequestLink kind="transfer" id={order.last}>
            {plural(order.count, { one: "once", other: "# times, the last one" })}
          </RequestLink>
        ) : (
          t`not yet`
        )}
      </Fact>
    </Facts>
  );
}

export function RecipientFace({ request }: FaceProps) {
  const recipient = dataOf("beneficiary", request);
  if (!recipient) return null;
  return (
    <Facts>
      <RecipientFacts to={recipient} />
    </Facts>
  );
}

export function CardFace({ request }: FaceProps) {
  const card = dataOf("card", request);
  if (!card) return null;
  return (
    <div className="flex flex-col gap-4">
      <CardVisual card={card} state={request.state} />
      {card.last4 ? (
        <Usage card={card} />
      ) : (
        <Facts>
          <Fact label={t`Holder`}>{card.holder}</Fact>
          <Fact label={t`Monthly limit`}>
            <Amount value={card.limit} asset={card.asset} />
          </Fact>
        </Facts>
      )}
    </div>
  );
}

export function PaymentFace({ request }: FaceProps) {
  const payment = dataOf("card_payment", request);
  if (!payment) return null;
  return (
    <Facts>
      <Fact label={t`At`}>{payment.merchant}</Fact>
      {payment.captured && (
        <Fact label={t`Booked`}>
          <Amount value={payment.captured} asset={payment.asset} />
        </Fact>
      )}
      {payment.refunded && (
        <Fact label={t`Refunded`}>
          <Amount value={payment.refunded} asset={payment.asset} />
        </Fact>
      )}
    </Facts>
  );
}

export function LoanFace({ request }: FaceProps) {
  const loan = dataOf("loan", request);
  if (!loan) return null;
  return (
    <div className="flex flex-col gap-4">
      {loan.schedule.length > 0 && <LoanStanding loan={loan} />}
      <Facts>
        {loan.purpose && <Fact label={t`Purpose`}>{loan.purpose}</Fact>}
        <Fact label={t`Months`}>{loan.months}</Fact>
        {loan.rate && (
          <Fact label={t`Rate`}>
            <Trans>{typedForm(loan.rate)} % a year</Trans>
          </Fact>
        )}
        {loan.principal && (
          <Fact label={t({ message: "Granted", context: "a loan" })}>
            <Amount value={loan.principal} asset={loan.asset} />
          </Fact>
        )}
        {loan.interest_paid && (
          <Fact label={t`Interest paid`}>
            <Amount value={loan.interest_paid} asset={loan.asset} />
          </Fact>
        )}
      </Facts>
      {loan.schedule.length > 0 && <Schedule loan={loan} />}
    </div>
  );
}

export function CoinsFace({ request }: FaceProps) {
  const coins = dataOf("bitcoin_transaction", request);
  if (!coins) return null;
  return (
    <div className="flex flex-col gap-4">
      {coins.txid && <Confirmations data={coins} settled={request.state === "completed"} />}
      <Facts>
        <Fact label={t`Direction`}>{coins.direction === "deposit" ? t`Deposit` : t`Withdrawal`}</Fact>
        {coins.address && (
          <Fact label={coins.direction === "deposit" ? t`Received at` : t`To`}>
            <Copyable text={coins.address} what={t`address`} />
          </Fact>
        )}
        {coins.txid && (
          <Fact label={t`On the chain`}>
            <Copyable text={coins.txid} what={t`transaction id`} />
          </Fact>
        )}
        {coins.fee && (
          <Fact label={t`Network's fee, paid by the bank`}>
            <Amount value={coins.fee} asset={coins.asset} />
          </Fact>
        )}
      </Facts>
    </div>
  );
}

export function AddressFace({ kind, request }: FaceProps) {
  const address = dataOf("bitcoin_address", request);
  if (!address) return null;
  return (
    <Facts>
      {address.note && <Fact label={t`For`}>{address.note}</Fact>}
      <Fact label={t`Address`}>
        {address.address ? (
          <Copyable text={address.address} what={t`address`} />
        ) : (
          t`${kind.title} is being made`
        )}
      </Fact>
    </Facts>
  );
}

function RecipientFacts({ to }: { to: Recipient }) {
  const { staff } = useRights();
  return (
    <>
      <Fact label={t`To`}>
        {staff && to.user ? (
          <Link
            to="/users/$user"
            params={{ user: to.user }}
            className="rounded-sm underline decoration-line underline-offset-2 hover:decoration-current"
          >
            <Name of={`user:${to.user}`} />
          </Link>
        ) : (
          <To to={to} />
        )}
      </Fact>
      {to.external && (
        <Fact label={t`Account`}>
          <Copyable text={to.external} shown={spaced(to.external)} what={t`account number`} />
        </Fact>
      )}
    </>
  );
}

function RequestLink({ kind, id, children }: { kind: string; id: string; children: ReactNode }) {
  return (
    <Link
      to="/requests/$kind/$id"
      params={{ kind, id }}
      className="rounded-sm underline decoration-line underline-offset-2 hover:decoration-current"
    >
      {children}
    </Link>
  );
}
