import type { PlacementView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { GraduationCap, Plus } from "lucide-react";
import { useState } from "react";
import { useRights } from "../../../live/hooks";
import { StaffOnly } from "../../../shell/gate";
import { Button } from "../../../ui/button";
import { Choice } from "../../../ui/field";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { Card, PageHeader } from "../../../ui/surface";
import { Time } from "../../../ui/text";
import { placementsQuery, usePlacementNews } from "../data";
import { More } from "../more";
import { PLACEMENT, PLACEMENTS } from "../paths";
import { PlacementDialog } from "../placement-dialog";
import { countCandidates, countFiles } from "../words";

/** All placements, for staff. */
export function PlacementsPage() {
  return (
    <StaffOnly>
      <Placements />
    </StaffOnly>
  );
}

const WHICH = [
  { value: "open", label: t`Going on` },
  { value: "archived", label: t`Archive` },
] as const;

function Placements() {
  const { admin } = useRights();
  const navigate = useNavigate();
  const { archived = false } = useSearch({ strict: false }) as { archived?: boolean };
  const query = useInfiniteQuery(placementsQuery(archived));
  const [making, setMaking] = useState(false);
  usePlacementNews();
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <PageHeader title={t`Placements`} hint={t`Candidates, the files that name them, and their credits.`}>
        <Choice
          label={t`Which placements`}
          value={archived ? "archived" : "open"}
          options={WHICH}
          onChange={(which) =>
            void navigate({ to: PLACEMENTS, search: which === "archived" ? { archived: true } : {} })
          }
        />
        {admin && (
          <Button look="primary" onClick={() => setMaking(true)}>
            <Plus aria-hidden /> <Trans>New placement</Trans>
          </Button>
        )}
      </PageHeader>
      <Card data-testid="placements">
        {query.isPending ? (
          <SkeletonRows rows={4} />
        ) : query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : rows.length === 0 ? (
          <EmptyState
            icon={<GraduationCap aria-hidden />}
            title={archived ? t`Nothing in the archive` : t`No placements yet`}
          >
            {!archived && <Trans>Make one, and upload a file with its candidates.</Trans>}
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </ul>
        )}
        <More of={query} />
      </Card>
      <PlacementDialog open={making} onClose={() => setMaking(false)} />
    </>
  );
}

function Row({ row }: { row: PlacementView }) {
  return (
    <li
      data-testid="placement"
      className="relative flex flex-wrap items-center gap-x-5 gap-y-1 px-4 py-3 hover:bg-hover sm:px-5"
    >
      <span className="min-w-0 flex-1 basis-48">
        <Link
          to={PLACEMENT}
          params={{ id: row.id }}
          className="block truncate font-medium after:absolute after:inset-0"
        >
          {row.title}
        </Link>
        <span className="text-faint text-xs">
          <Time at={row.created_at} /> · {row.created_by.replace("user:", "")}
        </span>
      </span>
      <span className="num text-muted text-sm">{countCandidates(row.candidates)}</span>
      <span className="num text-muted text-sm">{countFiles(row.files)}</span>
    </li>
  );
}
