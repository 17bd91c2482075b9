import { type CampaignChart, type CampaignView, type CodeView, formatAmount } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Ban, ChevronLeft, Download, Pause, Pencil, Play, Plus, QrCode } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { explain } from "../../../api/problem";
import { groat } from "../../../groat";
import { download } from "../../../lib/csv";
import { formatDay, formatFull, formatShort } from "../../../lib/time";
import { useRights } from "../../../live/hooks";
import { ConfirmDialog } from "../../../parts/confirm-dialog";
import { Copyable } from "../../../parts/copyable";
import { useAsked } from "../../../parts/use-asked";
import { Button } from "../../../ui/button";
import { Fact, Facts } from "../../../ui/facts";
import { Choice, Field, Input, Select } from "../../../ui/field";
import { Meter } from "../../../ui/meter";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { Badge, Card, CardHeader, PageHeader } from "../../../ui/surface";
import { Amount, Time } from "../../../ui/text";
import { Chart } from "../chart";
import { CampaignDialog } from "./campaign-dialog";
import {
  campaignQuery,
  changeCampaign,
  chartQuery,
  codesQuery,
  exportCodes,
  makeCodes,
  rulesOf,
  useVoucherNews,
} from "./data";
import { CAMPAIGN_PRINT, CAMPAIGNS } from "./paths";
import { RedemptionList } from "./redemption-list";
import { WithdrawDialog } from "./withdraw-dialog";
import { CAMPAIGN_STATES, CODE_STATES, outOf } from "./words";

/** A campaign for staff: how much of it is used, its redemptions over time, its codes. It moves by itself. */
export function CampaignPage() {
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  const query = useQuery(campaignQuery(id));
  useVoucherNews(id);
  if (query.isPending) return <SkeletonRows rows={6} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <Campaign campaign={query.data} />;
}

function Campaign({ campaign }: { campaign: CampaignView }) {
  const { admin } = useRights();
  const [changing, setChanging] = useState(false);
  const [stopping, setStopping] = useState(false);
  const queries = useQueryClient();
  const state = CAMPAIGN_STATES[campaign.state];
  const { id, active } = campaign;

  async function turn() {
    const body = { ...rulesOf(campaign), active: !active };
    await groat.write(["campaign", id, body], (key) => changeCampaign(id, body, key), {
      title: active ? t`Stop the campaign ${campaign.name}` : t`Let the campaign ${campaign.name} go on`,
    });
    toast.success(active ? t`The campaign is stopped` : t`The campaign goes on`);
    await queries.invalidateQueries({ queryKey: ["vouchers"] });
    setStopping(false);
  }

  return (
    <>
      <PageHeader
        title={campaign.name}
        hint={campaign.note || undefined}
        crumb={
          <Link
            to={CAMPAIGNS}
            className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink"
          >
            <ChevronLeft className="size-4" aria-hidden /> <Trans>Campaigns</Trans>
          </Link>
        }
      >
        <Badge tone={state.tone}>{state.label}</Badge>
        {admin && (
          <>
            <Button asChild>
              <Link to={CAMPAIGN_PRINT} params={{ id }}>
                <QrCode aria-hidden /> <Trans>QR codes</Trans>
              </Link>
            </Button>
            <Button onClick={() => setChanging(true)}>
              <Pencil aria-hidden /> <Trans>Change</Trans>
            </Button>
            <Button onClick={() => setStopping(true)}>
              {active ? <Pause aria-hidden /> : <Play aria-hidden />} {active ? t`Stop` : t`Go on`}
            </Button>
          </>
        )}
      </PageHeader>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-5">
          <Used campaign={campaign} />
          <Over campaign={campaign} />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <Card>
            <CardHeader title={t`Redemptions`} hint={t`The newest first`} />
            <RedemptionList of={{ campaign: id }} staff={{ admin }} />
          </Card>
          {campaign.code === null && <Codes campaign={campaign} />}
        </div>
      </div>
      <CampaignDialog open={changing} campaign={campaign} onClose={() => setChanging(false)} />
      <ConfirmDialog
        open={stopping}
        title={active ? t`Stop the campaign?` : t`Let the campaign go on?`}
        onClose={() => setStopping(false)}
        act={turn}
        actLabel={active ? t`Stop it` : t`Go on`}
        danger={active}
      >
        {active
          ? t`Nothing can be redeemed until it goes on. What people have stays theirs.`
          : t`Its codes can be redeemed again from now on.`}
      </ConfirmDialog>
    </>
  );
}

