import type { CandidateDashboard } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { GraduationCap } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { count } from "../../lib/counted";
import { cx } from "../../lib/cx";
import { EmptyState } from "../../ui/states";
import { Badge, Card, CardHeader } from "../../ui/surface";
import { Amount, Delta, Time } from "../../ui/text";
import { countFiles } from "./words";

/** How often a value has changed since it was first shown; nothing pulses for what was there from the start. */
function useChanges(value: string): number {
  const [changes, setChanges] = useState(0);
  const shown = useRef(value);
  useEffect(() => {
    if (shown.current === value) return;
    shown.current = value;
    setChanges((number) => number + 1);
  }, [value]);
  return changes;
}

/** A figure that pulses when it changes. */
function Figure({
  label,
  testId,
  value,
  children,
}: {
  label: string;
  testId: string;
  value: string;
  children: ReactNode;
}) {
  const changes = useChanges(value);
  return (
    <div className="min-w-0 px-4 py-3 sm:px-5">
      <dt className="text-faint text-xs">{label}</dt>
      <dd
        key={changes}
        data-testid={testId}
        data-value={value}
        data-changes={changes}
        className={cx(
          "-mx-1.5 mt-0.5 rounded-sm px-1.5 font-semibold text-lg",
          changes > 0 && "animate-changed",
        )}
      >
        {children}
      </dd>
    </div>
  );
}

/** The figures of a candidate's month, and the latest change. */
export function Figures({ view }: { view: CandidateDashboard }) {
  const { asset, granted, spent, held, updates, last_update: last, placements } = view;
  return (
    <Card aria-labelledby="figures" data-testid="figures">
      <CardHeader id="figures" title={t`This month`} hint={t`From the first of the month (UTC) until now`} />
      <dl className="grid grid-cols-2 border-line border-t lg:grid-cols-3">
        <Figure label={t`Granted this month`} testId="granted" value={granted}>
          <Amount value={granted} asset={asset} />
        </Figure>
        <Figure label={t`Spent this month`} testId="spent" value={spent}>
          <Amount value={spent} asset={asset} />
        </Figure>
        <Figure label={t`On hold`} testId="on-hold" value={held}>
          <Amount value={held} asset={asset} />
        </Figure>
        <Figure label={t`Updates this month`} testId="updates" value={String(updates)}>
          <span className="num">{count(updates)}</span>
        </Figure>
        <Figure
          label={t`My placements`}
          testId="placement-count"
          value={String(placements.filter(({ archived }) => !archived).length)}
        >
          <span className="num">{count(placements.filter(({ archived }) => !archived).length)}</span>
        </Figure>
        <Figure
          label={t`Last update`}
          testId="last-update"
          value={last ? `${last.at} ${last.delta} ${last.reason}` : ""}
        >
          {last ? (
            <>
              <Delta value={last.delta} />{" "}
              <Time at={last.at} form="age" className="font-normal text-muted text-sm" />
              <span className="wrap-anywhere block font-normal text-muted text-sm">{last.reason}</span>
            </>
          ) : (
            <span className="font-normal text-faint">–</span>
          )}
        </Figure>
      </dl>
    </Card>
  );
}

/** Where a candidate is placed, the newest first. */
export function Places({ view }: { view: CandidateDashboard }) {
  const changes = useChanges(JSON.stringify(view.placements));
  return (
    <Card aria-labelledby="places" data-testid="places" data-changes={changes}>
      <CardHeader id="places" title={t`Placements`} />
      {view.placements.length === 0 ? (
        <EmptyState icon={<GraduationCap aria-hidden />} title={t`No placement yet`}>
          <Trans>A new one shows up here by itself.</Trans>
        </EmptyState>
      ) : (
        <ul
          key={changes}
          className={cx("divide-y divide-line border-line border-t", changes > 0 && "animate-changed")}
        >
          {view.placements.map(({ id, title, archived, since, files }) => (
            <li
              key={id}
              data-testid="place"
              className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 sm:px-5"
            >
              <span className="wrap-anywhere min-w-0 flex-1 font-medium">{title}</span>
              {archived && (
                <Badge>
                  <Trans>Archived</Trans>
                </Badge>
              )}
              <span className="text-faint text-xs">
                <Time at={since} />
                {files > 0 && ` · ${countFiles(files)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
