import { type BalanceView, GroatError } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { Download, FileText } from "lucide-react";
import { useMemo, useState } from "react";
import { explain } from "../../../api/problem";
import { accountQuery } from "../../../api/queries";
import { groat } from "../../../groat";
import { accountLabel, inOrder } from "../../../lib/accounts";
import { save } from "../../../lib/csv";
import { usePerson, useRights } from "../../../live/hooks";
import { Button } from "../../../ui/button";
import { Choice, Field, Input, Select } from "../../../ui/field";
import { EmptyState, ErrorState, Notice, Skeleton } from "../../../ui/states";
import { Card, PageHeader } from "../../../ui/surface";
import { type Period, type PeriodName, periodFrom, periodOf, toDay } from "../periods";
import { StatementPreview } from "../statement-preview";

const PERIODS = [
  { value: "month", label: t`This month` },
  { value: "last-month", label: t`Last month` },
  { value: "year", label: t`This year` },
  { value: "other", label: t`Other` },
] as const;
const FORMATS = ["pdf", "csv"] as const;
type Format = (typeof FORMATS)[number];

/** Shows the statement of a period, and offers it as a file. */
export function StatementsPage() {
  const { account: asked } = useSearch({ strict: false }) as { account?: string };
  const { user } = usePerson();
  const { staff } = useRights();
  const account = staff && asked ? asked : null;
  return (
    <>
      <PageHeader
        title={t`Statements`}
        hint={t`What came and went in a period, with the balance after each line.`}
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
  if (!ready) return <Skeleton className="h-80 w-full !rounded-xl" />;
  return <Choose balances={balances} />;
}

/** Staff choose for somebody else: `?account=user:42`. */
function OfOthers({ account }: { account: string }) {
  const query = useQuery(accountQuery(account));
  if (query.isPending) return <Skeleton className="h-80 w-full !rounded-xl" />;
  if (query.isError) {
    return (
      <Card>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Card>
    );
  }
  return <Choose balances={query.data.balances} />;
}

type Choosable = Pick<BalanceView, "account" | "asset">;

const id = ({ account, asset }: Choosable) => `${account} ${asset}`;

function Choose({ balances }: { balances: Choosable[] }) {
  const [picked, setPicked] = useState("");
  const [name, setName] = useState<PeriodName>("month");
  const [days, setDays] = useState(() => {
    const { from, to } = periodOf("last-month", new Date());
    return { first: toDay(from), last: toDay(to - 1) };
  });
  const balance = balances.find((one) => id(one) === picked) ?? balances[0];
  const period = name === "other" ? periodFrom(days.first, days.last) : periodOf(name, new Date());
  if (!balance) {
    return (
      <Card>
        <EmptyState icon={<FileText aria-hidden />} title={t`No statements yet`}>
          <Trans>With the first change of a balance there is something to tell.</Trans>
        </EmptyState>
      </Card>
    );
  }
  return (
    <div className="flex flex-col gap-5">
      <Card aria-label={t`Which statement`} className="flex flex-wrap items-start gap-x-5 gap-y-4 p-4 sm:p-5">
        <Field label={t`Account`} className="w-full sm:w-56">
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
        <div className="flex w-full min-w-0 flex-col gap-1.5 sm:w-auto">
          <span aria-hidden className="font-medium text-sm">
            <Trans>Period</Trans>
          </span>
          <Choice
            label={t`Period`}
            className="max-sm:[&_label]:px-1.5 max-sm:[&_label]:text-[0.8125rem]"
            value={name}
            options={PERIODS}
            onChange={setName}
          />
        </div>
        {name === "other" && (
          <div className="grid w-full grid-cols-2 gap-3 sm:w-auto">
            <Field label={t`First day`}>
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
            <Field label={t`Last day`} problem={!period && t`It ends before it begins.`}>
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
      </Card>
      {period && <Stated key={id(balance)} balance={balance} period={period} />}
    </div>
  );
}

function Stated({ balance: { account, asset }, period }: { balance: Choosable; period: Period }) {
  const [busy, setBusy] = useState<Format | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function download(format: Format) {
    if (busy) return;
    setBusy(format);
    setProblem(null);
    try {
      const file = await groat.api.statement(account, asset, {
        from: new Date(period.from).toISOString(),
        to: new Date(period.to).toISOString(),
        format,
        zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      });
      const part = account.replaceAll(/[^\w.-]+/g, "-");
      save(`statement-${part}-${asset}-${toDay(period.from)}-${toDay(period.to - 1)}.${format}`, file);
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      setProblem(explain(error));
    } finally {
      setBusy(null);
    }
  }

  return (
    <>
      {problem && (
        <Notice tone="bad" role="alert" title={t`The file could not be had`}>
          {problem}
        </Notice>
      )}
      <StatementPreview account={account} asset={asset} period={period}>
        {FORMATS.map((format) => (
          <Button
            key={format}
            look={format === "pdf" ? "primary" : "secondary"}
            busy={busy === format}
            onClick={() => void download(format)}
          >
            <Download aria-hidden />
            <span className="sr-only">
              <Trans>Download</Trans>{" "}
            </span>
            {format.toUpperCase()}
          </Button>
        ))}
      </StatementPreview>
    </>
  );
}
