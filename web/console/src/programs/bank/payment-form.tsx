import { formatAmount } from "@groat/client";
import { useRequests } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { CreditCard } from "lucide-react";
import { assetsQuery, PAGE_SIZE } from "../../api/queries";
import { AmountInput } from "../../parts/money";
import type { FormProps } from "../../registry/program";
import { useDraft } from "../../requests/draft";
import { Review, ReviewButton } from "../../requests/review";
import { Fact, Facts } from "../../ui/facts";
import { Field, Input, Select } from "../../ui/field";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states";
import { Amount } from "../../ui/text";
import { fieldOf, type PaymentDraft, readPayment } from "./applications";
import { type CardData, dataOf } from "./data";

const FIELDS = ["card", "amount", "merchant"] as const;

interface Card extends CardData {
  id: string;
}

/** A merchant's demand on a card: which card, how much, and for whom; the asset is the card's. */
export function PaymentForm({ owner, act, given, send }: FormProps) {
  const list = useRequests({ kind: "card", user: owner }, { limit: PAGE_SIZE });
  const cards = list.items.flatMap((request): Card[] => {
    const card = dataOf("card", request);
    return card?.last4 && request.open ? [{ ...card, id: request.id }] : [];
  });
  const assets = useQuery(assetsQuery).data ?? [];
  const asked = cards.find(({ id }) => id === given.card) ?? cards[0];
  const form = useDraft<PaymentDraft, PaymentDraft & { asset: string }>(
    { card: asked?.id ?? "", amount: "", merchant: "" },
    {
      read: (draft) => readPayment(draft, cards.find(({ id }) => id === draft.card)?.asset ?? "", assets),
      send: (payment) => send({ ...payment }),
      fieldOf: (error) => fieldOf(error, FIELDS, "amount"),
    },
  );
  const { draft, problems, set, text, review } = form;
  const card = cards.find(({ id }) => id === draft.card);

  if (list.loading && cards.length === 0) return <Skeleton className="h-64 w-full" />;
  if (list.error && cards.length === 0) return <ErrorState error={list.error} onRetry={list.refresh} />;
  if (!card) {
    return (
      <EmptyState icon={<CreditCard aria-hidden />} title={t`No card to pay with`}>
        <Trans>A payment needs a card that has been made and is not closed.</Trans>
      </EmptyState>
    );
  }
  if (review.reviewed) {
    const { amount, asset, merchant } = review.reviewed;
    return (
      <Review review={review} act={act}>
        <p className="font-semibold text-3xl leading-tight tracking-[-0.02em]">
          <Amount value={amount} asset={asset} />
        </p>
        <Facts>
          <Fact label={t`At`}>{merchant}</Fact>
          <Fact label={t`Card`}>{nameOf(card)}</Fact>
        </Facts>
        <p className="text-muted text-sm">
          <Trans>
            The amount is held until it is captured. What is not captured within a week is given back.
          </Trans>
        </p>
      </Review>
    );
  }
  return (
    <form id={form.id} onSubmit={form.onSubmit} className="flex flex-col gap-5" noValidate>
      <Field
        label={t`Card`}
        hint={
          <span className="num">
            {formatAmount(card.limit)} <Trans>{card.asset} a month</Trans>
          </span>
        }
        problem={problems.card}
      >
        {(wiring) => (
          <Select {...wiring} {...text("card")}>
            {cards.map((one) => (
              <option key={one.id} value={one.id}>
                {nameOf(one)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t`Amount, ${card.asset}`} problem={problems.amount}>
        {(wiring) => (
          <AmountInput
            {...wiring}
            aria-required
            className="max-w-52 !text-lg font-medium"
            asset={card.asset}
            value={draft.amount}
            onChange={(amount) => set({ amount })}
          />
        )}
      </Field>
      <Field label={t`Merchant`} problem={problems.merchant}>
        {(wiring) => (
          <Input {...wiring} aria-required autoComplete="off" maxLength={100} {...text("merchant")} />
        )}
      </Field>
      <ReviewButton />
    </form>
  );
}

const nameOf = ({ last4, holder, asset }: Card) => `•••• ${last4} · ${holder} · ${asset}`;
