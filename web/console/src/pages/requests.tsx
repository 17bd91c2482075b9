import type { KindView } from "@groat/client";
import { useWaiting } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { FileQuestion } from "lucide-react";
import { areOfPeople, kindsQuery } from "../api/requests";
import { cx } from "../lib/cx";
import { usePerson, useRights } from "../live/hooks";
import { useKindModules } from "../registry/registry";
import { FileButton } from "../requests/file-button";
import { usePlural } from "../requests/plural";
import { RequestList } from "../requests/request-list";
import { Select } from "../ui/field";
import { EmptyState, ErrorState, SkeletonRows } from "../ui/states";
import { Card, PageHeader } from "../ui/surface";

const route = getRouteApi("/inside/requests/$kind");

/** The kinds that have their place here: people find those with a page of their own there. */
function useListed(): readonly KindView[] {
  const { staff } = useRights();
  const kinds = useQuery(kindsQuery).data ?? [];
  const moduleOf = useKindModules();
  return staff ? kinds : kinds.filter((kind) => areOfPeople(kind) && !moduleOf(kind)?.page);
}

/** All kinds of requests; one of them is looked at. */
export function RequestsPage() {
  const { kind: name } = route.useParams();
  const { state = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const { user } = usePerson();
  const { staff } = useRights();
  const plural = usePlural();
  const query = useQuery(kindsQuery);
  const kind = query.data?.find((one) => one.name === name);
  if (!kind) {
    return (
      <>
        <PageHeader title={t`Requests`} />
        <Card>
          {query.isPending ? (
            <SkeletonRows />
          ) : query.isError ? (
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          ) : (
            <EmptyState icon={<FileQuestion aria-hidden />} title={t`There is no such page`} />
          )}
        </Card>
      </>
    );
  }
  return (
    <>
      <PageHeader title={plural(kind)} hint={kind.description}>
        <FileButton kind={kind} />
      </PageHeader>
      <KindTabs current={kind} />
      <RequestList kind={kind} state={state} {...(!staff && { user })} title={staff ? t`All` : t`Yours`}>
        <Select
          aria-label={t`State`}
          className="w-48"
          value={state}
          onChange={({ target: { value } }) =>
            void navigate({ search: value ? { state: value } : {}, replace: true })
          }
        >
          <option value="">
            <Trans>All statuses</Trans>
          </option>
          {kind.states.map((one) => (
            <option key={one.name} value={one.name}>
              {one.title}
            </option>
          ))}
        </Select>
      </RequestList>
    </>
  );
}

/** The other kinds, with what waits for a decision. */
function KindTabs({ current }: { current: KindView }) {
  const kinds = useListed();
  const plural = usePlural();
  const { staff } = useRights();
  const waiting = useWaiting({ skip: !staff }) ?? {};
  if (kinds.length < 2) return null;
  return (
    <nav
      aria-label={t`Kinds of requests`}
      className="scroll-quiet -mx-4 mb-4 flex gap-1 overflow-x-auto px-4 sm:-mx-1 sm:flex-wrap sm:px-0"
    >
      {kinds.map((kind) => (
        <Link
          key={kind.name}
          to="/requests/$kind"
          params={{ kind: kind.name }}
          aria-current={kind === current ? "page" : undefined}
          className={cx(
            "inline-flex h-11 shrink-0 items-center gap-2 rounded-md px-3 font-medium text-sm sm:h-9",
            kind === current ? "bg-hover text-ink" : "text-muted hover:bg-hover hover:text-ink",
          )}
        >
          {plural(kind)}
          {waiting[kind.name] ? <span className="num text-accent text-xs">{waiting[kind.name]}</span> : null}
        </Link>
      ))}
    </nav>
  );
}

/** `/requests`: the first kind there is. */
export function RequestsIndexPage() {
  const query = useQuery(kindsQuery);
  const { staff } = useRights();
  const first = useListed()[0];
  if (first) return <Navigate to="/requests/$kind" params={{ kind: first.name }} replace />;
  return (
    <>
      <PageHeader title={t`Requests`} />
      <Card>
        {query.isPending ? (
          <SkeletonRows />
        ) : query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <EmptyState icon={<FileQuestion aria-hidden />} title={t`Nothing to request here`}>
            {staff ? (
              <Trans>
                Programs bring kinds of requests: see the setting <code>programs</code>.
              </Trans>
            ) : (
              t`What you can do with your money is in the menu.`
            )}
          </EmptyState>
        )}
      </Card>
    </>
  );
}
