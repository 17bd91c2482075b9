import type { KindView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { FileQuestion } from "lucide-react";
import type { ReactNode } from "react";
import { kindsQuery } from "../api/requests";
import { EmptyState, ErrorState, Skeleton } from "../ui/states";
import { Card } from "../ui/surface";

/** Renders what needs a kind's declaration. It keeps the place while that loads, and says why if it cannot be had. */
export function OfKind({ name, children }: { name: string; children: (kind: KindView) => ReactNode }) {
  const kinds = useQuery(kindsQuery);
  const kind = kinds.data?.find((one) => one.name === name);
  if (kind) return children(kind);
  if (kinds.isPending) return <Skeleton className="h-72 w-full !rounded-xl" />;
  return (
    <Card>
      {kinds.isError ? (
        <ErrorState error={kinds.error} onRetry={() => void kinds.refetch()} />
      ) : (
        <EmptyState
          icon={<FileQuestion aria-hidden />}
          title={t`This server knows no requests of this kind`}
        />
      )}
    </Card>
  );
}
