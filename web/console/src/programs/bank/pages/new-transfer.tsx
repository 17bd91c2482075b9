import { compare, formatAmount, GroatError, type KindView, type RequestView, subtract } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowRight, ChevronLeft, Landmark, UserRound, Wallet } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { explain } from "../../../api/problem";
import { assetsQuery, configQuery } from "../../../api/queries";
import { requestsQuery } from "../../../api/requests";
import { groat } from "../../../groat";
import { cx } from "../../../lib/cx";
import { useOwnBalances, usePerson } from "../../../live/hooks";
import { Fact } from "../../../parts/entry-sheet";
import { AmountInput, AssetSelect } from "../../../parts/money";
import { thresholdOf, toastId } from "../../../requests/kinds";
import { OfKind } from "../../../requests/of-kind";
import { Review, ReviewButton } from "../../../requests/review";
import { useFile } from "../../../requests/use-file";
import { Checkbox, Choice, Field, Input } from "../../../ui/field";
import { EmptyState, ErrorState, Notice, Skeleton } from "../../../ui/states";
import { Card, FormSection, Initial, PageHeader } from "../../../ui/surface";
import { Amount } from "../../../ui/text";
import { dataOf, spaced } from "../data";
import { type Reading, useDraft } from "../draft";
import { TRANSFERS } from "../paths";
import { Day } from "../pieces";
import { To } from "../recipient";
import {
  EMPTY_TRANSFER,
  fieldOf,
  type ReadTransfer,
  readTransfer,
  type TransferDraft,
  type Way,
  type When,
} from "../transfer";

const WHEN = [
  { value: "now", label: "Now" },
  { value: "day", label: "Schedule" },
  { value: "regularly", label: "Repeat" },
] as const;

/** Money to somebody: whom, how much, when; then all of it once more before it is sent. */
export function NewTransferPage() {
  const me = usePerson().user;
  const saved = useInfiniteQuery(requestsQuery({ kind: "beneficiary", state: "active", user: me }));
  const balances = useOwnBalances();
  const ready = useLive((state) => state.phase === "ready");
  return (
    <>
      <PageHeader
        title="Send money"
        crumb={
          <Link
            to={TRANSFERS}
            className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink"
          >
            <ChevronLeft className="size-4" aria-hidden /> Transfers
          </Link>
        }
      />
      <div className="max-w-xl">
        <OfKind name="transfer">
          {(kind) =>
            saved.isPending || (balances.length === 0 && !ready) ? (
              <Skeleton className="h-96 w-full !rounded-xl" />
            ) : saved.data === undefined ? (
              <Card>
                <ErrorState error={saved.error} onRetry={() => void saved.refetch()} />
              </Card>
            ) : balances.length === 0 ? (
              <Card>
                <EmptyState icon={<Wallet aria-hidden />} title="Nothing to send yet">
                  As soon as there is something on your account, you can send it from here.
                </EmptyState>
              </Card>
            ) : (
              <Card className="p-4 sm:p-6">
                <TransferForm kind={kind} saved={saved.data.pages.flatMap((page) => page.items)} />
              </Card>
            )
          }
        </OfKind>
      </div>
    </>
  );
}

