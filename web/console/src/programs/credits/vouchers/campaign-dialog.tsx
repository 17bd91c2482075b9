import { type CampaignChange, type CampaignView, compare } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import { assetsQuery } from "../../../api/queries";
import { groat } from "../../../groat";
import { readAmount, typedForm } from "../../../lib/amounts";
import { toLocalField } from "../../../lib/time";
import { AmountInput, AssetSelect } from "../../../parts/money";
import { useAttempt } from "../../../parts/use-attempt";
import { Button } from "../../../ui/button";
import { Checkbox, Choice, Field, Input, TextArea } from "../../../ui/field";
import { Dialog } from "../../../ui/overlay";
import { Notice } from "../../../ui/states";
import { beginCampaign, changeCampaign, makeCodes } from "./data";
import { CAMPAIGN } from "./paths";

const SORTS = [
  { value: "shared", label: t`One code for all` },
  { value: "single", label: t`Single-use codes` },
] as const;

const GIVES = [
  { value: "grant", label: t`With an expiry` },
  { value: "plain", label: t`For ever` },
] as const;

const COUNT_MAX = 100_000;

/** Begins a campaign, or changes the rules of one. */
export function CampaignDialog({
  open,
  campaign,
  onClose,
}: {
  open: boolean;
  campaign?: CampaignView;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title={campaign ? t`Change the campaign` : t`New campaign`}
      description={campaign?.name}
      testId="campaign-dialog"
    >
      {open && <CampaignForm campaign={campaign} onClose={onClose} />}
    </Dialog>
  );
}

const dayField = (at: string | null | undefined) => (at ? toLocalField(Date.parse(at)) : "");
const momentOf = (field: string) => (field ? new Date(field).toISOString() : null);

/** A whole number from 1 on, null for an empty field, undefined for anything else. */
function countOf(typed: string): number | null | undefined {
  const text = typed.trim();
  if (text === "") return null;
  const count = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return count >= 1 ? count : undefined;
}

