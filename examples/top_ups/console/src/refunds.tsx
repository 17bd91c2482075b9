import type { RequestFilter, RequestView } from "@groat/client";
import {
  Amount,
  Badge,
  Button,
  Card,
  EmptyState,
  ErrorState,
  Link,
  LoadingRows,
  PageHeader,
  Table,
  Time,
  type Tone,
} from "@groat/console";
import { useRequests } from "@groat/react";

const KIND = "topup_refund";
const STATES: Record<string, [tone: Tone, title: string]> = {
  waiting: ["warn", "Waiting"],
  sent: ["good", "Sent"],
  rejected: ["bad", "Rejected"],
  cancelled: ["plain", "Cancelled"],
};

const COLUMNS = [
  {
    title: "Payment",
    cell: ({ id, data }: RequestView) => <Link to={`/requests/${KIND}/${id}`}>{String(data.payment)}</Link>,
  },
  {
    title: "Amount",
    align: "end" as const,
    cell: ({ amount, asset }: RequestView) => <Amount value={amount ?? "0"} asset={asset ?? ""} />,
  },
  {
    title: "State",
    cell: ({ state }: RequestView) => {
      const [tone, title] = STATES[state] ?? ["plain", state];
      return <Badge tone={tone}>{title}</Badge>;
    },
  },
  {
    title: "Asked",
    from: "sm" as const,
    cell: ({ filed_at }: RequestView) => <Time at={filed_at} form="age" />,
  },
];

/** Refunds by a filter, live. */
export function RefundTable({ filter, empty }: { filter: RequestFilter; empty: string }) {
  const { items, loading, error, refresh, hasMore, loadMore } = useRequests({ ...filter, kind: KIND });
  if (error) return <ErrorState error={error} onRetry={refresh} />;
  if (loading && items.length === 0) return <LoadingRows rows={2} />;
  if (items.length === 0) return <EmptyState title={empty} />;
  return (
    <>
      <Table caption="Refunds" columns={COLUMNS} rows={items} rowId={({ id }) => id} />
      {hasMore && (
        <Button look="quiet" busy={loading} onClick={loadMore}>
          More
        </Button>
      )}
    </>
  );
}

/** For everybody: one's own refunds. */
export function Refunds() {
  return (
    <>
      <PageHeader title="Refunds" hint="Top-ups that you want back.">
        <Button asChild look="primary">
          <Link to={`/requests/${KIND}/new`}>Ask for a refund</Link>
        </Button>
      </PageHeader>
      <Card>
        <RefundTable filter={{}} empty="You have asked for none" />
      </Card>
    </>
  );
}