function TransferForm({ kind, saved }: { kind: KindView; saved: RequestView[] }) {
  const { to = "" } = useSearch({ strict: false }) as { to?: string };
  const navigate = useNavigate();
  const me = usePerson().user;
  const config = useQuery(configQuery).data;
  const balances = useOwnBalances();
  const known = saved.some(({ id }) => id === to);
  const usual = Object.keys(kind.thresholds).find((code) => balances.some(({ asset }) => asset === code));
  // Later news do not change the values that the form began with.
  const [first] = useState<TransferDraft>({
    ...EMPTY_TRANSFER,
    way: saved.length > 0 ? "saved" : "user",
    saved: known ? to : "",
    asset: usual ?? balances[0]?.asset ?? "",
  });
  const assets = useQuery(assetsQuery).data ?? [];
  const { file } = useFile();
  const kept = useRef<{ number: string; id: string } | null>(null);

  function read(draft: TransferDraft): Reading<TransferDraft, ReadTransfer> {
    const reading = readTransfer(draft, assets, new Date().toISOString().slice(0, 10));
    if (!reading.ok) return reading;
    const { amount = "0", on } = reading.read.data;
    const balance = balances.find(({ asset }) => asset === draft.asset);
    // A transfer for today is held at once, so the money must be there; a later day may bring it.
    if (balance && reading.read.kind === "transfer" && !on && compare(amount, balance.available) > 0) {
      const problem = `Only ${formatAmount(balance.available)} ${draft.asset} are available.`;
      return { ok: false, problems: { amount: problem } };
    }
    return reading;
  }
  async function send({ kind: name, data, keep }: ReadTransfer) {
    if (keep) {
      if (kept.current?.number !== keep.external) {
        const { id } = await file("beneficiary", keep);
        kept.current = { number: keep.external, id };
      }
      const { external: _external, name: _name, ...rest } = data;
      data = { ...rest, beneficiary: kept.current.id };
    }
    const request = await file(name, data);
    toast.success(name === "transfer" ? "Transfer submitted" : "Standing order set up", {
      id: toastId(request),
      description: `${formatAmount(data.amount ?? "")} ${data.asset}`,
    });
    await navigate({ to: "/requests/$kind/$id", params: { kind: request.kind, id: request.id } });
  }
  /** The name of whoever gets it is read before anything is sent. */
  async function check(
    found: ReadTransfer,
    { way }: TransferDraft,
  ): Promise<Reading<TransferDraft, ReadTransfer>> {
    if (way !== "user" || config?.people_found_by === "") return { ok: true, read: found };
    try {
      const to = await groat.api.recipient(found.data.user ?? "");
      if (to.user === me) return { ok: false, problems: { user: "Enter somebody else: this is you." } };
      return { ok: true, read: { ...found, to, data: { ...found.data, user: to.user } } };
    } catch (error) {
      if (!(error instanceof GroatError) || error.code !== "user_not_found") throw error;
      return { ok: false, problems: { user: explain(error) } };
    }
  }
  const form = useDraft<TransferDraft, ReadTransfer>(first, {
    read,
    check,
    send,
    fieldOf: ({ code }, { way, when }) => fieldOf(code, way, when),
  });
  const { reviewed } = form.review;

  if (reviewed) {
    return (
      <Review review={form.review} act={reviewed.kind === "transfer" ? "Send" : "Set up"}>
        <Summary kind={kind} read={reviewed} saved={saved} />
      </Review>
    );
  }
  return <Fill form={form} saved={saved} />;
}

