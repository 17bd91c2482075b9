import { formatAmount, type RequestView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { MainBalance } from "../../live/hooks";
import { AmountInput, AssetSelect } from "../../parts/money";
import type { useDraft } from "../../requests/draft";
import { ReviewButton } from "../../requests/review";
import { Choice, Field, Input } from "../../ui/field";
import { Notice } from "../../ui/states";
import { FormSection } from "../../ui/surface";
import { RecipientFields } from "./recipient-fields";
import type { ReadTransfer, TransferDraft, When } from "./transfer";

const WHEN = [
  { value: "now", label: t`Now` },
  { value: "day", label: t({ message: "Schedule", context: "a transfer" }) },
  { value: "regularly", label: t`Repeat` },
] as const;

/** Whom, how much, when. */
export function TransferFields({
  form: { id, draft, problems, set, text, onSubmit, checking },
  saved,
  balances,
}: {
  form: ReturnType<typeof useDraft<TransferDraft, ReadTransfer>>;
  saved: readonly RequestView[];
  balances: MainBalance[];
}) {
  const balance = balances.find(({ asset }) => asset === draft.asset);
  return (
    <form id={id} onSubmit={onSubmit} className="flex flex-col gap-6" noValidate>
      <FormSection title={t`Recipient`}>
        <RecipientFields draft={draft} problems={problems} saved={saved} keeps set={set} text={text} />
      </FormSection>
      <FormSection title={t`How much`}>
        <div className="flex items-start gap-2">
          <Field
            label={t`Amount`}
            className="flex-1"
            hint={
              balance && (
                <span className="num">
                  {formatAmount(balance.available)} <Trans>{balance.asset} available</Trans>
                </span>
              )
            }
            problem={problems.amount}
          >
            {(wiring) => (
              <AmountInput
                {...wiring}
                className="!text-lg font-medium"
                asset={draft.asset}
                value={draft.amount}
                onChange={(amount) => set({ amount })}
              />
            )}
          </Field>
          <Field label={t`Asset`} className="w-28">
            {(wiring) => (
              <AssetSelect
                {...wiring}
                codes={balances.map(({ asset }) => asset)}
                value={draft.asset}
                onChange={(asset) => set({ asset })}
              />
            )}
          </Field>
        </div>
        <Field label={t`Reference (optional)`} hint={t`The recipient reads it.`}>
          {(wiring) => <Input {...wiring} autoComplete="off" maxLength={140} {...text("reference")} />}
        </Field>
      </FormSection>
      <FormSection title={t`When`}>
        <Choice label={t`When`} value={draft.when} options={WHEN} onChange={(when: When) => set({ when })} />
        {draft.when === "day" && (
          <DayField
            label={t`Day`}
            value={draft.day}
            problem={problems.day}
            onChange={(day) => set({ day })}
          />
        )}
        {draft.when === "regularly" && (
          <div className="grid gap-4 sm:grid-cols-2">
            <DayField
              label={t`First on`}
              value={draft.first}
              problem={problems.first}
              onChange={(first) => set({ first })}
            />
            <div className="flex flex-col gap-1.5">
              <span aria-hidden className="font-medium text-sm">
                <Trans>Then every</Trans>
              </span>
              <Choice
                label={t`Then every`}
                value={draft.every}
                options={[
                  { value: "week", label: t`Week` },
                  { value: "month", label: t`Month` },
                ]}
                onChange={(every) => set({ every })}
              />
            </div>
            <DayField
              label={t`Until (optional)`}
              value={draft.until}
              problem={problems.until}
              onChange={(until) => set({ until })}
            />
          </div>
        )}
      </FormSection>
      {checking.problem && (
        <Notice tone="warn" role="alert">
          {checking.problem}
        </Notice>
      )}
      <ReviewButton busy={checking.busy} />
    </form>
  );
}

function DayField({
  label,
  value,
  problem,
  onChange,
}: {
  label: string;
  value: string;
  problem: string | undefined;
  onChange: (day: string) => void;
}) {
  return (
    <Field label={label} problem={problem}>
      {(wiring) => (
        <Input
          {...wiring}
          type="date"
          className="num sm:max-w-52"
          min={new Date().toISOString().slice(0, 10)}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
