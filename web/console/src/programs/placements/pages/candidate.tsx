import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft, UserRound } from "lucide-react";
import { useWatch } from "../../../live/hooks";
import { StaffOnly } from "../../../shell/gate";
import { Button } from "../../../ui/button";
import { ErrorState, SkeletonRows } from "../../../ui/states";
import { Badge, PageHeader } from "../../../ui/surface";
import { Dashboard } from "../dashboard";
import { candidateQuery, dashboardQuery, useDashboardNews } from "../data";
import { CANDIDATES } from "../paths";
import { nameOf, ORIGINS } from "../words";

/** A candidate for staff: what they see themselves, with every change and its reason. */
export function CandidatePage() {
  const { user = "" } = useParams({ strict: false }) as { user?: string };
  return (
    <StaffOnly>
      <Candidate key={user} user={user} />
    </StaffOnly>
  );
}

function Candidate({ user }: { user: string }) {
  const candidate = useQuery(candidateQuery(user));
  const query = useQuery(dashboardQuery(user));
  useWatch(user);
  useDashboardNews(user);
  return (
    <>
      <PageHeader
        title={candidate.data ? nameOf(candidate.data) : user}
        hint={candidate.data?.email ? `${user} · ${candidate.data.email}` : user}
        crumb={
          <Link
            to={CANDIDATES}
            className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink"
          >
            <ChevronLeft className="size-4" aria-hidden /> <Trans>Candidates</Trans>
          </Link>
        }
      >
        {candidate.data && <Badge>{ORIGINS[candidate.data.origin]}</Badge>}
        <Button asChild>
          <Link to="/users/$user" params={{ user }}>
            <UserRound aria-hidden /> {t`Person`}
          </Link>
        </Button>
      </PageHeader>
      {query.isPending ? (
        <SkeletonRows rows={6} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Dashboard view={query.data} />
      )}
    </>
  );
}
