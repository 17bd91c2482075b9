import { add, compare, isZero, negate } from "@groat/client";
import { type HistoryRow, useHistory } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, RotateCcw } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { accountQuery } from "../api/queries";
import { accountLabel, kindLabel } from "../lib/accounts";
import { cx } from "../lib/cx";
import { formatShort, toLocalField, toMoment } from "../lib/time";
import { useLiveBalance } from "../live/hooks";
import { Slot } from "../registry/slot";
import { Button, IconButton } from "../ui/button";
import { Field, Input } from "../ui/field";
import { Sheet } from "../ui/overlay";
import { ErrorState, SkeletonRows } from "../ui/states";
import { Amount, Delta, Time } from "../ui/text";
import { OpenHolds } from "./open-holds";

/** The server is asked once the slider has rested for so long, in ms. */
const SETTLE_MS = 150;

interface Target {
  account: string;
  asset: string;
}

/** "Why this number?": what a balance is made of, now or at a past moment. */
export function WhySheet({ target, onClose }: { target: Target | null; onClose: () => void }) {
  return (
    <Sheet
      open={target !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t`Why this number?`}
      description={
        target ? `${accountLabel(target.account)} · ${target.account} · ${target.asset}` : undefined
      }
      testId="why-sheet"
    >
      {target && <Why key={`${target.account} ${target.asset}`} {...target} />}
    </Sheet>
  );
}

function Why({ account, asset }: Target) {
  const history = useHistory({ account, asset });
  const [at, setAt] = useState<number | null>(null);
  const { rows } = history;
  const until = useMemo(
    () => (at === null ? rows : rows.filter((row) => Date.parse(row.at) <= at)),
    [rows, at],
  );
  if (history.error && rows.length === 0)
    return <ErrorState error={history.error} onRetry={history.refresh} />;
  if (history.loading && rows.length === 0) return <SkeletonRows />;
  return (
    <div className="flex flex-col gap-6">
      <Moment rows={rows} at={at} onChange={setAt} />
      <Sum account={account} asset={asset} at={at} rows={rows} until={until} complete={!history.hasMore} />
      {at === null && <OpenHolds rows={rows} account={account} asset={asset} />}
      <Causes until={until} />
      <section aria-labelledby="why-lines">
        <h3 id="why-lines" className="mb-1 font-semibold text-sm">
          <Trans>Line by line</Trans>
        </h3>
        <ol className="divide-y divide-line border-line border-y" data-testid="why-lines">
          {until.map((row) => (
            <Line key={row.version} row={row} />
          ))}
          {until.length === 0 && (
            <li className="py-4 text-muted text-sm">
              <Trans>No change up to this moment.</Trans>
            </li>
          )}
        </ol>
        {history.hasMore && (
          <Button size="sm" className="mt-3" busy={history.loading} onClick={history.loadMore}>
            <Trans>Show older</Trans>
          </Button>
        )}
      </section>
    </div>
  );
}

/** The slider through time, with buttons from change to change. */
function Moment({
  rows,
  at,
  onChange,
}: {
  rows: readonly HistoryRow[];
  at: number | null;
  onChange: (at: number | null) => void;
}) {
  const moments = useMemo(
    () => [...new Set(rows.map((row) => Date.parse(row.at)))].sort((left, right) => left - right),
    [rows],
  );
  const first = moments[0];
  const [now, setNow] = useState(() => Date.now());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the right end follows each new line
  useEffect(() => setNow(Date.now()), [rows]);
  if (first === undefined) return null;
  const start = first - 1000;
  const here = at ?? now;
  const previous = moments.findLast((moment) => moment < here);
  const next = moments.find((moment) => moment > here);
  return (
    <section aria-label={t`Moment`} className="rounded-lg border border-line bg-sunken p-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Field label={t`As of`} className="min-w-52">
          {(wiring) => (
            <Input
              {...wiring}
              type="datetime-local"
              step={1}
              className="num"
              value={toLocalField(here)}
              onChange={(event) => {
                const moment = new Date(event.target.value).getTime();
                if (!Number.isNaN(moment)) onChange(moment >= Date.now() ? null : moment);
              }}
            />
          )}
        </Field>
        <div className="flex items-center gap-1">
          <IconButton
            label={t`Change before`}
            disabled={previous === undefined}
            onClick={() => previous !== undefined && onChange(previous)}
          >
            <ChevronLeft aria-hidden />
          </IconButton>
          <IconButton label={t`Change after`} disabled={at === null} onClick={() => onChange(next ?? null)}>
            <ChevronRight aria-hidden />
          </IconButton>
          <Button size="sm" className="sm:!h-9" disabled={at === null} onClick={() => onChange(null)}>
            <RotateCcw aria-hidden /> <Trans>Now</Trans>
          </Button>
        </div>
      </div>
      <input
        type="range"
        aria-label={t`Slide back in time`}
        data-testid="time-slider"
        className="mt-3 h-8 w-full cursor-pointer"
        min={start}
        max={now}
        step={Math.max(1, Math.floor((now - start) / 1000))}
        value={here}
        aria-valuetext={at === null ? "now" : formatShort(at)}
        onChange={(event) => {
          const moment = Number(event.target.value);
          onChange(moment >= now - (now - start) / 1000 ? null : moment);
        }}
      />
      <div className="flex justify-between text-faint text-xs">
        <span>{formatShort(first)}</span>
        <span>
          <Trans>now</Trans>
        </span>
      </div>
    </section>
  );
}

