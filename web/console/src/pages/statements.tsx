import { type BalanceView, GroatError, subtract } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ArrowRight, Download, FileText } from "lucide-react";
import { useMemo, useState } from "react";
import { explain } from "../api/problem";
import { accountQuery } from "../api/queries";
import { type Period, type PeriodName, periodFrom, periodOf, toDay } from "../bank/periods";
import { groat } from "../groat";
import { accountLabel, inOrder } from "../lib/accounts";
import { save } from "../lib/csv";
import { formatDay, toMoment } from "../lib/time";
import { usePerson, useRights } from "../live/hooks";
import { Button } from "../ui/button";
import { Choice, Field, Input, Select } from "../ui/field";
import { EmptyState, ErrorState, Notice, Skeleton } from "../ui/states";
import { Card, PageHeader } from "../ui/surface";
import { Amount, Delta } from "../ui/text";

const route = getRouteApi("/inside/statements");

const PERIODS = [
  { value: "month", label: "This month" },
  { value: "last-month", label: "Last month" },
  { value: "year", label: "This year" },
  { value: "other", label: "Other" },
] as const;
const FORMATS = [
  { value: "pdf", label: "PDF, to print" },
  { value: "csv", label: "CSV, to reckon with" },
] as const;

/** What came and went in a period, as a file. */
export function StatementsPage() {
  const { account: asked } = route.useSearch();
  const { user } = usePerson();
  const { staff } = useRights();
  const account = staff && asked ? asked : null;
  return (
    <>
      <PageHeader
        title="Statements"
        hint="What came and went in a period, with the balance after each line."
      />
      {account ? <OfOthers account={account} /> : <Own user={user} />}
    </>
  );
}

function Own({ user }: { user: string }) {
  const known = useLive((state) => state.balances);
  const ready = useLive((state) => state.phase === "ready");
  const balances = useMemo(() => {
    const main = `user:${user}`;
    return Object.values(known)
      .filter(({ account }) => account === main || account.startsWith(`${main}:`))
      .sort(inOrder);
  }, [known, user]);
  if (!ready) return <Skeleton className="h-80 w-full max-w-xl !rounded-xl" />;
  return <Choose balances={balances} />;
}

/** Staff choose for somebody else: `?account=user:42`. */
function OfOthers({ account }: { account: string }) {
  const query = useQuery(accountQuery(account));
  if (query.isPending) return <Skeleton className="h-80 w-full max-w-xl !rounded-xl" />;
  if (query.isError) {
    return (
      <Card className="max-w-xl">
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Card>
    );
  }
  return <Choose balances={query.data.balances} />;
}

const id = ({ account, asset }: Pick<BalanceView, "account" | "asset">) => `${account} ${asset}`;

function Choose({ balances }: { balances: Pick<BalanceView, "account" | "asset">[] }) {
  const [picked, setPicked] = useState("");
  const [name, setName] = useState<PeriodName>("month");
  const [days, setDays] = useState(() => {
    const { from, to } = periodOf("last-month", new Date());
    return { first: toDay(from), last: toDay(to - 1) };
  });
  const [format, setFormat] = useState<"pdf" | "csv">("pdf");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const balance = balances.find((one) => id(one) === picked) ?? balances[0];
  const period = name === "other" ? periodFrom(days.first, days.last) : periodOf(name, new Date());
  if (!balance) {
    return (
      <Card className="max-w-xl">
        <EmptyState icon={<FileText aria-hidden />} title="Nothing to state yet">
          With the first change of a balance there is something to tell.
        </EmptyState>
      </Card>
    );
  }
  const { account, asset } = balance;

  async function download(wanted: Period) {
    setBusy(true);
    setProblem(null);
    try {
      const blob = await groat.api.statement(account, asset, {
        from: new Date(wanted.from).toISOString(),
        to: new Date(wanted.to).toISOString(),
        format,
        zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      });
      const part = account.replaceAll(/[^\w.-]+/g, "-");
      save(`statement-${part}-${asset}-${toDay(wanted.from)}-${toDay(wanted.to - 1)}.${format}`, blob);
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Card className="max-w-xl p-4 sm:p-6">
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (period && !busy) void download(period);
        }}
      >
        <Field label="Account">
          {(wiring) => (
            <Select {...wiring} value={id(balance)} onChange={(event) => setPicked(event.target.value)}>
              {balances.map((one) => (
                <option key={id(one)} value={id(one)}>
                  {accountLabel(one.account)} · {one.asset}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <div className="flex flex-col gap-1.5">
          <span aria-hidden className="font-medium text-sm">
            Period
          </span>
          <Choice label="Period" value={name} options={PERIODS} onChange={setName} />
        </div>
        {name === "other" && (
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="First day">
              {(wiring) => (
                <Input
                  {...wiring}
                  type="date"
                  className="num"
                  value={days.first}
                  onChange={(event) => setDays({ ...days, first: event.target.value })}
                />
              )}
            </Field>
            <Field label="Last day" problem={!period && "A period ends after it begins."}>
              {(wiring) => (
                <Input
                  {...wiring}
                  type="date"
                  className="num"
                  value={days.last}
                  onChange={(event) => setDays({ ...days, last: event.target.value })}
                />
              )}
            </Field>
          </div>
        )}
        {period && <Preview account={account} asset={asset} period={period} />}
        <div className="flex flex-col gap-1.5">
          <span aria-hidden className="font-medium text-sm">
            As
          </span>
          <Choice label="As" value={format} options={FORMATS} onChange={setFormat} />
        </div>
        {problem && (
          <Notice tone="warn" role="alert">
            {problem}
          </Notice>
        )}
        <div className="flex justify-end">
          <Button type="submit" look="primary" busy={busy} disabled={!period}>
            <Download aria-hidden /> Download
          </Button>
        </div>
      </form>
    </Card>
  );
}

/** The balances at both ends: what the file will say of them. */
function Preview({ account, asset, period }: { account: string; asset: string; period: Period }) {
  const opening = useQuery(accountQuery(account, toMoment(period.from - 1)));
  const closing = useQuery(accountQuery(account, toMoment(period.to - 1)));
  const of = (query: typeof opening) =>
    query.data?.balances.find((one) => one.account === account && one.asset === asset)?.balance;
  const [before, after] = [of(opening), of(closing)];
  const [start, end] = [before ?? (after ? subtract(after, after) : undefined), after];
  return (
    <div className="rounded-lg bg-sunken px-4 py-3 text-sm" data-testid="statement-preview">
      <p className="num text-muted">
        {formatDay(period.from)} – {formatDay(period.to - 1)}
      </p>
      <p className="mt-1 flex min-h-7 flex-wrap items-center gap-x-2">
        {opening.isPending || closing.isPending ? (
          <Skeleton className="h-5 w-48" />
        ) : start === undefined || end === undefined ? (
          <span className="text-muted">Nothing was there yet.</span>
        ) : (
          <>
            <Amount value={start} className="text-muted" />
            <ArrowRight className="size-4 text-faint" aria-label="becomes" />
            <Amount value={end} asset={asset} className="font-semibold text-base" />
            <Delta value={subtract(end, start)} className="ml-auto" />
          </>
        )}
      </p>
    </div>
  );
}
