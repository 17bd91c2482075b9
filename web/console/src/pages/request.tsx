import { GroatError } from "@groat/client";
import { useRequest } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { FileQuestion } from "lucide-react";
import { kindsQuery } from "../api/requests";
import { KindCrumb } from "../requests/crumb";
import { Headline } from "../requests/headline";
import { RequestRecord } from "../requests/record";
import { EmptyState, ErrorState, Skeleton } from "../ui/states";
import { Card, PageHeader } from "../ui/surface";

const route = getRouteApi("/inside/requests/$kind/$id");

/** One request. */
export function RequestPage() {
  const { kind: name, id } = route.useParams();
  const { from } = route.useSearch();
  const kinds = useQuery(kindsQuery);
  const read = useRequest(name, id);
  const { request } = read;
  const kind = kinds.data?.find((one) => one.name === name);
  const title = kind?.title ?? t`Request`;
  const crumb = <KindCrumb name={name} kind={kind} inbox={from === "inbox"} />;
  if ((read.loading && !request) || kinds.isPending) {
    return (
      <>
        <PageHeader title={title} crumb={crumb} />
        <Skeleton className="h-72 w-full !rounded-xl" />
      </>
    );
  }
  const error = read.error ?? kinds.error;
  if (!request || !kind) {
    const missing = error instanceof GroatError && error.status === 404;
    return (
      <>
        <PageHeader title={title} crumb={crumb} />
        <Card>
          {missing || !error ? (
            <EmptyState icon={<FileQuestion aria-hidden />} title={t`There is no such request`}>
              <Trans>It may be somebody else's, or the address is mistyped.</Trans>
            </EmptyState>
          ) : (
            <ErrorState
              error={error}
              onRetry={() => {
                if (read.error) read.refresh();
                if (kinds.isError) void kinds.refetch();
              }}
            />
          )}
        </Card>
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={title}
        hint={
          <span className="inline-block first-letter:uppercase">
            <Headline kind={kind} request={request} />
          </span>
        }
        crumb={crumb}
      />
      <Card className="max-w-3xl p-4 sm:p-6">
        <RequestRecord key={id} kind={kind} request={request} />
      </Card>
    </>
  );
}