function Gauge({ label, part, words }: { label: string; part: number; words: string }) {
  return (
    <div>
      <div className="mb-1 flex justify-between gap-3 text-sm">
        <span>{label}</span>
        <span className="num text-muted">{words}</span>
      </div>
      <Meter part={part} tone={part >= 1 ? "warn" : "accent"} />
    </div>
  );
}

function Used({ campaign }: { campaign: CampaignView }) {
  const { uses, uses_max, uses_each, budget, spent, asset, amount, code, codes, starts_at, ends_at } =
    campaign;
  const most = uses_max ?? (code === null && codes > 0 ? codes : null);
  return (
    <Card data-testid="used">
      <CardHeader title={t`Used`} hint={t`It moves as people redeem`} />
      <div className="flex flex-col gap-4 px-4 pb-4 sm:px-5">
        {budget !== null && (
          <Gauge
            label={t`Budget`}
            part={Number(spent) / Number(budget)}
            words={`${outOf(spent, budget)} ${asset}`}
          />
        )}
        {most !== null && <Gauge label={t`Redeemed`} part={uses / most} words={outOf(uses, most)} />}
      </div>
      <div className="border-line border-t px-4 py-3 sm:px-5">
        <Facts>
          <Fact label={t`Redeemed`}>
            <span className="num" data-testid="uses">
              {formatAmount(String(uses))}
            </span>
          </Fact>
          <Fact label={t`Given`}>
            <Amount value={spent} asset={asset} />
          </Fact>
          <Fact label={t`Each code gives`}>
            <Amount value={amount} asset={asset} />
          </Fact>
          <Fact label={t`Code`}>
            {code === null ? (
              t`${outOf(codes, null)} single-use codes`
            ) : (
              <Copyable text={code} what={t`The code`} />
            )}
          </Fact>
          <Fact label={t`Per person`}>
            {uses_each === null ? t`any number` : formatAmount(String(uses_each))}
          </Fact>
          {campaign.first_purchase && (
            <Fact label={t`For`}>{t`people who have not bought anything yet`}</Fact>
          )}
          <Fact label={t`Paid from`}>{campaign.source}</Fact>
          {starts_at && <Fact label={t`Starts`}>{formatFull(new Date(starts_at))}</Fact>}
          {ends_at && <Fact label={t`Ends`}>{formatFull(new Date(ends_at))}</Fact>}
          <Fact label={t`Begun`}>
            <Time at={campaign.created_at} /> · {campaign.created_by.replace("user:", "")}
          </Fact>
        </Facts>
      </div>
    </Card>
  );
}

const SPANS = [
  { value: "1", label: t`Day` },
  { value: "7", label: t`Week` },
  { value: "30", label: t`Month` },
] as const;

/** The table below the chart has the latest hours or days. */
const ROWS_MAX = 12;

/** Every hour or day of the span, those without redemptions too, so that the chart shows pauses as such. */
function filled(chart: CampaignChart, days: number): { at: number; uses: number }[] {
  const step = chart.step === "hour" ? 3_600_000 : 86_400_000;
  const known = new Map(chart.points.map(({ at, uses }) => [Date.parse(at), uses]));
  const end = Math.floor(Date.now() / step) * step;
  const count = Math.round((days * 86_400_000) / step);
  return Array.from({ length: count + 1 }, (_, index) => {
    const at = end - (count - index) * step;
    return { at, uses: known.get(at) ?? 0 };
  });
}

