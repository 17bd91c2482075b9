import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { formatDay } from "../../lib/time";
import { Choice, Field, Input, Select } from "../../ui/field";

const SORTS = [
  { value: "promotional", label: t`Promotional` },
  { value: "paid", label: t`Paid` },
] as const;
type Sort = (typeof SORTS)[number]["value"];

/** Account from which credits of a class come. */
const SOURCES: Record<Sort, string> = { promotional: "house:promotions", paid: "house:sales" };

const ENDS = [
  { value: "days", label: t`After days` },
  { value: "date", label: t`On a day` },
  { value: "never", label: t`Never` },
] as const;
type End = (typeof ENDS)[number]["value"];

/** The places in the order of spending that staff choose between. */
const PRIORITIES = [
  { value: 10, label: t`Before all others` },
  { value: 100, label: t`As usual, the soonest to expire first` },
  { value: 1000, label: t`After all others` },
];

const DAYS_MAX = 3_650;

/** The terms of a grant as they are typed. */
export interface TermsDraft {
  sort: Sort;
  end: End;
  days: string;
  day: string;
  priority: number;
  note: string;
}

export const USUAL: TermsDraft = {
  sort: "promotional",
  end: "days",
  days: "30",
  day: "",
  priority: 100,
  note: "",
};

/** A field, and what is wrong with it. */
export interface TermsProblem {
  field: "days" | "day";
  text: string;
}

interface Terms {
  class: Sort;
  priority: number;
  lasts_s?: number;
  expires_at?: string;
  note?: string;
}

type Read = { source: string; terms: Terms } | { problem: TermsProblem };

/** The terms that a draft means, and the account from which such credits come. */
export function readTerms({ sort, end, days, day, priority, note }: TermsDraft): Read {
  const ends = endOf(end, days, day);
  if ("problem" in ends) return ends;
  const name = note.trim();
  return {
    source: SOURCES[sort],
    terms: { class: sort, priority, ...ends.terms, ...(name && { note: name }) },
  };
}

type Ends = { terms: Pick<Terms, "lasts_s" | "expires_at">; at: number | null } | { problem: TermsProblem };

/** When a grant ends, as the form says it. */
function endOf(end: End, days: string, day: string): Ends {
  if (end === "never") return { terms: {}, at: null };
  if (end === "days") {
    const count = /^\d{1,4}$/.test(days.trim()) ? Number(days) : 0;
    if (count < 1 || count > DAYS_MAX) {
      return { problem: { field: "days", text: t`Enter a number of days from 1 to ${DAYS_MAX}.` } };
    }
    return { terms: { lasts_s: count * 86_400 }, at: Date.now() + count * 86_400_000 };
  }
  // The last day counts whole, where the reader is.
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + 1);
  if (Number.isNaN(at.getTime()) || at.getTime() <= Date.now()) {
    return { problem: { field: "day", text: t`Choose a day from today on.` } };
  }
  return { terms: { expires_at: at.toISOString() }, at: at.getTime() };
}

/** The fields for the terms of a grant. */
export function TermsFields({
  draft,
  problem,
  onChange,
}: {
  draft: TermsDraft;
  problem: { field: string; text: string } | null;
  onChange: (draft: TermsDraft) => void;
}) {
  const ends = endOf(draft.end, draft.days, draft.day);
  const set =
    <Name extends keyof TermsDraft>(name: Name) =>
    (value: TermsDraft[Name]) =>
      onChange({ ...draft, [name]: value });
  return (
    <>
      <Choice label={t`Class`} value={draft.sort} options={SORTS} onChange={set("sort")} />
      <div className="flex flex-col gap-2">
        <p className="font-medium text-sm" aria-hidden>
          <Trans>Expires</Trans>
        </p>
        <Choice label={t`Expires`} value={draft.end} options={ENDS} onChange={set("end")} />
        {draft.end === "days" && (
          <Field
            label={t`Days until it expires`}
            problem={problem?.field === "days" && problem.text}
            hint={"at" in ends && ends.at ? t`On ${formatDay(ends.at)}` : undefined}
          >
            {(wiring) => (
              <Input
                {...wiring}
                className="num"
                inputMode="numeric"
                value={draft.days}
                onChange={(event) => set("days")(event.target.value)}
              />
            )}
          </Field>
        )}
        {draft.end === "date" && (
          <Field label={t`Last day`} problem={problem?.field === "day" && problem.text}>
            {(wiring) => (
              <Input
                {...wiring}
                type="date"
                value={draft.day}
                onChange={(event) => set("day")(event.target.value)}
              />
            )}
          </Field>
        )}
      </div>
      <Field label={t`Spent`}>
        {(wiring) => (
          <Select
            {...wiring}
            value={draft.priority}
            onChange={(event) => set("priority")(Number(event.target.value))}
          >
            {PRIORITIES.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t`Name (optional)`} hint={t`The person sees it with the credits: “Welcome gift”.`}>
        {(wiring) => (
          <Input
            {...wiring}
            maxLength={200}
            value={draft.note}
            onChange={(event) => set("note")(event.target.value)}
          />
        )}
      </Field>
    </>
  );
}
