import type { PlacementView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Archive, ArchiveRestore, ChevronLeft, Coins, Pencil, UsersRound } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { toast } from "sonner";
import { groat } from "../../../groat";
import { formatFull } from "../../../lib/time";
import { useRights } from "../../../live/hooks";
import { ConfirmDialog } from "../../../parts/confirm-dialog";
import { useAsked } from "../../../parts/use-asked";
import { StaffOnly } from "../../../shell/gate";
import { Button } from "../../../ui/button";
import { Field, Input } from "../../../ui/field";
import { EmptyState, ErrorState, Notice, SkeletonRows } from "../../../ui/states";
import { Badge, Card, CardHeader, PageHeader } from "../../../ui/surface";
import { Amount, Time } from "../../../ui/text";
import { CreditsDialog, type CreditsTarget } from "../credits-dialog";
import { actsQuery, changePlacement, membersQuery, placementQuery, usePlacementNews } from "../data";
import { FilesCard } from "../files-card";
import { More } from "../more";
import { backTo, CANDIDATE, PLACEMENTS, runPath } from "../paths";
import { PlacementDialog } from "../placement-dialog";
import { ACTS, countCandidates, nameOf, stateOf } from "../words";

/** A placement for staff: its files, its candidates, and what gave them credits. */
export function PlacementPage() {
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  return (
    <StaffOnly>
      <Found key={id} id={id} />
    </StaffOnly>
  );
}

function Found({ id }: { id: string }) {
  const query = useQuery(placementQuery(id));
  usePlacementNews(id);
  if (query.isPending) return <SkeletonRows rows={6} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <Details placement={query.data} />;
}

