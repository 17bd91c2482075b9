import type { CandidateView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { UsersRound } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { StaffOnly } from "../../../shell/gate";
import { Field, Input, Select } from "../../../ui/field";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { Badge, Card, Initial, PageHeader } from "../../../ui/surface";
import { Amount } from "../../../ui/text";
import { candidatesQuery, usePlacementNews } from "../data";
import { More } from "../more";
import { CANDIDATE, CANDIDATES } from "../paths";
import { countPlacements, nameOf, ORIGINS } from "../words";

/** All candidates, for staff: those with a placement, regular ones and those of an older app. */
export function CandidatesPage() {
  return (
    <StaffOnly>
      <Candidates />
    </StaffOnly>
  );
}

function Candidates() {
  const navigate = useNavigate();
  const { which = "" } = useSearch({ strict: false }) as { which?: string };
  const [typed, setTyped] = useState("");
  const sought = useDeferredValue(typed.trim());
  const query = useInfiniteQuery(candidatesQuery(sought, which));
  usePlacementNews();
  const pages = query.data?.pages ?? [];
  const rows = pages.flatMap(({ items }) => items);
  return (
    <>
      <PageHeader title={t`Candidates`} hint={t`Whoever has a placement, and whoever could be reached.`} />
      <Card data-testid="candidates">
        <div className="flex flex-wrap items-end gap-3 border-line border-b px-4 py-3 sm:px-5">
          <Field label={t`Search`} className="min-w-48 flex-1">
            {(wiring) => (
              <Input
                {...wiring}
                type="search"
                placeholder={t`Id, name or e-mail address`}
                maxLength={100}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
          <Field label={t`Which`} className="w-40">
            {(wiring) => (
              <Select
                {...wiring}
                value={which}
                onChange={(event) =>
                  void navigate({
                    to: CANDIDATES,
                    search: event.target.value ? { which: event.target.value } : {},
                  })
                }
              >
                <option value="">{t`All`}</option>
                <option value="placed">{t`With a placement`}</option>
                <option value="regular">{t`Regular`}</option>
                <option value="legacy">{t`Legacy`}</option>
              </Select>
            )}
          </Field>
        </div>
        {query.isPending ? (
          <SkeletonRows rows={5} />
        ) : query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<UsersRound aria-hidden />} title={t`No candidates found`}>
            <Trans>Candidates come with the files of a placement.</Trans>
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {rows.map((row) => (
              <Row key={row.user} row={row} asset={pages[0]?.asset ?? ""} />
            ))}
          </ul>
        )}
        <More of={query} />
      </Card>
    </>
  );
}

function Row({ row, asset }: { row: CandidateView; asset: string }) {
  return (
    <li
      data-testid="candidate"
      data-user={row.user}
      className="relative flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-hover sm:px-5"
    >
      <Initial name={nameOf(row)} />
      <span className="min-w-0 flex-1 basis-40">
        <Link
          to={CANDIDATE}
          params={{ user: row.user }}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          {nameOf(row)}
        </Link>
        <span className="block truncate text-faint text-xs">
          {row.email ? `${row.user} · ${row.email}` : row.user}
        </span>
      </span>
      {row.placements > 0 ? (
        <span className="num text-muted text-sm">{countPlacements(row.placements)}</span>
      ) : (
        <Badge>{ORIGINS[row.origin]}</Badge>
      )}
      <Amount value={row.balance} asset={asset} className="font-semibold" />
    </li>
  );
}
