import { formatAmount, type KindView, type LookView } from "@groat/client";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { cx } from "../lib/cx";
import { Headline } from "../requests/headline";
import { ApprovalDots, OwnerMark, StateBadge, Viewers } from "../requests/marks";
import { Name } from "../requests/people";
import { Time } from "../ui/text";
import type { InboxRow } from "./list";

interface RowProps {
  row: InboxRow;
  kind: KindView | undefined;
  viewers: LookView[] | undefined;
  selected: boolean;
  fresh: boolean;
  /** `keyboard`: it was opened with Enter. Returns false where the page itself shall be opened. */
  onOpen: (id: string, keyboard: boolean) => boolean;
}

/** One request of the inbox: who, what, how much, since when, and how far it is. */
export function InboxLine({ row, kind, viewers, selected, fresh, onOpen }: RowProps) {
  const { request, leftAt } = row;
  const left = leftAt !== null;
  return (
    <li
      data-testid="inbox-row"
      data-row={request.id}
      data-left={left || undefined}
      className={cx(
        "border-line border-b last:border-b-0",
        left && !selected && "animate-leave",
        fresh && "animate-changed",
      )}
    >
      <Link
        to="/requests/$kind/$id"
        params={{ kind: request.kind, id: request.id }}
        search={{ from: "inbox" }}
        data-inbox-link={request.id}
        aria-current={selected || undefined}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          if (onOpen(request.id, event.detail === 0)) event.preventDefault();
        }}
        className={cx(
          "relative grid grid-cols-[auto_minmax(0,1fr)_auto] gap-x-3 px-4 py-3 -outline-offset-2",
          selected
            ? "bg-hover before:absolute before:inset-y-0 before:left-0 before:w-0.5 before:bg-accent"
            : "hover:bg-hover/60",
        )}
      >
        <OwnerMark owner={request.owner} className="row-span-2 mt-0.5" />
        <Name first of={request.owner} className="truncate font-medium text-sm" />
        <span className="num justify-self-end whitespace-nowrap font-semibold text-sm">
          {request.amount && formatAmount(request.amount)}
          {request.amount && <span className="ml-1 font-normal text-faint text-xs">{request.asset}</span>}
        </span>
        <span className="truncate text-muted text-sm">
          {kind?.title ?? request.kind}
          <span className="text-faint">
            {" "}
            <Headline kind={kind} request={request} />
          </span>
        </span>
        <Time at={request.filed_at} form="brief" className="justify-self-end text-faint text-xs leading-5" />
        <span className="col-span-2 col-start-2 flex flex-wrap items-center gap-x-3 gap-y-1 empty:hidden">
          {left ? (
            <span className="mt-1 inline-flex min-w-0 items-center gap-1.5 text-muted text-xs">
              <StateBadge kind={kind} state={request.state} />
              {request.decided_by && (
                <span>
                  <Trans>
                    by <Name by of={request.decided_by} />
                  </Trans>
                </span>
              )}
            </span>
          ) : (
            <>
              <ApprovalDots request={request} />
              <Viewers viewers={viewers} />
            </>
          )}
        </span>
      </Link>
    </li>
  );
}
