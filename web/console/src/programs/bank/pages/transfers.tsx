import type { RequestView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { ArrowUpRight, CalendarClock, Contact, Send } from "lucide-react";
import type { ReactNode } from "react";
import { usePerson } from "../../../live/hooks";
import { OfKind } from "../../../requests/of-kind";
import { RequestList, useOwn } from "../../../requests/request-list";
import { Button } from "../../../ui/button";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { Card, CardHeader, Initial, PageHeader } from "../../../ui/surface";
import { Amount } from "../../../ui/text";
import { dataOf, RHYTHMS, spaced } from "../data";
import { NEW_TRANSFER } from "../paths";
import { Day } from "../pieces";
import { To } from "../recipient";

/** A person's transfers, and what makes the next one quicker. */
export function TransfersPage() {
  const { user } = usePerson();
  return (
    <>
      <PageHeader title={t`Transfers`} hint={t`To people here, and to accounts elsewhere.`}>
        <Button asChild look="primary">
          <Link to={NEW_TRANSFER}>
            <Send aria-hidden /> <Trans>Send money</Trans>
          </Link>
        </Button>
      </PageHeader>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <OfKind name="transfer">
          {(kind) => (
            <RequestList
              kind={kind}
              user={user}
              title={t`Yours`}
              empty={
                <EmptyState icon={<Send aria-hidden />} title={t`No transfers yet`}>
                  <Trans>What you send is listed here, with where it stands.</Trans>
                </EmptyState>
              }
            />
          )}
        </OfKind>
        <div className="flex min-w-0 flex-col gap-5">
          <Recipients />
          <StandingOrders />
        </div>
      </div>
    </>
  );
}

/** A short list in the margin. */
function SideList({
  kind,
  state,
  title,
  empty,
  children,
}: {
  kind: string;
  state: string;
  title: string;
  empty: ReactNode;
  children: (requests: readonly RequestView[]) => ReactNode;
}) {
  const own = useOwn(kind, { state });
  return (
    <Card data-testid={`${kind}-list`}>
      <CardHeader title={title} />
      {own.loading && own.items.length === 0 ? (
        <SkeletonRows rows={2} />
      ) : own.error && own.items.length === 0 ? (
        <ErrorState error={own.error} onRetry={own.refresh} />
      ) : own.items.length === 0 ? (
        <p className="px-4 pb-4 text-muted text-sm sm:px-5">{empty}</p>
      ) : (
        <ul className="divide-y divide-line border-line border-t">{children(own.items)}</ul>
      )}
    </Card>
  );
}

function Recipients() {
  return (
    <SideList
      kind="beneficiary"
      state="active"
      title={t`Saved recipients`}
      empty={
        <span className="inline-flex items-center gap-2">
          <Contact className="size-4" aria-hidden /> <Trans>None yet. Save one while you send money.</Trans>
        </span>
      }
    >
      {(rows) =>
        rows.map((request) => {
          const to = dataOf("beneficiary", request);
          return (
            to && (
              <li key={request.id} className="flex items-center gap-3 px-4 py-2.5 sm:px-5">
                <Initial name={to.name || to.user} />
                <Link
                  to="/requests/$kind/$id"
                  params={{ kind: "beneficiary", id: request.id }}
                  className="min-w-0 flex-1 rounded-sm hover:underline"
                >
                  <span className="block truncate font-medium text-sm">
                    <To to={to} />
                  </span>
                  <span className="num block truncate text-faint text-xs">
                    {to.external ? spaced(to.external) : to.user}
                  </span>
                </Link>
                <Button asChild size="sm">
                  <Link
                    to={NEW_TRANSFER}
                    search={{ to: request.id }}
                    aria-label={t`Send money to ${to.name || to.user}`}
                  >
                    <Trans>Send</Trans> <ArrowUpRight aria-hidden />
                  </Link>
                </Button>
              </li>
            )
          );
        })
      }
    </SideList>
  );
}

function StandingOrders() {
  return (
    <SideList
      kind="standing_order"
      state="active"
      title={t`Standing orders`}
      empty={
        <span className="inline-flex items-center gap-2">
          <CalendarClock className="size-4" aria-hidden />{" "}
          <Trans>None yet. Send money with “Repeat” to set one up.</Trans>
        </span>
      }
    >
      {(rows) =>
        rows.map((request) => {
          const order = dataOf("standing_order", request);
          return (
            order && (
              <li key={request.id}>
                <Link
                  to="/requests/$kind/$id"
                  params={{ kind: "standing_order", id: request.id }}
                  className="block px-4 py-2.5 -outline-offset-2 hover:bg-hover sm:px-5"
                >
                  <span className="flex justify-between gap-3 text-sm">
                    <span className="truncate font-medium">
                      <To to={order} />
                    </span>
                    <Amount value={order.amount} asset={order.asset} className="font-medium" />
                  </span>
                  <span className="flex justify-between gap-3 text-faint text-xs">
                    <span className="truncate">
                      {RHYTHMS[order.every]}
                      {order.reference && ` · ${order.reference}`}
                    </span>
                    {order.next && (
                      <span>
                        <Trans>
                          next <Day day={order.next} />
                        </Trans>
                      </span>
                    )}
                  </span>
                </Link>
              </li>
            )
          );
        })
      }
    </SideList>
  );
}