function Details({ placement }: { placement: PlacementView }) {
  const { admin } = useRights();
  const queries = useQueryClient();
  const { id, title, archived_at, version } = placement;
  const archived = archived_at !== null;
  const [changing, setChanging] = useState(false);
  const [archiving, setArchiving] = useState(false);
  const [target, ask, close] = useAsked<CreditsTarget>();

  async function turn() {
    const body = { archived: !archived, version };
    await groat.write(["placement", id, body], (key) => changePlacement(id, body, key), {
      title: archived ? t`Take ${title} out of the archive` : t`Archive ${title}`,
    });
    toast.success(archived ? t`The placement goes on` : t`The placement is archived`);
    await queries.invalidateQueries({ queryKey: ["placements"] });
  }

  return (
    <>
      <PageHeader
        title={title}
        hint={placement.note || undefined}
        crumb={
          <Link
            to={PLACEMENTS}
            className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink"
          >
            <ChevronLeft className="size-4" aria-hidden /> <Trans>Placements</Trans>
          </Link>
        }
      >
        {archived && <Badge>{t`Archived`}</Badge>}
        {admin && !archived && (
          <>
            <Button
              look="primary"
              onClick={() =>
                ask({
                  reach: { act: "files" },
                  title: t`Bulk Credits`,
                  whom: t`The candidates of all files, each once`,
                })
              }
            >
              <Coins aria-hidden /> <Trans>Bulk Credits</Trans>
            </Button>
            <Button
              onClick={() =>
                ask({
                  reach: { act: "placement" },
                  title: t`Placement Credits`,
                  whom: t`Everybody of the placement, with a file or without`,
                })
              }
            >
              <UsersRound aria-hidden /> <Trans>Placement Credits</Trans>
            </Button>
            <Button onClick={() => setChanging(true)}>
              <Pencil aria-hidden /> <Trans>Change</Trans>
            </Button>
          </>
        )}
        {admin && (
          <Button onClick={() => setArchiving(true)}>
            {archived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
            {archived ? t`Take out` : t`Archive`}
          </Button>
        )}
      </PageHeader>
      {archived_at !== null && (
        <div className="mb-5">
          <Notice>{t`In the archive since ${formatFull(new Date(archived_at))}. Nothing changes here any more.`}</Notice>
        </div>
      )}
      <div className="flex flex-col gap-5">
        <FilesCard
          placement={placement}
          onCredits={(file) =>
            ask({
              reach: { act: "file", file: file.id },
              title: t`Credits`,
              whom: t`Everybody whom ${file.name} names`,
            })
          }
        />
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <Members placement={placement} />
          <Acts placement={placement} />
        </div>
      </div>
      <CreditsDialog placement={placement} target={target} onClose={close} />
      <PlacementDialog open={changing} placement={placement} onClose={() => setChanging(false)} />
      <ConfirmDialog
        open={archiving}
        title={archived ? t`Take it out of the archive?` : t`Archive the placement?`}
        onClose={() => setArchiving(false)}
        act={turn}
        actLabel={archived ? t`Take it out` : t`Archive it`}
      >
        {archived
          ? t`It takes files, candidates and credits again.`
          : t`It takes no more files, candidates or credits. Its candidates keep what they have, and see that it is over.`}
      </ConfirmDialog>
    </>
  );
}

function Members({ placement }: { placement: PlacementView }) {
  const [typed, setTyped] = useState("");
  const sought = useDeferredValue(typed.trim());
  const query = useInfiniteQuery(membersQuery(placement.id, sought));
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card aria-labelledby="members" data-testid="members">
      <CardHeader id="members" title={t`Candidates`} hint={countCandidates(placement.candidates)}>
        <Field label={<span className="sr-only">{t`Search candidates`}</span>} className="w-44">
          {(wiring) => (
            <Input
              {...wiring}
              type="search"
              placeholder={t`Search`}
              maxLength={100}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      </CardHeader>
      {query.isPending ? (
        <SkeletonRows rows={3} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState icon={<UsersRound aria-hidden />} title={t`No candidates found`}>
          <Trans>They come when a file is processed.</Trans>
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line border-line border-t">
          {rows.map((row) => (
            <li
              key={row.user}
              data-testid="member"
              data-user={row.user}
              className="relative flex flex-wrap items-center gap-x-3 px-4 py-2.5 hover:bg-hover sm:px-5"
            >
              <span className="min-w-0 flex-1 basis-40">
                <Link
                  to={CANDIDATE}
                  params={{ user: row.user }}
                  className="block truncate font-medium text-sm after:absolute after:inset-0"
                >
                  {nameOf(row)}
                </Link>
                <span className="block truncate text-faint text-xs">{row.email || row.user}</span>
              </span>
              <Amount value={row.balance} asset={placement.asset} className="text-sm" />
            </li>
          ))}
        </ul>
      )}
      <More of={query} />
    </Card>
  );
}

function Acts({ placement }: { placement: PlacementView }) {
  const query = useInfiniteQuery(actsQuery(placement.id));
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card aria-labelledby="acts" data-testid="acts">
      <CardHeader id="acts" title={t`Credits given`} hint={t`Progress, receipts and undo are with the run`} />
      {query.isPending ? (
        <SkeletonRows rows={3} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState icon={<Coins aria-hidden />} title={t`No credits were given yet`} />
      ) : (
        <ul className="divide-y divide-line border-line border-t">
          {rows.map((row) => {
            const state = stateOf(row);
            const name = ACTS[row.act] ?? row.act;
            return (
              <li
                key={row.id}
                data-testid="act"
                data-act={row.act}
                data-state={row.state ?? ""}
                className="relative flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm hover:bg-hover sm:px-5"
              >
                <span className="min-w-0 flex-1 basis-40">
                  {row.run ? (
                    <Link
                      to={runPath(row.run)}
                      search={backTo(placement.id)}
                      className="block font-medium after:absolute after:inset-0"
                    >
                      {name}
                    </Link>
                  ) : (
                    <span className="block font-medium">{name}</span>
                  )}
                  <span className="wrap-anywhere text-faint text-xs">
                    <Time at={row.at} /> · {row.by.replace("user:", "")}
                    {row.file_name && ` · ${row.file_name}`}
                    {row.reason && ` · ${row.reason}`}
                  </span>
                </span>
                <Badge tone={state.tone}>{state.label}</Badge>
                <span className="text-right">
                  <Amount value={row.total} asset={placement.asset} className="block font-semibold" />
                  <span className="text-faint text-xs">{countCandidates(row.people)}</span>
                </span>
              </li>
            );
          })}
        </ul>
      )}
      <More of={query} />
    </Card>
  );
}
