import { formatAmount, isZero, subtract } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { assetsQuery } from "../../api/queries";
import { useKind } from "../../api/requests";
import { typedForm } from "../../lib/amounts";
import { useMainBalances, usePerson } from "../../live/hooks";
import { AmountInput } from "../../parts/money";
import type { FormProps } from "../../registry/program";
import { useDraft } from "../../requests/draft";
import { thresholdOf } from "../../requests/kinds";
import { Review, ReviewButton } from "../../requests/review";
import { Button } from "../../ui/button";
import { Fact } from "../../ui/facts";
import { Field, Input } from "../../ui/field";
import { Amount } from "../../ui/text";
import { BTC, readWithdrawal, type Withdrawal } from "./bitcoin";
import { spaced } from "./data";

/** Asks for amount and destination, then shows them for review before filing. */
export function WithdrawForm({ owner, act, send }: Pick<FormProps, "owner" | "act" | "send">) {
  const own = usePerson().user === owner;
  const scale = useQuery(assetsQuery).data?.find(({ code }) => code === BTC)?.scale ?? 8;
  const available = useMainBalances(owner)?.find(({ asset }) => asset === BTC)?.available ?? null;
  const form = useDraft<Withdrawal, Withdrawal>(
    { amount: "", address: "" },
    {
      read: (draft) => readWithdrawal(draft, scale, available),
      send: (withdrawal) => send({ ...withdrawal, asset: BTC }),
      fieldOf: ({ code }) =>
        code === "address_wrong" ? "address" : code === "insufficient_funds" ? "amount" : null,
    },
  );
  const { draft, problems, set, text, review } = form;

  if (review.reviewed) {
    return (
      <Review review={review} act={act}>
        <Summary withdrawal={review.reviewed} available={available} own={own} />
      </Review>
    );
  }
  return (
    <form id={form.id} onSubmit={form.onSubmit} className="flex flex-col gap-4" noValidate>
      <Field
        label={t`Amount`}
        hint={
          available !== null && (
            <span className="num">
              {formatAmount(available)} <Trans>{BTC} available</Trans>
            </span>
          )
        }
        problem={problems.amount}
      >
        {(wiring) => (
          <span className="flex gap-2">
            <AmountInput
              {...wiring}
              autoFocus
              asset={BTC}
              value={draft.amount}
              onChange={(amount) => set({ amount })}
            />
            {available !== null && !isZero(available) && (
              <Button onClick={() => set({ amount: typedForm(available) })}>
                <Trans>All</Trans>
              </Button>
            )}
          </span>
        )}
      </Field>
      <Field label={t`To address`} problem={problems.address}>
        {(wiring) => (
          <Input
            {...wiring}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="font-mono !text-sm"
            {...text("address")}
          />
        )}
      </Field>
      <ReviewButton />
    </form>
  );
}

function Summary({
  withdrawal: { amount, address },
  available,
  own,
}: {
  withdrawal: Withdrawal;
  available: string | null;
  own: boolean;
}) {
  const threshold = thresholdOf(useKind("bitcoin_transaction"), { amount, asset: BTC });
  return (
    <>
      <p className="font-semibold text-[1.75rem] leading-none tracking-[-0.02em]">
        <Amount value={amount} asset={BTC} />
      </p>
      <div className="rounded-lg border border-line text-sm">
        <div className="border-line border-b px-3.5 py-2.5">
          <p className="text-muted">
            <Trans>To, please compare it with where you have it from</Trans>
          </p>
          <p className="mt-1 font-mono text-[0.8125rem] leading-6">{spaced(address)}</p>
        </div>
        <dl className="divide-y divide-line">
          {available !== null && (
            <Fact label={t`Available afterwards`}>
              <Amount value={subtract(available, amount)} />
            </Fact>
          )}
          <Fact label={t`Network's fee`}>
            <Trans>paid by the bank</Trans>
          </Fact>
        </dl>
      </div>
      <p className="text-muted text-sm">
        {threshold
          ? t`It is held until two people have approved it.`
          : t`It is held until somebody has approved it.`}{" "}
        {own
          ? t`Once sent, it can’t be reversed; if it fails, you get the money back.`
          : t`Once sent, it can’t be reversed; if it fails, its owner gets the money back.`}
      </p>
    </>
  );
}
