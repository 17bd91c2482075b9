import { GroatError, type PackageView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { explain } from "../../../api/problem";
import { assetsQuery } from "../../../api/queries";
import { readAmount, typedForm } from "../../../lib/amounts";
import { AmountInput, AssetSelect } from "../../../parts/money";
import { ReasonField } from "../../../parts/reason-field";
import { Button } from "../../../ui/button";
import { Field, Input } from "../../../ui/field";
import { Dialog } from "../../../ui/overlay";
import { Notice } from "../../../ui/states";
import { daysOf, putPackage, secondsOf } from "./data";

type Edited = PackageView | "new";

/** Makes a package, or changes one: what it is, another price from a day on, the end of its sale. */
export function PackageDialog({ edited, onClose }: { edited: Edited | null; onClose: () => void }) {
  return (
    <Dialog
      open={edited !== null}
      onOpenChange={(open) => !open && onClose()}
      title={edited === "new" ? t`New package` : t`Edit package`}
      description={edited && edited !== "new" ? edited.name : undefined}
      testId="package-dialog"
    >
      {edited && <PackageForm item={edited === "new" ? null : edited} onClose={onClose} />}
    </Dialog>
  );
}

type FieldName = "id" | "name" | "credits" | "days" | "price" | "from" | "to" | "form";

function PackageForm({ item, onClose }: { item: PackageView | null; onClose: () => void }) {
  const queries = useQueryClient();
  const assets = useQuery(assetsQuery).data ?? [];
  const [draft, setDraft] = useState({
    id: item?.id ?? "",
    name: item?.name ?? "",
    description: item?.description ?? "",
    credits: item ? typedForm(item.credits) : "",
    asset: item?.asset ?? "CREDIT",
    days: String(daysOf(item?.lasts_s ?? null) ?? ""),
    price: "",
    currency: item?.prices[0]?.currency ?? "USD",
    from: "",
    to: item?.active_to ? item.active_to.slice(0, 10) : "",
    reason: "",
  });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ field: FieldName; text: string } | null>(null);
  const said = (field: FieldName) => problem?.field === field && problem.text;
  const text = (name: keyof typeof draft) => ({
    value: draft[name],
    onChange: (event: { target: { value: string } }) => set(name)(event.target.value),
  });
  function set(name: keyof typeof draft) {
    return (value: string) => {
      setDraft((before) => ({ ...before, [name]: value }));
      setProblem(null);
    };
  }
  const scaleOf = (code: string) => assets.find((asset) => asset.code === code)?.scale ?? 0;
  const codes = assets.length > 0 ? assets.map(({ code }) => code) : [draft.asset, draft.currency];

  /** The package as it is sent, or the first thing that is wrong. */
  function read(): { input: Record<string, unknown> } | { field: FieldName; text: string } {
    if (!item && !/^[a-z0-9][a-z0-9._-]{0,63}$/.test(draft.id)) {
      return { field: "id", text: t`Lower-case letters, digits, and . _ - within it.` };
    }
    if (!draft.name.trim()) return { field: "name", text: t`Give it a name.` };
    const credits = readAmount(draft.credits, { code: draft.asset, scale: scaleOf(draft.asset) });
    if (!credits.ok) return { field: "credits", text: credits.problem };
    const days = draft.days.trim();
    if (days && !/^[1-9]\d{0,3}$/.test(days)) return { field: "days", text: t`Enter a number of days.` };
    const prices: Record<string, unknown>[] = (item?.prices ?? []).map((price) => ({ ...price }));
    if (draft.price.trim() || !item) {
      const price = readAmount(draft.price, { code: draft.currency, scale: scaleOf(draft.currency) });
      if (!price.ok) return { field: "price", text: price.problem };
      const from = draft.from ? new Date(`${draft.from}T00:00`) : null;
      if (from && !(from.getTime() > Date.now())) {
        return { field: "from", text: t`Choose a day to come, or none for now.` };
      }
      prices.push({
        amount: price.amount,
        currency: draft.currency,
        ...(from && { from: from.toISOString() }),
      });
    }
    const input = {
      name: draft.name.trim(),
      description: draft.description.trim(),
      credits: credits.amount,
      asset: draft.asset,
      class: item?.class ?? "paid",
      lasts_s: days ? secondsOf(Number(days)) : null,
      priority: item?.priority ?? 100,
      prices,
      active_from: item?.active_from ?? null,
      active_to: draft.to ? new Date(`${draft.to}T00:00`).toISOString() : null,
      pay_within_s: item?.pay_within_s ?? secondsOf(7),
      place: item?.place ?? 100,
      version: item?.version ?? 0,
      reason: draft.reason.trim(),
    };
    return { input };
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    const reading = read();
    if (!("input" in reading)) return setProblem(reading);
    setBusy(true);
    try {
      await putPackage(draft.id, reading.input);
      toast.success(item ? t`Package changed` : t`Package made`, { id: `package-${draft.id}` });
      await queries.invalidateQueries({ queryKey: ["credit-packages"] });
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
      {!item && (
        <Field label={t`Id`} hint={t`A word for programs, such as “starter”.`} problem={said("id")}>
          {(wiring) => <Input {...wiring} autoFocus maxLength={64} {...text("id")} />}
        </Field>
      )}
      <Field label={t`Name`} problem={said("name")}>
        {(wiring) => <Input {...wiring} maxLength={100} {...text("name")} />}
      </Field>
      <Field label={t`Description (optional)`}>
        {(wiring) => <Input {...wiring} maxLength={500} {...text("description")} />}
      </Field>
      <div className="flex gap-2">
        <Field label={t`Credits`} className="flex-1" problem={said("credits")}>
          {(wiring) => (
            <AmountInput {...wiring} asset={draft.asset} value={draft.credits} onChange={set("credits")} />
          )}
        </Field>
        <Field label={t`Asset`} className="w-28">
          {(wiring) => <AssetSelect {...wiring} codes={codes} value={draft.asset} onChange={set("asset")} />}
        </Field>
      </div>
      <Field label={t`Days until they expire`} hint={t`Empty: never.`} problem={said("days")}>
        {(wiring) => <Input {...wiring} className="num" inputMode="numeric" {...text("days")} />}
      </Field>
      <div className="flex gap-2">
        <Field
          label={item ? t`Another price` : t`Price`}
          className="flex-1"
          hint={item ? t`Prices that hold or held stay in the list.` : undefined}
          problem={said("price")}
        >
          {(wiring) => (
            <AmountInput {...wiring} asset={draft.currency} value={draft.price} onChange={set("price")} />
          )}
        </Field>
        <Field label={t`Currency`} className="w-28">
          {(wiring) => (
            <AssetSelect {...wiring} codes={codes} value={draft.currency} onChange={set("currency")} />
          )}
        </Field>
      </div>
      <Field label={t`Price from (optional)`} hint={t`Empty: from now on.`} problem={said("from")}>
        {(wiring) => <Input {...wiring} type="date" {...text("from")} />}
      </Field>
      <Field label={t`Sold until (optional)`} problem={said("to")}>
        {(wiring) => <Input {...wiring} type="date" {...text("to")} />}
      </Field>
      <ReasonField
        label={t`Reason (optional)`}
        hint={t`The audit log keeps it, with what was before and after.`}
        value={draft.reason}
        onChange={set("reason")}
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
          {item ? t`Save` : t`Make package`}
        </Button>
      </div>
    </form>
  );
}
