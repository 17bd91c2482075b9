import { compare, formatAmount, GroatError } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { explain } from "../../api/problem";
import { assetsQuery } from "../../api/queries";
import { groat } from "../../groat";
import { readAmount } from "../../lib/amounts";
import { formatDay } from "../../lib/time";
import { AmountInput, AssetSelect } from "../../parts/money";
import { ReasonField } from "../../parts/reason-field";
import { Button } from "../../ui/button";
import { Choice, Field, Input, Select } from "../../ui/field";
import { Dialog } from "../../ui/overlay";
import { Notice } from "../../ui/states";

interface Target {
  account: string;
  asset: string;
  name: string;
}

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

/** Grants credits with terms to one account. */
export function GiveDialog({ target, onClose }: { target: Target | null; onClose: () => void }) {
  return (
    <Dialog
      open={target !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t`Grant credits`}
      description={target ? `${target.name} · ${target.account}` : undefined}
      testId="give-dialog"
    >
      {target && <GiveForm target={target} onClose={onClose} />}
    </Dialog>
  );
}

interface Problem {
  field: "amount" | "days" | "day" | "reason" | "form";
  text: string;
}

function GiveForm({ target, onClose }: { target: Target; onClose: () => void }) {
  const queries = useQueryClient();
  const assets = useQuery(assetsQuery).data ?? [];
  const [asset, setAsset] = useState(target.asset);
  const [typed, setTyped] = useState("");
  const [sort, setSort] = useState<Sort>("promotional");
  const [end, setEnd] = useState<End>("days");
  const [days, setDays] = useState("30");
  const [day, setDay] = useState("");
  const [priority, setPriority] = useState(100);
  const [note, setNote] = useState("");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const scale = assets.find((item) => item.code === asset)?.scale ?? 0;
  const read = readAmount(typed, { code: asset, scale });
  const ends = endOf(end, days, day);

  function changed<Value>(set: (value: Value) => void) {
    return (value: Value) => {
      set(value);
      setProblem(null);
    };
  }
  const said = (field: Problem["field"]) => problem?.field === field && problem.text;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    if (!read.ok) return setProblem({ field: "amount", text: read.problem });
    if (compare(read.amount, "0") === 0) {
      return setProblem({ field: "amount", text: t`Enter an amount greater than 0.` });
    }
    if ("problem" in ends) return setProblem(ends.problem);
    const text = reason.trim();
    if (!text)
      return setProblem({ field: "reason", text: t`Say why: the person and the audit log will read it.` });
    setProblem(null);
    setBusy(true);
    const posting = {
      source: SOURCES[sort],
      destination: target.account,
      amount: read.amount,
      asset,
      grant: { class: sort, priority, ...ends.terms, ...(note.trim() && { note: note.trim() }) },
    };
    try {
      await groat.write(
        ["grant", posting, text],
        (key, api) => api.post({ postings: [posting], reason: text }, { key }),
        { title: t`Grant ${formatAmount(read.amount)} ${asset} to ${target.name}` },
      );
      toast.success(t`${formatAmount(read.amount)} ${asset} granted to ${target.name}`);
      await Promise.all(
        [["users"], ["user"], ["account", target.account], ["grants"]].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      );
      onClose();
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      setProblem({ field: "form", text: explain(error) });
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <div className="flex gap-2">
        <Field label={t`Amount`} className="flex-1" problem={said("amount")}>
          {(wiring) => (
            <AmountInput {...wiring} autoFocus asset={asset} value={typed} onChange={changed(setTyped)} />
          )}
        </Field>
        <Field label={t`Asset`} className="w-28">
          {(wiring) => (
            <AssetSelect
              {...wiring}
              codes={assets.length > 0 ? assets.map(({ code }) => code) : [asset]}
              value={asset}
              onChange={changed(setAsset)}
            />
          )}
        </Field>
      </div>
      <Choice label={t`Class`} value={sort} options={SORTS} onChange={changed(setSort)} />
      <div className="flex flex-col gap-2">
        <p className="font-medium text-sm" aria-hidden>
          <Trans>Expires</Trans>
        </p>
        <Choice label={t`Expires`} value={end} options={ENDS} onChange={changed(setEnd)} />
        {end === "days" && (
          <Field
            label={t`Days until it expires`}
            problem={said("days")}
            hint={"at" in ends && ends.at ? t`On ${formatDay(ends.at)}` : undefined}
          >
            {(wiring) => (
              <Input
                {...wiring}
                className="num"
                inputMode="numeric"
                value={days}
                onChange={(event) => changed(setDays)(event.target.value)}
              />
            )}
          </Field>
        )}
        {end === "date" && (
          <Field label={t`Last day`} problem={said("day")}>
            {(wiring) => (
              <Input
                {...wiring}
                type="date"
                value={day}
                onChange={(event) => changed(setDay)(event.target.value)}
              />
            )}
          </Field>
        )}
      </div>
      <Field label={t`Spent`}>
        {(wiring) => (
          <Select
            {...wiring}
            value={priority}
            onChange={(event) => changed(setPriority)(Number(event.target.value))}
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
            value={note}
            onChange={(event) => changed(setNote)(event.target.value)}
          />
        )}
      </Field>
      <ReasonField
        hint={t`The person reads it, and the audit log keeps it.`}
        problem={said("reason")}
        value={reason}
        onChange={changed(setReason)}
      />
      {problem?.field === "form" && (
        <Notice tone="bad" role="alert">
          {problem.text}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          {read.ok ? t`Grant ${formatAmount(read.amount)}` : t`Grant`}
        </Button>
      </div>
    </form>
  );
}

type Ends = { terms: { lasts_s?: number; expires_at?: string }; at: number | null } | { problem: Problem };

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
