import { compare, formatAmount, isZero, subtract } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { assetsQuery } from "../../api/queries";
import { readAmount } from "../../lib/amounts";
import { useLiveBalance } from "../../live/hooks";
import { AmountInput } from "../../parts/money";
import { useAttempt } from "../../parts/use-attempt";
import type { ActFormProps } from "../../registry/program";
import { Button } from "../../ui/button";
import { Fact, Facts } from "../../ui/facts";
import { Field } from "../../ui/field";
import { Notice } from "../../ui/states";
import { Amount } from "../../ui/text";
import { dataOf, type LoanData } from "./data";
import { bankDay, mostOf, overdueOf, splitOf } from "./loan";
import { OptionCards } from "./option-cards";

type Choice = "overdue" | "all" | "part";

/** Asks how much is repaid, then shows for review what that pays. */
export function RepayForm(props: ActFormProps) {
  const loan = dataOf("loan", props.request);
  return loan && <Repayment loan={loan} {...props} />;
}

function Repayment({ loan, request, act, explain, onClose }: ActFormProps & { loan: LoanData }) {
  const { asset } = loan;
  const today = bankDay(new Date());
  const overdue = overdueOf(loan, today).amount;
  const most = mostOf(loan, today);
  const balance = useLiveBalance(`user:${request.user}`, asset);
  const scale = useQuery(assetsQuery).data?.find(({ code }) => code === asset)?.scale ?? 2;
  const [choice, setChoice] = useState<Choice>(isZero(overdue) ? "part" : "overdue");
  const [typed, setTyped] = useState("");
  const [reviewed, setReviewed] = useState<string | null>(null);
  const { busy, problem, setProblem, attempt } = useAttempt(explain);

  const options = [
    ...(isZero(overdue) ? [] : [{ value: "overdue" as const, label: t`What is overdue`, amount: overdue }]),
    { value: "all" as const, label: t`All of it`, amount: most },
    { value: "part" as const, label: t`Another amount` },
  ];

  /** The amount, or why it cannot be that. */
  function read(): { amount: string } | { problem: string } {
    const fixed = options.find(({ value }) => value === choice)?.amount;
    const given = fixed ? { ok: true as const, amount: fixed } : readAmount(typed, { code: asset, scale });
    if (!given.ok) return { problem: given.problem };
    const { amount } = given;
    if (isZero(amount)) return { problem: t`Enter an amount greater than 0.` };
    if (compare(amount, most) > 0) return { problem: t`Only ${formatAmount(most)} ${asset} are owed.` };
    if (balance && compare(amount, balance.available) > 0) {
      return { problem: t`Only ${formatAmount(balance.available)} ${asset} are available.` };
    }
    return { amount };
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (reviewed !== null) {
      return attempt(async () => {
        await act({ amount: reviewed });
        onClose();
      });
    }
    const given = read();
    setProblem("problem" in given ? given.problem : null);
    if ("amount" in given) setReviewed(given.amount);
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      {reviewed !== null ? (
        <Review loan={loan} amount={reviewed} today={today} available={balance?.available ?? null} />
      ) : (
        <>
          <OptionCards
            label={t`How much`}
            value={choice}
            options={options.map(({ value, label, amount }) => ({
              value,
              label,
              note: amount && <Amount value={amount} asset={asset} />,
            }))}
            onChange={(value) => {
              setChoice(value);
              setProblem(null);
            }}
          />
          {choice === "part" && (
            <Field
              label={t`Amount`}
              problem={problem}
              hint={
                balance && (
                  <span className="num">
                    {formatAmount(balance.available)} <Trans>{asset} available</Trans>
                  </span>
                )
              }
            >
              {(wiring) => (
                <AmountInput
                  {...wiring}
                  autoFocus={isZero(overdue)}
                  asset={asset}
                  value={typed}
                  onChange={(text) => {
                    setTyped(text);
                    setProblem(null);
                  }}
                />
              )}
            </Field>
          )}
        </>
      )}
      {problem && (reviewed !== null || choice !== "part") && (
        <Notice tone="warn" role="alert">
          {problem}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button disabled={busy} onClick={reviewed === null ? onClose : () => setReviewed(null)}>
          {reviewed === null ? t`Cancel` : t`Change`}
        </Button>
        <Button
          key={reviewed}
          type="submit"
          look="primary"
          guard={reviewed !== null}
          busy={busy}
          autoFocus={reviewed !== null}
        >
          {reviewed === null ? t`Review` : t`Repay`}
        </Button>
      </div>
    </form>
  );
}

/** Shows what the amount pays, by the bank's own rules, and what is left then. */
function Review({
  loan,
  amount,
  today,
  available,
}: {
  loan: LoanData;
  amount: string;
  today: string;
  available: string | null;
}) {
  const { asset } = loan;
  const { overdue, interest, accrued, early, owed, last } = splitOf(loan, amount, today);
  return (
    <div className="flex flex-col gap-4" data-testid="repay-review">
      <p className="font-semibold text-[1.75rem] leading-none tracking-[-0.02em]">
        <Amount value={amount} asset={asset} />
      </p>
      <Facts>
        {!isZero(overdue) && (
          <Fact label={t`For what is due`}>
            <Amount value={overdue} />
            {!isZero(interest) && (
              <span className="block text-faint text-xs">
                <Trans>
                  <Amount value={interest} /> of it interest
                </Trans>
              </span>
            )}
          </Fact>
        )}
        {!isZero(accrued) && (
          <Fact label={t`Interest of this month so far`}>
            <Amount value={accrued} />
          </Fact>
        )}
        {!isZero(early) && (
          <Fact label={t`Off what is owed, early`}>
            <Amount value={early} />
          </Fact>
        )}
        <Fact label={t`Balance afterwards`}>
          <Amount value={owed} className="font-medium" />
        </Fact>
        {available !== null && (
          <Fact label={t`Available afterwards`}>
            <Amount value={subtract(available, amount)} />
          </Fact>
        )}
      </Facts>
      <p className="text-muted text-sm">
        {last
          ? t`This pays the loan off.`
          : isZero(early)
            ? t`The instalments to come stay as they are.`
            : t`The instalments to come stay on their days and become smaller.`}
      </p>
    </div>
  );
}
