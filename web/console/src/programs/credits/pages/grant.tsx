import { balanceKey, type GrantDetail, type GrantView, GroatError, isZero } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft, Undo2 } from "lucide-react";
import { useState } from "react";
import { kindLabel } from "../../../lib/accounts";
import { usePerson, useRights, useWatch } from "../../../live/hooks";
import { Button } from "../../../ui/button";
import { Fact, Facts } from "../../../ui/facts";
import { EmptyState, ErrorState, Skeleton, SkeletonRows } from "../../../ui/states";
import { Badge, Card, CardHeader, PageHeader } from "../../../ui/surface";
import { Amount, Delta, Time } from "../../../ui/text";
import { Bar } from "../bar";
import { grantQuery, movesQuery } from "../data";
import { GrantList } from "../grant-list";
import { GRANT, GRANTS } from "../paths";
import { VoidDialog } from "../void-dialog";
import { CLASSES, grantName, STATES } from "../words";

/** A grant: its terms, what became of it, and where it went. */
export function GrantPage() {
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  const [known, setKnown] = useState<GrantView | null>(null);
  const version = useLive((state) =>
    known === null ? 0 : (state.balances[balanceKey(known.account, known.asset)]?.version ?? 0),
  );
  const query = useQuery(grantQuery(id, version));
  if (query.data && query.data.grant.id !== known?.id) setKnown(query.data.grant);
  if (query.isPending) {
    return (
      <>
        <PageHeader title={t({ message: "Grant", context: "of credits" })} />
        <Skeleton className="h-56 w-full !rounded-xl" />
      </>
    );
  }
  if (!query.data) {
    const missing = query.error instanceof GroatError && [404, 422].includes(query.error.status);
    return (
      <>
        <PageHeader title={t({ message: "Grant", context: "of credits" })} />
        <Card>
          {missing ? (
            <EmptyState title={t`There is no such grant`} />
          ) : (
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          )}
        </Card>
      </>
    );
  }
  return <Grant detail={query.data} version={version} />;
}

function Grant({ detail, version }: { detail: GrantDetail; version: number }) {
  const { grant, children, holds } = detail;
  const owner = grant.account.startsWith("user:") ? (grant.account.split(":")[1] ?? null) : null;
  const own = usePerson().user === owner;
  useWatch(owner, !own);
  const { admin } = useRights();
  const [asked, setAsked] = useState(false);
  const name = grantName(grant);
  const state = STATES[grant.state];
  return (
    <>
      <PageHeader
        title={name}
        crumb={
          <Link
            to={GRANTS}
            search={own ? { asset: grant.asset } : { account: grant.account, asset: grant.asset }}
            className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink"
          >
            <ChevronLeft className="size-4" aria-hidden /> {own ? t`My credits` : grant.account}
          </Link>
        }
        hint={
          <span className="flex flex-wrap items-center gap-2">
            <Badge tone={state.tone}>{state.label}</Badge>
            <Badge tone={grant.class === "paid" ? "accent" : "plain"}>{CLASSES[grant.class]}</Badge>
          </span>
        }
      >
        {admin && !isZero(grant.available) && (
          <Button onClick={() => setAsked(true)}>
            <Undo2 aria-hidden /> <Trans>Take back …</Trans>
          </Button>
        )}
      </PageHeader>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <Card className="px-4 py-4 sm:px-5" aria-label={t`What became of it`}>
            <p className="flex flex-wrap items-baseline gap-x-3">
              <span data-testid="remaining" data-value={grant.remaining} className="font-semibold text-3xl">
                <Amount value={grant.remaining} asset={grant.asset} />
              </span>
              <span className="text-muted text-sm">
                <Trans>
                  left of <Amount value={grant.amount} />
                </Trans>
              </span>
            </p>
            <Bar grant={grant} label={t`What became of it`} className="mt-4 !h-2.5" />
            <dl className="mt-4 grid grid-cols-2 gap-x-6 gap-y-3 text-sm sm:grid-cols-5">
              <Part label={t`Available`} value={grant.available} sign="bg-accent" />
              <Part label={t`Held`} value={grant.held} sign="bg-accent/45" />
              <Part label={t`Spent`} value={grant.spent} sign="bg-edge" />
              <Part label={t`Expired`} value={grant.expired} sign="bg-warn" />
              <Part label={t`Taken back`} value={grant.voided} sign="bg-bad" />
            </dl>
          </Card>
          <Moves grant={grant} version={version} />
          {children.length > 0 && (
            <Card>
              <CardHeader title={t`Made of it`} hint={t`By transfers to others, and by reversals`} />
              <GrantList grants={children} />
            </Card>
          )}
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <Facts>
            <Fact label={t`Expires`}>
              {grant.expires_at === null ? t`never` : <Time at={grant.expires_at} />}
            </Fact>
            <Fact label={t`Granted`}>
              <Time at={grant.created_at} />
            </Fact>
            {grant.voided_at && (
              <Fact label={t`Taken back`}>
                <Time at={grant.voided_at} />
              </Fact>
            )}
            <Fact label={t`From`}>{grant.source}</Fact>
            <Fact label={t`To`}>{grant.account}</Fact>
            <Fact label={t`Priority`}>
              <span className="num">{grant.priority}</span>
            </Fact>
            {grant.parent && (
              <Fact label={t`Made of`}>
                <Link to={GRANT} params={{ id: grant.parent }} className="rounded-sm text-accent underline">
                  <Trans>an earlier grant</Trans>
                </Link>
              </Fact>
            )}
          </Facts>
          {holds.length > 0 && (
            <Card>
              <CardHeader title={t`Held`} hint={t`Reserved parts stay valid for their hold`} />
              <ul className="divide-y divide-line border-line border-t text-sm">
                {holds.map((hold) => (
                  <li key={hold.hold} className="flex justify-between gap-4 px-4 py-2.5 sm:px-5">
                    <span className="wrap-anywhere min-w-0 text-muted">{hold.destination}</span>
                    <Amount value={hold.amount} asset={grant.asset} />
                  </li>
                ))}
              </ul>
            </Card>
          )}
        </div>
      </div>
      <VoidDialog grant={asked ? grant : null} onClose={() => setAsked(false)} />
    </>
  );
}