/** The sum that leads to the number. What the server says is shown; the lines must add up to it, and it says so. */
function Sum({
  account,
  asset,
  at,
  rows,
  until,
  complete,
}: Target & {
  at: number | null;
  rows: readonly HistoryRow[];
  until: readonly HistoryRow[];
  complete: boolean;
}) {
  const live = useLiveBalance(account, asset);
  const asked = useSettled(at);
  const past = useQuery(accountQuery(account, asked === null ? undefined : toMoment(asked)));
  const said = past.data?.balances.find((balance) => balance.asset === asset);
  const newest = rows[0];
  const total = (deltas: readonly HistoryRow[]) =>
    deltas.reduce((result, row) => add(result, row.delta), "0");
  const opening = newest ? rows.reduce((rest, row) => add(rest, negate(row.delta)), newest.balance) : "0";
  const incoming = until.filter((row) => compare(row.delta, "0") > 0);
  const outgoing = until.filter((row) => compare(row.delta, "0") < 0);
  const counted = add(add(opening, total(incoming)), total(outgoing));
  const balance = at === null ? (live?.confirmed ?? said?.balance ?? counted) : (said?.balance ?? "0");
  // While the slider moves the lines tell the number; once it rests the server does.
  const answered = asked === at && past.isSuccess && !past.isPlaceholderData;
  const shown = at === null || answered ? balance : counted;
  const agrees = (at === null || answered) && compare(balance, counted) === 0;
  return (
    <section aria-label={t`Sum`}>
      <div className="flex items-baseline justify-between gap-4">
        <h3 className="text-muted text-sm">
          {at === null ? t`Balance now` : t`Balance at ${formatShort(at)}`}
        </h3>
        {past.isError ? (
          <span className="text-bad text-sm">
            <Trans>not available</Trans>
          </span>
        ) : (
          <span
            data-testid="why-balance"
            data-value={shown}
            className={cx("font-semibold text-2xl", at !== null && !answered && "opacity-60")}
          >
            <Amount value={shown} asset={asset} />
          </span>
        )}
      </div>
      <dl className="mt-3 divide-y divide-line rounded-lg border border-line text-sm">
        {!isZero(opening) && (
          <SumLine label={complete ? t`At the beginning` : t`Before the lines below`}>
            <Amount value={opening} />
          </SumLine>
        )}
        <SumLine label={t`${incoming.length} in`}>
          <Delta value={total(incoming)} />
        </SumLine>
        <SumLine label={t`${outgoing.length} out`}>
          <Delta value={total(outgoing)} />
        </SumLine>
        {at === null && live && !isZero(live.held) && (
          <SumLine label={t`Held, and so not available`}>
            <Amount value={live.held} />
          </SumLine>
        )}
        {at === null && live && (
          <SumLine label={t`Available`}>
            <Amount value={live.available} />
          </SumLine>
        )}
      </dl>
      {agrees && until.length > 0 && (
        <p className="mt-2 text-good text-xs">
          <Trans>✓ The lines add up to it exactly.</Trans>
        </p>
      )}
    </section>
  );
}

/** The value once it has rested for a moment: a slider that is dragged asks nothing on its way. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function SumLine({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex justify-between gap-4 px-3.5 py-2">
      <dt className="text-muted">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The same lines gathered by reason, the weightiest first. */
function Causes({ until }: { until: readonly HistoryRow[] }) {
  const causes = useMemo(() => {
    const byReason = new Map<string, { sum: string; count: number }>();
    for (const row of until) {
      if (isZero(row.delta)) continue;
      const reason = row.reason || kindLabel(row.kind);
      const known = byReason.get(reason) ?? { sum: "0", count: 0 };
      byReason.set(reason, { sum: add(known.sum, row.delta), count: known.count + 1 });
    }
    const weight = (sum: string) => sum.replace("-", "");
    return [...byReason]
      .sort(([, left], [, right]) => compare(weight(right.sum), weight(left.sum)))
      .slice(0, 6);
  }, [until]);
  if (causes.length < 2) return null;
  return (
    <section aria-labelledby="why-causes">
      <h3 id="why-causes" className="mb-1 font-semibold text-sm">
        <Trans>By reason</Trans>
      </h3>
      <ul className="divide-y divide-line border-line border-y text-sm">
        {causes.map(([reason, { sum, count }]) => (
          <li key={reason} className="flex justify-between gap-4 py-2">
            <span className="min-w-0 truncate">
              {reason} {count > 1 && <span className="num text-faint">× {count}</span>}
            </span>
            <Delta value={sum} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Line({ row }: { row: HistoryRow }) {
  const who = [row.counterparty && `with ${row.counterparty}`, row.actor && `by ${row.actor}`].filter(
    Boolean,
  );
  return (
    <li className="flex items-start justify-between gap-4 py-2.5 text-sm">
      <div className="min-w-0">
        <p className="wrap-anywhere font-medium">{row.reason || kindLabel(row.kind)}</p>
        <p className="text-faint text-xs">
          {kindLabel(row.kind)} · <Time at={row.at} />
          {who.length > 0 && ` · ${who.join(", ")}`}
        </p>
        <p className="truncate font-mono text-[0.6875rem] text-faint" title={t`Transaction`}>
          {row.transaction}
        </p>
        <Slot name="why" row={row} />
      </div>
      <div className="text-right">
        <Delta value={row.delta} />
        <p className="text-faint text-xs">
          <Amount value={row.balance} />
        </p>
      </div>
    </li>
  );
}