function Fill({
  form: { id, draft, problems, set, onSubmit, checking },
  saved,
}: {
  form: ReturnType<typeof useDraft<TransferDraft, ReadTransfer>>;
  saved: RequestView[];
}) {
  const balances = useOwnBalances();
  const balance = balances.find(({ asset }) => asset === draft.asset);
  const ways: { value: Way; label: string }[] = [
    ...(saved.length > 0 ? [{ value: "saved" as const, label: "Saved" }] : []),
    { value: "user", label: "groat user" },
    { value: "bank", label: "Another bank" },
  ];
  return (
    <form id={id} onSubmit={onSubmit} className="flex flex-col gap-6" noValidate>
      <FormSection title="Recipient">
        <Choice label="Recipient" value={draft.way} options={ways} onChange={(way) => set({ way })} />
        {draft.way === "saved" && (
          <SavedChoice
            saved={saved}
            value={draft.saved}
            problem={problems.saved}
            onPick={(picked) => set({ saved: picked })}
          />
        )}
        {draft.way === "user" && (
          <Field label="Id or e-mail address" problem={problems.user}>
            {(wiring) => (
              <Input
                {...wiring}
                autoCapitalize="none"
                autoComplete="off"
                spellCheck={false}
                value={draft.user}
                onChange={(event) => set({ user: event.target.value })}
              />
            )}
          </Field>
        )}
        {draft.way === "bank" && (
          <>
            <Field label="Account number or IBAN" problem={problems.number}>
              {(wiring) => (
                <Input
                  {...wiring}
                  className="num"
                  autoCapitalize="characters"
                  autoComplete="off"
                  spellCheck={false}
                  value={draft.number}
                  onChange={(event) => set({ number: event.target.value })}
                />
              )}
            </Field>
            <Field label="Name of the holder" problem={problems.name}>
              {(wiring) => (
                <Input
                  {...wiring}
                  autoComplete="off"
                  maxLength={100}
                  value={draft.name}
                  onChange={(event) => set({ name: event.target.value })}
                />
              )}
            </Field>
            {/* biome-ignore lint/a11y/noLabelWithoutControl: the checkbox is in it */}
            <label className="flex items-center gap-3 text-sm">
              <Checkbox checked={draft.keep} onCheckedChange={(checked) => set({ keep: checked === true })} />
              Save for another time
            </label>
          </>
        )}
      </FormSection>
      <FormSection title="How much">
        <div className="flex items-start gap-2">
          <Field
            label="Amount"
            className="flex-1"
            hint={
              balance && (
                <span className="num">
                  {formatAmount(balance.available)} {balance.asset} available
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
          <Field label="Asset" className="w-28">
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
        <Field label="Reference (optional)" hint="The recipient reads it.">
          {(wiring) => (
            <Input
              {...wiring}
              autoComplete="off"
              maxLength={140}
              value={draft.reference}
              onChange={(event) => set({ reference: event.target.value })}
            />
          )}
        </Field>
      </FormSection>
      <FormSection title="When">
        <Choice label="When" value={draft.when} options={WHEN} onChange={(when: When) => set({ when })} />
        {draft.when === "day" && (
          <DayField label="Day" value={draft.day} problem={problems.day} onChange={(day) => set({ day })} />
        )}
        {draft.when === "regularly" && (
          <div className="grid gap-4 sm:grid-cols-2">
            <DayField
              label="First on"
              value={draft.first}
              problem={problems.first}
              onChange={(first) => set({ first })}
            />
            <div className="flex flex-col gap-1.5">
              <span aria-hidden className="font-medium text-sm">
                Then every
              </span>
              <Choice
                label="Then every"
                value={draft.every}
                options={[
                  { value: "week", label: "Week" },
                  { value: "month", label: "Month" },
                ]}
                onChange={(every) => set({ every })}
              />
            </div>
            <DayField
              label="Until (optional)"
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

/** Saved recipients, as rows to choose from. */
function SavedChoice({
  saved,
  value,
  problem,
  onPick,
}: {
  saved: RequestView[];
  value: string;
  problem: string | undefined;
  onPick: (id: string) => void;
}) {
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">Saved recipient</legend>
      <div className="scroll-quiet max-h-64 divide-y divide-line overflow-y-auto rounded-lg border border-line">
        {saved.map((request, index) => {
          const to = dataOf("beneficiary", request);
          if (!to) return null;
          const chosen = request.id === value;
          return (
            <label
              key={request.id}
              className={cx(
                "relative flex cursor-pointer items-center gap-3 px-3.5 py-2.5 has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:-outline-offset-2",
                chosen ? "bg-accent-soft" : "hover:bg-hover",
              )}
            >
              <input
                type="radio"
                name="saved"
                className="absolute inset-0 cursor-pointer opacity-0"
                checked={chosen}
                aria-invalid={problem && index === 0 ? true : undefined}
                onChange={() => onPick(request.id)}
              />
              <Initial name={to.name || to.user} />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium text-sm">
                  <To to={to} />
                </span>
                <span className="num block truncate text-faint text-xs">
                  {to.external ? spaced(to.external) : to.user}
                </span>
              </span>
              {to.external ? (
                <Landmark className="size-4 text-faint" aria-hidden />
              ) : (
                <UserRound className="size-4 text-faint" aria-hidden />
              )}
            </label>
          );
        })}
      </div>
      {problem && (
        <p role="alert" className="mt-1.5 text-bad text-sm">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

/** All that is sent, with what it does to the balance. */
function Summary({ kind, read, saved }: { kind: KindView; read: ReadTransfer; saved: RequestView[] }) {
  const { data } = read;
  const { amount = "0", asset = "" } = data;
  const balance = useOwnBalances().find((one) => one.asset === asset);
  const beneficiary = saved.find(({ id }) => id === data.beneficiary);
  const to = (beneficiary && dataOf("beneficiary", beneficiary)) || {
    user: data.user ?? "",
    external: data.external ?? "",
    name: data.name ?? "",
  };
  const threshold = thresholdOf(kind, { amount, asset });
  const now = read.kind === "transfer" && !data.on;
  const after = balance && subtract(balance.available, amount);
  return (
    <>
      <div>
        <h2 className="text-muted text-sm">You send</h2>
        <p className="mt-1 font-semibold text-3xl leading-tight tracking-[-0.02em]">
          <Amount value={amount} asset={asset} />
        </p>
        <p className="mt-1 text-muted">
          to{" "}
          <span className="font-medium text-ink">
            {read.to?.name ? `${read.to.name} (${read.to.user})` : <To to={to} />}
          </span>
        </p>
      </div>
      <dl className="divide-y divide-line rounded-lg border border-line text-sm">
        {to.external && (
          <Fact label="Account">
            <span className="num">{spaced(to.external)}</span>
          </Fact>
        )}
        {data.reference && <Fact label="Reference">{data.reference}</Fact>}
        <Fact label="When">
          {now ? (
            "As soon as it is approved"
          ) : read.kind === "transfer" ? (
            <Day day={data.on ?? ""} />
          ) : (
            <>
              every {data.every}, first on <Day day={data.first ?? ""} />
              {data.until && (
                <>
                  , until <Day day={data.until} />
                </>
              )}
            </>
          )}
        </Fact>
        {now && balance && after && (
          <Fact label="Available">
            <span className="inline-flex flex-wrap items-center justify-end gap-1.5">
              <Amount value={balance.available} className="text-faint" />
              <ArrowRight className="size-3.5 text-faint" aria-label="becomes" />
              <Amount
                value={after}
                asset={asset}
                className={cx("font-medium", compare(after, "0") < 0 && "text-bad")}
              />
            </span>
          </Fact>
        )}
      </dl>
      <p className="text-muted text-sm">
        {now
          ? "The amount is held until it is approved; until then you can cancel."
          : "Nothing is held before the day comes."}
        {threshold && ` From ${formatAmount(threshold)} ${asset} on, two people must approve.`}
      </p>
    </>
  );
}
