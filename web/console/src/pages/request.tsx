import { GroatError } from "@groat/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ChevronLeft, FileQuestion } from "lucide-react";
import { kindsQuery, requestQuery } from "../api/requests";
import { headline, plural } from "../requests/kinds";
import { RequestRecord } from "../requests/record";
import { EmptyState, ErrorState, Skeleton } from "../ui/states";
import { Card, PageHeader } from "../ui/surface";

const route = getRouteApi("/inside/requests/$kind/$id");

/** One request. */
export function RequestPage() {
  const { kind: name, id } = route.useParams();
  const { from } = route.useSearch();
  const kinds = useQuery(kindsQuery);
  const query = useQuery(requestQuery(name, id));
  const kind = kinds.data?.find((one) => one.name === name);
  const title = kind?.title ?? "Request";
  const crumb = (
    <Link
      {...(from === "inbox" ? { to: "/inbox" } : { to: "/requests/$kind", params: { kind: name } })}
      className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink"
    >
      <ChevronLeft className="size-4" aria-hidden /> {from === "inbox" ? "Inbox" : plural(title)}
    </Link>
  );
  if (query.isPending || kinds.isPending) {
    return (
      <>
        <PageHeader title={title} crumb={crumb} />
        <Skeleton className="h-72 w-full !rounded-xl" />
      </>
    );
  }
  const error = query.error ?? kinds.error;
  if (!query.data || !kind) {
    const missing = error instanceof GroatError && error.status === 404;
    return (
      <>
        <PageHeader title={title} crumb={crumb} />
        <Card>
          {missing || !error ? (
            <EmptyState icon={<FileQuestion aria-hidden />} title="There is no such request">
              It may be somebody else's, or the address is mistyped.
            </EmptyState>
          ) : (
            <ErrorState error={error} onRetry={() => void query.refetch()} />
          )}
        </Card>
      </>
    );
  }
  return (
    <>
      <PageHeader title={title} hint={headline(kind, query.data)} crumb={crumb} />
      <Card className="max-w-3xl p-4 sm:p-6">
        <RequestRecord key={id} kind={kind} request={query.data} />
      </Card>
    </>
  );
}
