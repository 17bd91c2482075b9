import {
  Amount,
  Button,
  Card,
  CardHeader,
  EmptyState,
  ErrorState,
  Field,
  Input,
  LoadingRows,
  Name,
  PageHeader,
  StaffOnly,
  Table,
  useGo,
  usePlace,
} from "@groat/console";
import { type FormEvent, useState } from "react";
import { CoinIcon } from "./icon";
import { type Payment, usePayments } from "./payments";
import { RefundTable } from "./refunds";
import "./topups.css";

const COLUMNS = [
  { title: "Payment", cell: ({ payment }: Payment) => <code className="topups-payment">{payment}</code> },
  {
    title: "Amount",
    align: "end" as const,
    cell: ({ amount, asset }: Payment) => <Amount value={amount} asset={asset} />,
  },
];

/** Whose payments the address names. An id may look like a number, and then it is read as one. */
const userOf = ({ user }: Readonly<Record<string, unknown>>): string | null =>
  user === undefined ? null : String(user);

/** For staff: a person's payments, and the refunds that wait. */
export function TopUps() {
  return (
    <StaffOnly>
      <PageHeader title="Top-ups" hint="What the payment provider told of, as it comes in." />
      <div className="topups-columns">
        <Payments />
        <Card aria-labelledby="topups-waiting">
          <CardHeader id="topups-waiting" title="Refunds that wait" />
          <RefundTable filter={{ waits: true }} empty="No refund waits" />
        </Card>
      </div>
    </StaffOnly>
  );
}

function Payments() {
  const go = useGo();
  const user = userOf(usePlace().search);
  const [typed, setTyped] = useState(user ?? "");
  function look(event: FormEvent) {
    event.preventDefault();
    const wanted = typed.trim();
    go("/topups", { search: wanted ? { user: wanted } : {}, replace: true });
  }
  return (
    <Card aria-labelledby="topups-payments">
      <CardHeader id="topups-payments" title={user ? <Name first of={`user:${user}`} /> : "Whose?"} />
      <form onSubmit={look} className="topups-search">
        <Field label="Person (id)" className="topups-grows">
          {(wiring) => <Input {...wiring} value={typed} onChange={(event) => setTyped(event.target.value)} />}
        </Field>
        <Button type="submit" look="primary" guard={false}>
          Show
        </Button>
      </form>
      {user && <PaymentTable user={user} />}
    </Card>
  );
}

function PaymentTable({ user }: { user: string }) {
  const { payments, error, refresh } = usePayments(user);
  if (error) return <ErrorState error={error} onRetry={refresh} />;
  if (!payments) return <LoadingRows rows={2} />;
  if (payments.length === 0) return <EmptyState icon={<CoinIcon aria-hidden />} title="No payment yet" />;
  return (
    <Table
      caption={`Payments of ${user}`}
      columns={COLUMNS}
      rows={payments}
      rowId={({ payment }) => payment}
    />
  );
}
