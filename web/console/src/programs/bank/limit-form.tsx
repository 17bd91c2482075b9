import { compare, formatAmount, isZero } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { assetsQuery } from "../../api/queries";
import { readAmount } from "../../lib/amounts";
import { usePerson } from "../../live/hooks";
import { AmountInput } from "../../parts/money";
import { useAttempt } from "../../parts/use-attempt";
import type { ActFormProps } from "../../registry/program";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { dataOf, spentNow } from "./data";
import { Usage } from "./pieces";

/** Changes a card's monthly limit: its holder may lower it, staff may set it. */
export function LimitForm({ request, act, explain, onClose }: ActFormProps) {
  const card = dataOf("card", request);
  const own = usePerson().user === request.user;
  const scale = useQuery(assetsQuery).data?.find(({ code }) => code === card?.asset)?.scale ?? 2;
  const [typed, setTyped] = useState("");
  const { busy, problem, setProblem, attempt } = useAttempt(explain);
  if (!card) return null;
  const { limit, asset } = card;
  const spent = spentNow(card, new Date());
  const wanted = readAmount(typed, { code: asset, scale });
  const exceeded = wanted.ok && !isZero(wanted.amount) && compare(wanted.amount, spent) <= 0;

  async function submit(event: FormEvent) {
    event.preventDefault();
    const read = readAmount(typed, { code: asset, scale });
    if (!read.ok) return setProblem(read.problem);
    if (isZero(read.amount))
      return setProblem(t`Enter an amount greater than 0; freeze the card to stop all payments.`);
    if (own && compare(read.amount, limit) > 0) {
      return setProblem(t`Only the bank can set more than ${formatAmount(limit)} ${asset}.`);
    }
    return attempt(async () => {
      await act({ limit: read.amount });
      onClose();
    });
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <Usage card={card} />
      <Field
        label={t`New limit, ${asset} a month`}
        hint={
          <span className="num">
            {exceeded
              ? t`${formatAmount(spent)} ${asset} are spent already: it can pay again next month.`
              : own && t`You can lower it; only the bank can raise it again.`}
          </span>
        }
        problem={problem}
      >
        {(wiring) => (
          <AmountInput
            {...wiring}
            autoFocus
            asset={asset}
            value={typed}
            onChange={(amount) => {
              setTyped(amount);
              setProblem(null);
            }}
          />
        )}
      </Field>
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          <Trans>Set limit</Trans>
        </Button>
      </div>
    </form>
  );
}