function CampaignForm({ campaign, onClose }: { campaign: CampaignView | undefined; onClose: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const assets = useQuery(assetsQuery).data ?? [];
  const [asset, setAsset] = useState(campaign?.asset ?? "CREDIT");
  const [name, setName] = useState(campaign?.name ?? "");
  const [note, setNote] = useState(campaign?.note ?? "");
  const [sort, setSort] = useState<"shared" | "single">("shared");
  const [code, setCode] = useState("");
  const [count, setCount] = useState("100");
  const [typed, setTyped] = useState(typedForm(campaign?.amount ?? ""));
  const terms = campaign?.grant ?? null;
  const [gives, setGives] = useState<"grant" | "plain">(campaign && terms === null ? "plain" : "grant");
  const [days, setDays] = useState(terms?.lasts_s ? String(Math.round(terms.lasts_s / 86_400)) : "30");
  const [startsAt, setStartsAt] = useState(dayField(campaign?.starts_at));
  const [endsAt, setEndsAt] = useState(dayField(campaign?.ends_at));
  const [usesMax, setUsesMax] = useState(campaign?.uses_max?.toString() ?? "");
  const [usesEach, setUsesEach] = useState(campaign ? (campaign.uses_each?.toString() ?? "") : "1");
  const [budget, setBudget] = useState(typedForm(campaign?.budget ?? ""));
  const [first, setFirst] = useState(campaign?.first_purchase ?? false);
  const [wrong, setWrong] = useState<{ field: string; text: string } | null>(null);
  const { busy, problem, attempt } = useAttempt();
  const firstId = useId();
  const scale = assets.find((item) => item.code === asset)?.scale ?? 0;
  const said = (field: string) => wrong?.field === field && wrong.text;
  // An expiry on a day is kept as it is; the form changes durations.
  const fixed = terms !== null && terms.expires_at !== null;

  function read(): CampaignChange | null {
    const no = (field: string, text: string) => {
      setWrong({ field, text });
      return null;
    };
    if (!name.trim()) return no("name", t`Give it a name: people read it in their history.`);
    const amount = readAmount(typed, { code: asset, scale });
    if (!amount.ok) return no("amount", amount.problem);
    if (compare(amount.amount, "0") === 0) return no("amount", t`Enter an amount greater than 0.`);
    const all = budget.trim() ? readAmount(budget, { code: asset, scale }) : null;
    if (all && !all.ok) return no("budget", all.problem);
    const most = countOf(usesMax);
    if (most === undefined) return no("usesMax", t`Enter a whole number, or leave it empty.`);
    const each = countOf(usesEach);
    if (each === undefined) return no("usesEach", t`Enter a whole number, or leave it empty.`);
    const lasts = countOf(days);
    if (gives === "grant" && !fixed && !lasts) return no("days", t`Enter a number of days.`);
    if (startsAt && endsAt && endsAt <= startsAt) return no("endsAt", t`It ends after it starts.`);
    const grant = {
      class: terms?.class ?? ("promotional" as const),
      priority: terms?.priority ?? 100,
      note: terms?.note ?? name.trim(),
      ...(fixed ? { expires_at: terms.expires_at } : { lasts_s: (lasts ?? 30) * 86_400 }),
    };
    setWrong(null);
    return {
      name: name.trim(),
      note: note.trim(),
      amount: amount.amount,
      grant: gives === "grant" ? grant : null,
      starts_at: momentOf(startsAt),
      ends_at: momentOf(endsAt),
      uses_max: most,
      uses_each: each,
      budget: all ? all.amount : null,
      first_purchase: first,
      active: campaign?.active ?? true,
    };
  }

  async function begin(rules: CampaignChange): Promise<void> {
    const wanted = countOf(count) ?? 0;
    const body = { ...rules, asset, ...(sort === "shared" && { code: code.trim() }) };
    const made = await groat.write(["campaign", body], (key) => beginCampaign(body, key), {
      title: t`Begin the campaign ${rules.name}`,
    });
    if (sort === "single") {
      await groat.write(["codes", made.id, wanted], (key) => makeCodes(made.id, wanted, key), {
        title: t`Make ${wanted} codes`,
      });
    }
    toast.success(t`The campaign has begun`);
    await queries.invalidateQueries({ queryKey: ["vouchers"] });
    onClose();
    await navigate({ to: CAMPAIGN, params: { id: made.id } });
  }

  async function change(before: CampaignView, rules: CampaignChange): Promise<void> {
    const body = { ...rules, version: before.version };
    await groat.write(["campaign", before.id, body], (key) => changeCampaign(before.id, body, key), {
      title: t`Change the campaign ${rules.name}`,
    });
    toast.success(t`The campaign is changed`);
    await queries.invalidateQueries({ queryKey: ["vouchers"] });
    onClose();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const wanted = countOf(count) ?? 0;
    if (!campaign && sort === "shared" && !code.trim()) {
      return setWrong({ field: "code", text: t`Enter the code that people type.` });
    }
    if (!campaign && sort === "single" && (wanted < 1 || wanted > COUNT_MAX)) {
      return setWrong({ field: "count", text: t`Enter a number from 1 to ${COUNT_MAX}.` });
    }
    const rules = read();
    if (rules) void attempt(() => (campaign ? change(campaign, rules) : begin(rules)));
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
      <Field label={t`Name`} problem={said("name")} hint={t`People read it in their history.`}>
        {(wiring) => (
          <Input
            {...wiring}
            autoFocus
            maxLength={200}
            value={name}
            onChange={(e) => setName(e.target.value)}
          />
        )}
      </Field>
      {!campaign && (
        <>
          <Choice label={t`Codes`} value={sort} options={SORTS} onChange={setSort} />
          {sort === "shared" ? (
            <Field
              label={t`Code`}
              problem={said("code")}
              hint={t`4 to 16 letters and digits, such as SPRING-26.`}
            >
              {(wiring) => (
                <Input
                  {...wiring}
                  className="num uppercase tracking-wider"
                  autoComplete="off"
                  value={code}
                  onChange={(e) => setCode(e.target.value)}
                />
              )}
            </Field>
          ) : (
            <Field label={t`How many codes`} problem={said("count")} hint={t`More can be made later.`}>
              {(wiring) => (
                <Input
                  {...wiring}
                  className="num"
                  inputMode="numeric"
                  value={count}
                  onChange={(e) => setCount(e.target.value)}
                />
              )}
            </Field>
          )}
        </>
      )}
      <div className="flex gap-2">
        <Field label={t`Each code gives`} className="flex-1" problem={said("amount")}>
          {(wiring) => <AmountInput {...wiring} asset={asset} value={typed} onChange={setTyped} />}
        </Field>
        {!campaign && (
          <Field label={t`Asset`} className="w-28">
            {(wiring) => (
              <AssetSelect
                {...wiring}
                codes={assets.length > 0 ? assets.map((one) => one.code) : [asset]}
                value={asset}
                onChange={setAsset}
              />
            )}
          </Field>
        )}
      </div>
      <Choice label={t`How long it lasts`} value={gives} options={GIVES} onChange={setGives} />
      {gives === "grant" && !fixed && (
        <Field label={t`Days from redemption to expiry`} problem={said("days")}>
          {(wiring) => (
            <Input
              {...wiring}
              className="num"
              inputMode="numeric"
              value={days}
              onChange={(e) => setDays(e.target.value)}
            />
          )}
        </Field>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t`Starts (optional)`}>
          {(wiring) => (
            <Input
              {...wiring}
              type="datetime-local"
              value={startsAt}
              onChange={(e) => setStartsAt(e.target.value)}
            />
          )}
        </Field>
        <Field label={t`Ends (optional)`} problem={said("endsAt")}>
          {(wiring) => (
            <Input
              {...wiring}
              type="datetime-local"
              value={endsAt}
              onChange={(e) => setEndsAt(e.target.value)}
            />
          )}
        </Field>
        <Field label={t`Uses in all (optional)`} problem={said("usesMax")}>
          {(wiring) => (
            <Input
              {...wiring}
              className="num"
              inputMode="numeric"
              value={usesMax}
              onChange={(e) => setUsesMax(e.target.value)}
            />
          )}
        </Field>
        <Field label={t`Uses per person`} problem={said("usesEach")} hint={t`Empty: any number.`}>
          {(wiring) => (
            <Input
              {...wiring}
              className="num"
              inputMode="numeric"
              value={usesEach}
              onChange={(e) => setUsesEach(e.target.value)}
            />
          )}
        </Field>
        <Field label={t`Budget (optional)`} problem={said("budget")} hint={t`What all together may get.`}>
          {(wiring) => <AmountInput {...wiring} asset={asset} value={budget} onChange={setBudget} />}
        </Field>
      </div>
      <div className="flex items-center gap-2.5">
        <Checkbox id={firstId} checked={first} onCheckedChange={(next) => setFirst(next === true)} />
        <label htmlFor={firstId} className="text-sm">
          <Trans>Only for people who have not bought anything yet</Trans>
        </label>
      </div>
      <Field label={t`Note for staff (optional)`}>
        {(wiring) => (
          <TextArea
            {...wiring}
            rows={2}
            maxLength={1000}
            value={note}
            onChange={(e) => setNote(e.target.value)}
          />
        )}
      </Field>
      {(problem || wrong) && (
        <Notice tone="bad" role="alert">
          {problem ?? wrong?.text}
        </Notice>
      )}
      <div className="mt-1 flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          {campaign ? t`Save` : t`Begin`}
        </Button>
      </div>
    </form>
  );
}