function Part({ label, value, sign }: { label: string; value: string; sign: string }) {
  return (
    <div>
      <dt className="flex items-center gap-1.5 text-faint text-xs">
        <span aria-hidden className={`size-2 rounded-sm ${sign}`} /> {label}
      </dt>
      <dd className="font-medium">
        <Amount value={value} />
      </dd>
    </div>
  );
}

function Moves({ grant, version }: { grant: GrantView; version: number }) {
  const query = useInfiniteQuery(movesQuery(grant.id, version));
  const moves = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card>
      <CardHeader title={t`Where it went`} hint={t`The newest first`} />
      {query.isPending ? (
        <SkeletonRows rows={3} />
      ) : query.isError && moves.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : moves.length === 0 ? (
        <p className="px-4 pb-5 text-muted text-sm sm:px-5">
          <Trans>Nothing of it was used yet.</Trans>
        </p>
      ) : (
        <ol className="divide-y divide-line border-line border-t text-sm" data-testid="moves">
          {moves.map((move) => (
            <li
              key={`${move.transaction} ${move.counterparty} ${move.amount}`}
              className="flex items-start justify-between gap-4 px-4 py-2.5 sm:px-5"
            >
              <div className="min-w-0">
                <p className="wrap-anywhere font-medium">{move.reason || kindLabel(move.kind)}</p>
                <p className="wrap-anywhere text-faint text-xs">
                  {kindLabel(move.kind)} · <Time at={move.at} /> · {move.counterparty}
                </p>
              </div>
              <div className="shrink-0 text-right">
                {!isZero(move.amount) && <Delta value={move.amount} />}
                {!isZero(move.held) && (
                  <p className="text-faint text-xs">
                    <Delta value={move.held} /> <Trans>held</Trans>
                  </p>
                )}
              </div>
            </li>
          ))}
        </ol>
      )}
      {query.hasNextPage && (
        <div className="px-4 py-3 sm:px-5">
          <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            <Trans>Show older</Trans>
          </Button>
        </div>
      )}
    </Card>
  );
}
