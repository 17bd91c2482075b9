import { GroatError, type KindView, type RequestView } from "@groat/client";
import { useRequests } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Receipt } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { explain } from "../../../api/problem";
import { PAGE_SIZE } from "../../../api/queries";
import { cx } from "../../../lib/cx";
import { usePerson, useReader, useRights } from "../../../live/hooks";
import { Acts } from "../../../requests/acts";
import { toastId, transitionOf } from "../../../requests/kinds";
import { StateBadge } from "../../../requests/marks";
import { OfKind } from "../../../requests/of-kind";
import { Name } from "../../../requests/people";
import { useFresh } from "../../../requests/request-list";
import { useTake } from "../../../requests/use-take";
import { Button } from "../../../ui/button";
import { Select } from "../../../ui/field";
import { NewRows } from "../../../ui/new-rows";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { Card, CardHeader, PageHeader } from "../../../ui/surface";
import { Amount, Time } from "../../../ui/text";
import { KIND, orderOf } from "../orders/data";
import { BUY } from "../paths";

/** Taken by machines, or only on the page of the order. */
const ELSEWHERE = ["pay", "payment_failed", "correct", "drop_correction"];

/** One's own orders, or for staff everybody's: live, with what can be done about each. */
export function OrdersPage() {
  const { staff } = useRights();
  return (
    <>
      <PageHeader
        title={staff ? t`Orders` : t`My orders`}
        hint={staff ? t`Who buys credits, live.` : t`What you bought, and what waits to be paid.`}
      >
        {!staff && (
          <Button asChild look="primary">
            <Link to={BUY}>
              <Trans>Buy credits</Trans>
            </Link>
          </Button>
        )}
      </PageHeader>
      <OfKind name={KIND}>{(kind) => <Orders kind={kind} />}</OfKind>
    </>
  );
}

function Orders({ kind }: { kind: KindView }) {
  const { staff } = useRights();
  const { user } = usePerson();
  const navigate = useNavigate();
  const { state = "" } = useSearch({ strict: false }) as { state?: string };
  const { top, following, reading } = useReader();
  const filter = { kind: KIND, ...(state && { state }), ...(!staff && { user }) };
  const list = useRequests(filter, { limit: PAGE_SIZE, hold: !following, keepPrevious: true });
  const fresh = useFresh(list.items, list.previous);
  return (
    <Card aria-label={t`Orders`} data-testid="orders">
      <div ref={top} />
      <CardHeader title={staff ? t`All` : t`Yours`}>
        <div aria-live="polite">{list.fresh > 0 && <NewRows count={list.fresh} onShow={list.refresh} />}</div>
        <Select
          aria-label={t`State`}
          className="w-48"
          value={state}
          onChange={({ target: { value } }) =>
            void navigate({ to: ".", search: value ? { state: value } : {}, replace: true } as never)
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
      </CardHeader>
      {list.loading && list.items.length === 0 ? (
        <SkeletonRows />
      ) : list.error && list.items.length === 0 ? (
        <ErrorState error={list.error} onRetry={list.refresh} />
      ) : list.items.length === 0 ? (
        <EmptyState icon={<Receipt aria-hidden />} title={state ? t`None in this state` : t`No orders yet`}>
          <Trans>New ones show up here by themselves.</Trans>
        </EmptyState>
      ) : (
        <ul
          {...reading}
          className={cx("divide-y divide-line border-line border-t", list.previous && "opacity-60")}
        >
          {list.items.map((request) => (
            <OrderRow key={request.id} kind={kind} request={request} fresh={fresh.has(request.id)} />
          ))}
        </ul>
      )}
      {list.hasMore && (
        <div className="flex justify-center p-3">
          <Button size="sm" look="quiet" busy={list.loading} onClick={list.loadMore}>
            <Trans>Show older</Trans>
          </Button>
        </div>
      )}
    </Card>
  );
}

function OrderRow({
  kind,
  request: listed,
  fresh,
}: {
  kind: KindView;
  request: RequestView;
  fresh: boolean;
}) {
  const { staff } = useRights();
  // News do not say what one may do next, and a list that is read asks for nothing. The answer to one's own act does.
  const [answer, setAnswer] = useState<RequestView | null>(null);
  const request = answer && answer.version >= listed.version ? answer : listed;
  const order = orderOf(request);
  const undo = useUndo(kind);
  return (
    <li
      className={cx("flex flex-col gap-2 px-4 py-3 sm:px-5", fresh && "animate-changed")}
      data-testid="order"
      data-row={request.id}
      data-state={request.state}
    >
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <div className="min-w-0">
          <Link
            to="/requests/$kind/$id"
            params={{ kind: KIND, id: request.id }}
            className="wrap-anywhere rounded-sm py-1 font-medium hover:underline"
          >
            {order.name}
          </Link>
          <p className="flex flex-wrap gap-x-1.5 text-muted text-sm">
            <Amount value={order.price} asset={order.currency} />
            {staff && (
              <>
                · <Name first of={request.owner} />
              </>
            )}
            <span>
              · <Time at={request.filed_at} form="age" />
            </span>
          </p>
        </div>
        <div className="flex items-center gap-3">
          <StateBadge kind={kind} state={request.state} />
          <Amount value={order.amount} asset={order.asset} className="font-medium" />
        </div>
      </div>
      <Acts
        kind={kind}
        request={request}
        omit={ELSEWHERE}
        onDone={(after) => {
          setAnswer(after);
          if (after.state === "cancelled" && staff) undo(after, setAnswer);
        }}
      />
    </li>
  );
}

/** Offers to open a cancelled order again. */
function useUndo(kind: KindView) {
  const { take } = useTake();
  return (request: RequestView, onDone: (after: RequestView) => void) => {
    const reopen = transitionOf(kind, "reopen");
    if (!reopen) return;
    async function again() {
      if (!reopen) return;
      try {
        onDone(await take(request, reopen, { reason: t`Cancelled by mistake` }));
      } catch (error) {
        if (!(error instanceof GroatError)) throw error;
        toast.error(explain(error), { id: toastId(request) });
      }
    }
    toast.success(t`Order cancelled`, {
      id: toastId(request),
      duration: 10_000,
      action: {
        label: t`Undo`,
        onClick: () => void again(),
      },
    });
  };
}
