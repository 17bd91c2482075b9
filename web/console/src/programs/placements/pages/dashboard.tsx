import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { usePerson } from "../../../live/hooks";
import { ErrorState, SkeletonRows } from "../../../ui/states";
import { PageHeader } from "../../../ui/surface";
import { Dashboard } from "../dashboard";
import { dashboardQuery, useDashboardNews } from "../data";
import { Notify } from "../notify";

/** A candidate's own page: credits, figures, placements and history, which move by themselves. */
export function DashboardPage() {
  const { user, name } = usePerson();
  const query = useQuery({ ...dashboardQuery(user), enabled: user !== "" });
  useDashboardNews(user);
  return (
    <>
      <PageHeader
        title={t`Hello, ${query.data?.name || name}`}
        hint={t`Your credits, and where they come from. All of it is live.`}
      >
        {query.data && <Notify user={user} asset={query.data.asset} />}
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
