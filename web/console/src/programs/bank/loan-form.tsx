import { formatAmount } from "@groat/client";
import { useRequests } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { PAGE_SIZE } from "../../api/queries";
import { typedForm } from "../../lib/amounts";
import { countMonths } from "../../lib/counted";
import { usePerson } from "../../live/hooks";
import { AmountInput, AssetSelect } from "../../parts/money";
import type { FormProps } from "../../registry/program";
import { useDraft } from "../../requests/draft";
import { fieldsOf } from "../../requests/fields";
import { asksFor, FILE, thresholdOf, transitionOf } from "../../requests/kinds";
import { Review, ReviewButton } from "../../requests/review";
import { Fact, Facts } from "../../ui/facts";
import { Field, Input } from "../../ui/field";
import { FormSection } from "../../ui/surface";
import { Amount } from "../../ui/text";
import { fieldOf, type LoanDraft, type Months, type ReadLoan, readLoan } from "./applications";
import { useAssetChoice } from "./asset-choice";
import { dataOf } from "./data";
import { LoanPreview } from "./loan-preview";

const FIELDS = ["amount", "asset", "months", "purpose"] as const;

/** Asks for amount and term, with the cost at a rate; then shows all of it for review. */
export function LoanForm({ kind, owner, act, send }: FormProps) {
  const own = usePerson().user === owner;
  const { assets, codes, first, balanceOf } = useAssetChoice(owner);
  const lastRate = useLastRate(owner);
  const months = monthsOf(kind);
  const read = (draft: LoanDraft) => readLoan(draft, assets, months);
  const form = useDraft<LoanDraft, ReadLoan>(
    { amount: "", asset: first, months: "", purpose: "", rate: typedForm(lastRate) },
    {
      read,
      send: ({ data }) => send(data),
      fieldOf: (error) => fieldOf(error, FIELDS, "amount"),
    },
  );
  const { draft, problems, set, text, review } = form;

  if (review.reviewed) {
    const { data, plan } = review.reviewed;
    const threshold = thresholdOf(kind, data);
    return (
      <Review review={review} act={act}>
        <div>
          <h2 className="text-muted text-sm">{own ? t`You apply for` : t`Application for`}</h2>
          <p className="mt-1 font-semibold text-3xl leading-tight tracking-[-0.02em]">
            <Amount value={data.amount} asset={data.asset} />
          </p>
          <p className="mt-1 text-muted">
            <Trans>
              to be paid back over <span className="font-medium text-ink">{countMonths(data.months)}</span>
            </Trans>
          </p>
        </div>
        <Facts>
          {data.purpose && <Fact label={t`Purpose`}>{data.purpose}</Fact>}
          <Fact label={t`Every month`}>
            <Amount value={plan.rows[0]?.payment ?? "0"} asset={data.asset} />
            <span className="block text-faint text-xs">
              {plan.rate ? t`at ${typedForm(plan.rate)} % a year` : t`without interest`}
            </span>
          </Fact>
          {plan.rate && (
            <Fact label={t`Interest in all`}>
              <Amount value={plan.interest} asset={data.asset} />
            </Fact>
          )}
        </Facts>
        <p className="text-muted text-sm">
          {own
            ? t`The bank decides, and sets the rate; what it grants is paid out at once. Until then you can cancel.`
            : t`The bank decides, and sets the rate; what it grants is paid out at once. Until then the borrower can cancel.`}
          {threshold && t` From ${formatAmount(threshold)} ${data.asset} on, two people must approve.`}
        </p>
      </Review>
    );
  }
  const reading = read(draft);
  const balance = balanceOf(draft.asset);
  return (
    <form id={form.id} onSubmit={form.onSubmit} className="flex flex-col gap-6" noValidate>
      <FormSection title={t`The loan`}>
        <div className="flex items-start gap-2">
          <Field
            label={t`Amount`}
            className="flex-1"
            hint={
              <span className="num">
                {own ? t`Paid out to your main account` : t`Paid out to the main account`}
                {balance && t`, now ${formatAmount(balance.balance)} ${draft.asset}`}.
              </span>
            }
            problem={problems.amount}
          >
            {(wiring) => (
              <AmountInput
                {...wiring}
                autoFocus
                aria-required
                className="!text-lg font-medium"
                asset={draft.asset}
                value={draft.amount}
                onChange={(amount) => set({ amount })}
              />
            )}
          </Field>
          <Field label={t`Asset`} className="w-28" problem={problems.asset}>
            {(wiring) => (
              <AssetSelect
                {...wiring}
                codes={codes}
                value={draft.asset}
                onChange={(asset) => set({ asset })}
              />
            )}
          </Field>
        </div>
        <Field label={t`Months`} hint={t`${months.min} to ${months.max}`} problem={problems.months}>
          {(wiring) => (
            <Input
              {...wiring}
              aria-required
              className="num max-w-40"
              inputMode="numeric"
              autoComplete="off"
              {...text("months")}
            />
          )}
        </Field>
        <Field label={t`Purpose (optional)`} problem={problems.purpose}>
          {(wiring) => <Input {...wiring} autoComplete="off" maxLength={200} {...text("purpose")} />}
        </Field>
      </FormSection>
      <FormSection title={t`What it would cost`}>
        <Field
          label={t`Estimated annual rate (%)`}
          hint={
            lastRate
              ? own
                ? t`Your last loan had ${typedForm(lastRate)} %. The bank sets the rate of this one when it approves.`
                : t`The last loan had ${typedForm(lastRate)} %. The bank sets the rate of this one when it approves.`
              : t`The bank sets the rate when it approves: try some.`
          }
          problem={reading.ok ? undefined : reading.problems.rate}
        >
          {(wiring) => (
            <Input
              {...wiring}
              className="num max-w-40"
              inputMode="decimal"
              autoComplete="off"
              {...text("rate")}
            />
          )}
        </Field>
        <LoanPreview plan={reading.ok ? reading.read.plan : null} asset={draft.asset} />
      </FormSection>
      <ReviewButton />
    </form>
  );
}

/** The rate of the newest of a person's loans that has one; "" for none. */
function useLastRate(user: string): string {
  const rates = useRequests({ kind: "loan", user }, { limit: PAGE_SIZE }).items.map(
    (request) => dataOf("loan", request)?.rate,
  );
  return rates.find(Boolean) ?? "";
}

/** Over how many months a loan of this kind may run. */
function monthsOf(kind: FormProps["kind"]): Months {
  const filing = transitionOf(kind, FILE);
  const fields = filing ? asksFor(filing) : fieldsOf(kind.schema);
  const input = fields.find(({ name }) => name === "months")?.input;
  const { min = null, max = null } = input?.type === "number" ? input : {};
  return { min: min ?? 1, max: max ?? 1200 };
}