function Over({ campaign }: { campaign: CampaignView }) {
  const [span, setSpan] = useState<(typeof SPANS)[number]["value"]>("7");
  const query = useQuery(chartQuery(campaign.id, Number(span)));
  const points = query.data ? filled(query.data, Number(span)) : [];
  const some = points.filter(({ uses }) => uses > 0);
  return (
    <Card data-testid="over-time">
      <CardHeader title={t`Over time`} hint={t`Redemptions that were not undone`}>
        <Choice label={t`Period`} value={span} options={SPANS} onChange={setSpan} />
      </CardHeader>
      {query.isPending ? (
        <SkeletonRows rows={3} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : some.length === 0 ? (
        <EmptyState title={t`Nothing was redeemed in this time`} />
      ) : (
        <>
          <div className="px-3 pb-3 sm:px-4">
            <Chart
              form="counts"
              at={points.map(({ at }) => at)}
              paid={points.map(({ uses }) => uses)}
              promotional={[]}
              label={t`Redemptions over time; the table below has the latest`}
            />
          </div>
          <div className="border-line border-t">
            <table className="w-full text-sm">
              <caption className="sr-only">{t`Redemptions over time`}</caption>
              <thead className="text-faint text-xs">
                <tr>
                  <th scope="col" className="px-4 py-2 text-left font-medium sm:px-5">{t`From`}</th>
                  <th scope="col" className="px-4 py-2 text-right font-medium sm:px-5">{t`Redemptions`}</th>
                </tr>
              </thead>
              <tbody className="divide-y divide-line border-line border-t">
                {some
                  .slice(-ROWS_MAX)
                  .reverse()
                  .map(({ at, uses }) => (
                    <tr key={at}>
                      <td className="px-4 py-2 sm:px-5">
                        {query.data.step === "hour" ? formatShort(at) : formatDay(at)}
                      </td>
                      <td className="num px-4 py-2 text-right sm:px-5">{formatAmount(String(uses))}</td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Card>
  );
}

function Codes({ campaign }: { campaign: CampaignView }) {
  const { admin } = useRights();
  const queries = useQueryClient();
  const [state, setState] = useState("");
  const [making, setMaking] = useState(false);
  const [withdrawn, askToWithdraw, closeWithdrawn] = useAsked<CodeView>();
  const [count, setCount] = useState("100");
  const [busy, setBusy] = useState(false);
  const query = useInfiniteQuery(codesQuery(campaign.id, state));
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];

  async function save() {
    setBusy(true);
    try {
      download(`codes-${campaign.name}.csv`, await exportCodes(campaign.id));
    } catch (error) {
      toast.error(explain(error));
    } finally {
      setBusy(false);
    }
  }

  async function make() {
    const wanted = Number(count);
    await groat.write(
      ["codes", campaign.id, wanted, campaign.codes],
      (key) => makeCodes(campaign.id, wanted, key),
      { title: t`Make ${wanted} codes` },
    );
    toast.success(t`${wanted} codes made`);
    await queries.invalidateQueries({ queryKey: ["vouchers"] });
    setMaking(false);
  }

  return (
    <Card data-testid="codes">
      <CardHeader title={t`Codes`} hint={t`By number; the codes themselves are in the export`}>
        <Field label={<span className="sr-only">{t`State`}</span>} className="w-36">
          {(wiring) => (
            <Select {...wiring} value={state} onChange={(event) => setState(event.target.value)}>
              <option value="">{t`All`}</option>
              {Object.entries(CODE_STATES).map(([value, { label }]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {admin && (
          <>
            <Button size="sm" onClick={() => setMaking(true)}>
              <Plus aria-hidden /> <Trans>Make codes</Trans>
            </Button>
            <Button size="sm" busy={busy} onClick={() => void save()}>
              <Download aria-hidden /> {t`CSV`}
            </Button>
          </>
        )}
      </CardHeader>
      {query.isPending ? (
        <SkeletonRows rows={3} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState title={t`No codes`} />
      ) : (
        <ul className="divide-y divide-line border-line border-t">
          {rows.map((row) => (
            <li
              key={row.number}
              data-testid="code"
              data-state={row.state}
              className="flex items-center gap-3 px-4 py-2 text-sm sm:px-5"
            >
              <span className="num w-16 text-faint">{row.number}</span>
              <span className="min-w-0 flex-1 truncate">
                {row.user !== null && (
                  <Link to="/users/$user" params={{ user: row.user }} className="hover:underline">
                    {row.user}
                  </Link>
                )}
              </span>
              {row.redeemed_at && <Time at={row.redeemed_at} className="text-faint text-xs" />}
              <Badge tone={CODE_STATES[row.state].tone}>{CODE_STATES[row.state].label}</Badge>
              {admin && row.state === "unused" && (
                <Button
                  size="sm"
                  aria-label={t`Withdraw code ${row.number}`}
                  onClick={() => askToWithdraw(row)}
                >
                  <Ban aria-hidden /> <Trans>Withdraw code</Trans>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <div className="border-line border-t px-4 py-3 sm:px-5">
          <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            <Trans>Show more</Trans>
          </Button>
        </div>
      )}
      <WithdrawDialog campaign={campaign} code={withdrawn} onClose={closeWithdrawn} />
      <ConfirmDialog
        open={making}
        title={t`Make codes`}
        onClose={() => setMaking(false)}
        act={make}
        actLabel={t`Make codes`}
      >
        <Field label={t`How many codes`}>
          {(wiring) => (
            <Input
              {...wiring}
              className="num"
              inputMode="numeric"
              value={count}
              onChange={(event) => setCount(event.target.value.replace(/\D/g, "").slice(0, 6))}
            />
          )}
        </Field>
      </ConfirmDialog>
    </Card>
  );
}
