import { add, formatAmount, type LiabilityReport, type MonthReport } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Download, Users } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { explain } from "../../../api/problem";
import { assetsQuery } from "../../../api/queries";
import { groat } from "../../../groat";
import { save } from "../../../lib/csv";
import { useRights } from "../../../live/hooks";
import { StaffOnly } from "../../../shell/gate";
import { Button } from "../../../ui/button";
import { Field, Select } from "../../../ui/field";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { Card, CardHeader, PageHeader } from "../../../ui/surface";
import { Amount } from "../../../ui/text";
import { Chart } from "../chart";
import { type ReportName, reportQuery } from "../data";
import { GroupDialog } from "../group-dialog";
import { CLASSES } from "../words";

/** What people's credits are worth, what expires when, what was lost, and paid against promotional spending. */
export function ReportsPage() {
  return (
    <StaffOnly>
      <Reports />
    </StaffOnly>
  );
}

function Reports() {
  const assets = useQuery(assetsQuery).data ?? [];
  const [picked, setPicked] = useState("CREDIT");
  const [giving, setGiving] = useState(false);
  const { admin } = useRights();
  const asset = assets.some(({ code }) => code === picked) ? picked : (assets[0]?.code ?? picked);
  return (
    <>
      <PageHeader title={t`Credits`} hint={t`What people hold, what expires, and what became of it`}>
        {assets.length > 1 && (
          <Field label={<span className="sr-only">{t`Asset`}</span>} className="w-32">
            {(wiring) => (
              <Select {...wiring} value={asset} onChange={(event) => setPicked(event.target.value)}>
                {assets.map(({ code }) => (
                  <option key={code}>{code}</option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {admin && (
          <Button onClick={() => setGiving(true)}>
            <Users aria-hidden /> <Trans>Grant to a group</Trans>
          </Button>
        )}
      </PageHeader>
      <GroupDialog open={giving} asset={asset} onClose={() => setGiving(false)} />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Liability asset={asset} />
        <Months
          name="expiring"
          asset={asset}
          title={t`Expiring`}
          hint={t`What is left, by the month in which it expires`}
          nothing={t`Nothing is outstanding`}
        />
        <Months
          name="breakage"
          asset={asset}
          title={t`Breakage`}
          hint={t`What expired and was booked to house:breakage`}
          nothing={t`Nothing has expired in the last twelve months`}
        />
        <Months
          name="spent"
          asset={asset}
          title={t`Paid and promotional`}
          hint={t`What was spent of grants, net of reversals`}
          nothing={t`No grant was spent in the last twelve months`}
        />
      </div>
    </>
  );
}

function SaveButton({ name, asset, title }: { name: ReportName; asset: string; title: string }) {
  const [busy, setBusy] = useState(false);
  async function fetchFile() {
    setBusy(true);
    try {
      save(`${name}-${asset}.csv`, await groat.api.report(name, { asset }));
    } catch (error) {
      toast.error(explain(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button size="sm" busy={busy} aria-label={t`${title} as CSV`} onClick={() => void fetchFile()}>
      <Download aria-hidden /> {t`CSV`}
    </Button>
  );
}

function Liability({ asset }: { asset: string }) {
  const query = useQuery(reportQuery<LiabilityReport>("liability", asset));
  const rows = query.data?.items ?? [];
  const title = t`Outstanding`;
  return (
    <Card data-testid="liability">
      <CardHeader title={title} hint={t`What can still be spent`}>
        <SaveButton name="liability" asset={asset} title={title} />
      </CardHeader>
      {query.isPending ? (
        <SkeletonRows rows={3} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState title={t`Nothing is outstanding`} />
      ) : (
        <>
          <Shares title={title} rows={rows} />
          <table className="w-full border-line border-t text-sm">
            <caption className="sr-only">{title}</caption>
            <thead className="text-faint text-xs">
              <tr>
                <Head>{t`Class`}</Head>
                <Head end>{t`Grants`}</Head>
                <Head end>{t`Held`}</Head>
                <Head end>{t`Amount`}</Head>
              </tr>
            </thead>
            <tbody className="divide-y divide-line border-line border-t">
              {rows.map((row) => (
                <tr key={row.class}>
                  <Cell>{CLASSES[row.class]}</Cell>
                  <Cell end>
                    <span className="num">{row.class === "other" ? "–" : row.grants}</span>
                  </Cell>
                  <Cell end>
                    <Amount value={row.held} />
                  </Cell>
                  <Cell end>
                    <Amount value={row.amount} className="font-semibold" />
                  </Cell>
                </tr>
              ))}
            </tbody>
            <tfoot className="border-line border-t">
              <tr>
                <Cell>
                  <Trans>Together</Trans>
                </Cell>
                <Cell end> </Cell>
                <Cell end> </Cell>
                <Cell end>
                  <Amount value={rows.reduce((sum, { amount }) => add(sum, amount), "0")} />
                </Cell>
              </tr>
            </tfoot>
          </table>
        </>
      )}
    </Card>
  );
}

const LOOKS = { paid: "bg-good", promotional: "bg-accent", other: "bg-edge" } as const;

/** Shows the outstanding amount by class as a bar, and says it in words to screen readers. */
function Shares({ title, rows }: { title: string; rows: LiabilityReport["items"] }) {
  const parts = rows.filter(({ amount }) => Number(amount) > 0);
  const total = parts.reduce((sum, { amount }) => sum + Number(amount), 0);
  if (total === 0) return null;
  const words = parts.map((row) => `${formatAmount(row.amount)} ${CLASSES[row.class]}`).join(", ");
  return (
    <div className="px-4 pb-4 sm:px-5">
      <div
        role="img"
        aria-label={`${title}: ${words}`}
        className="flex h-6 w-full gap-px overflow-hidden rounded-md bg-hover"
      >
        {parts.map((row) => (
          <span
            key={row.class}
            className={LOOKS[row.class]}
            style={{ width: `${(Number(row.amount) / total) * 100}%` }}
          />
        ))}
      </div>
      <p aria-hidden className="flex flex-wrap gap-x-4 gap-y-1 pt-2 text-muted text-xs">
        {parts.map((row) => (
          <span key={row.class} className="inline-flex items-center gap-1.5">
            <span className={`size-2.5 rounded-sm ${LOOKS[row.class]}`} />
            {CLASSES[row.class]} {Math.round((Number(row.amount) / total) * 100)} %
          </span>
        ))}
      </p>
    </div>
  );
}

const monthName = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric", timeZone: "UTC" });
const nameOf = (month: string) => (month ? monthName.format(new Date(`${month}-01T00:00Z`)) : t`Never`);

interface Month {
  month: string;
  paid: string;
  promotional: string;
}

/** A row for each month that has something, oldest first; what never comes is the last. */
function monthsOf(report: MonthReport | undefined): Month[] {
  const months = new Map<string, Month>();
  for (const { month, class: sort, amount } of report?.items ?? []) {
    const row = months.get(month) ?? { month, paid: "0", promotional: "0" };
    months.set(month, { ...row, [sort]: add(row[sort], amount) });
  }
  return [...months.values()];
}

function Months({
  name,
  asset,
  title,
  hint,
  nothing,
}: {
  name: Exclude<ReportName, "liability">;
  asset: string;
  title: string;
  hint: string;
  nothing: string;
}) {
  const query = useQuery(reportQuery<MonthReport>(name, asset));
  const months = monthsOf(query.data);
  const dated = months.filter(({ month }) => month !== "");
  return (
    <Card data-testid={name}>
      <CardHeader title={title} hint={hint}>
        <SaveButton name={name} asset={asset} title={title} />
      </CardHeader>
      {query.isPending ? (
        <SkeletonRows rows={3} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : months.length === 0 ? (
        <EmptyState title={nothing} />
      ) : (
        <>
          {dated.length > 0 && (
            <div className="px-3 pb-3 sm:px-4">
              <Chart
                form="bars"
                at={dated.map(({ month }) => Date.parse(`${month}-01T00:00`))}
                paid={dated.map(({ paid }) => Number(paid))}
                promotional={dated.map(({ promotional }) => Number(promotional))}
                label={t`${title}, by month; the table below has the same`}
              />
            </div>
          )}
          <table className="w-full border-line border-t text-sm">
            <caption className="sr-only">{title}</caption>
            <thead className="text-faint text-xs">
              <tr>
                <Head>{t`Month`}</Head>
                <Head end>{t`Paid`}</Head>
                <Head end>{t`Promotional`}</Head>
              </tr>
            </thead>
            <tbody className="divide-y divide-line border-line border-t">
              {months.map((row) => (
                <tr key={row.month}>
                  <Cell>{nameOf(row.month)}</Cell>
                  <Cell end>
                    <Amount value={row.paid} />
                  </Cell>
                  <Cell end>
                    <Amount value={row.promotional} />
                  </Cell>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Card>
  );
}

function Head({ end = false, children }: { end?: boolean; children: React.ReactNode }) {
  return (
    <th scope="col" className={`px-4 py-2 font-medium sm:px-5 ${end ? "text-right" : "text-left"}`}>
      {children}
    </th>
  );
}

function Cell({ end = false, children }: { end?: boolean; children: React.ReactNode }) {
  return <td className={`px-4 py-2 sm:px-5 ${end ? "text-right" : ""}`}>{children}</td>;
}
