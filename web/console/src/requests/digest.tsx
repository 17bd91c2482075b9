import type { RequestView } from "@groat/client";
import { useRequests } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { PAGE_SIZE } from "../api/queries";
import { kindsQuery } from "../api/requests";
import { Button } from "../ui/button";
import { ErrorState, SkeletonRows } from "../ui/states";
import { Card, CardHeader } from "../ui/surface";
import { Amount, Time } from "../ui/text";
import { Headline } from "./headline";
import { stateOf } from "./kinds";
import { ApprovalDots, StateBadge } from "./marks";

const SHOWN = 5;

/** Lists a person's requests under way, of all kinds: neither settled nor simply running. Nothing where there is none. */
export function UnderWay({ user }: { user: string }) {
  const kinds = useQuery(kindsQuery).data ?? [];
  const list = useRequests({ user }, { limit: PAGE_SIZE });
  const rows = list.items.filter(({ kind: name, open, state }) => {
    const kind = kinds.find((one) => one.name === name);
    return open && stateOf(kind, state).tone !== "good";
  });
  if (rows.length === 0) return null;
  return (
    <Card data-testid="under-way">
      <CardHeader title={t`In progress`} />
      <Lines rows={rows.slice(0, SHOWN)} />
    </Card>
  );
}

/** All requests of a person, of every kind. */
export function PersonRequests({ user }: { user: string }) {
  const kinds = useQuery(kindsQuery).data ?? [];
  const list = useRequests({ user }, { limit: PAGE_SIZE });
  const [all, setAll] = useState(false);
  if (kinds.length === 0) return null;
  return (
    <Card data-testid="person-requests">
      <CardHeader title={t`Requests`} />
      {list.loading && list.items.length === 0 ? (
        <SkeletonRows rows={3} />
      ) : list.error && list.items.length === 0 ? (
        <ErrorState error={list.error} onRetry={list.refresh} />
      ) : list.items.length === 0 ? (
        <p className="px-4 pb-4 text-muted text-sm sm:px-5">
          <Trans>None yet.</Trans>
        </p>
      ) : (
        <Lines rows={all ? list.items : list.items.slice(0, SHOWN)} />
      )}
      {(list.hasMore || (!all && list.items.length > SHOWN)) && (
        <div className="flex justify-center border-line border-t p-3">
          <Button
            size="sm"
            look="quiet"
            busy={list.loading}
            onClick={() => (all ? list.loadMore() : setAll(true))}
          >
            <Trans>Show older</Trans>
          </Button>
        </div>
      )}
    </Card>
  );
}

function Lines({ rows }: { rows: readonly RequestView[] }) {
  const kinds = useQuery(kindsQuery).data ?? [];
  return (
    <ul className="divide-y divide-line border-line border-t">
      {rows.map((request) => {
        const kind = kinds.find(({ name }) => name === request.kind);
        return (
          <li key={request.id} data-testid="digest" data-row={request.id}>
            <Link
              to="/requests/$kind/$id"
              params={{ kind: request.kind, id: request.id }}
              className="block px-4 py-2.5 text-sm -outline-offset-2 hover:bg-hover sm:px-5"
            >
              <span className="flex items-baseline justify-between gap-3">
                <span className="min-w-0 truncate font-medium">
                  {kind?.title ?? request.kind}{" "}
                  <span className="font-normal text-muted">
                    <Headline kind={kind} request={request} />
                  </span>
                </span>
                {request.amount && (
                  <Amount value={request.amount} asset={request.asset ?? ""} className="font-medium" />
                )}
              </span>
              <span className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
                <StateBadge kind={kind} state={request.state} />
                {request.waits && <ApprovalDots request={request} />}
                <Time at={request.changed_at} form="brief" className="ml-auto text-faint text-xs" />
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
