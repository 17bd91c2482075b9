import { useNotifications, useUnread } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Bell as BellIcon } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/button";
import { Popover } from "../../ui/overlay";
import { EmptyState } from "../../ui/states";
import { NoticeRow } from "./notice-row";
import { NOTIFICATIONS } from "./paths";

const LATEST = 6;

/** Shows the number of unread notifications on every page, with the latest at hand. */
export function Bell() {
  const unread = useUnread();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={t`Latest notifications`}
      trigger={
        <button
          type="button"
          data-testid="bell"
          data-unread={unread}
          aria-label={unread > 0 ? t`Notifications, ${unread} not read` : t`Notifications`}
          title={t`Notifications`}
          className="relative inline-flex size-11 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-ink sm:size-9"
        >
          <BellIcon className="size-[1.125rem]" aria-hidden />
          {unread > 0 && (
            <span
              aria-hidden
              className="num absolute top-1 left-1/2 ml-0.5 rounded-full bg-accent px-1 font-semibold text-[0.625rem] text-surface leading-4 min-w-4 sm:top-0"
            >
              {unread > 99 ? "99+" : unread}
            </span>
          )}
        </button>
      }
    >
      <Latest close={() => setOpen(false)} />
    </Popover>
  );
}

function Latest({ close }: { close: () => void }) {
  const { items, unread, markRead, markAllRead } = useNotifications();
  const latest = items.slice(0, LATEST);
  return (
    <div data-testid="bell-panel">
      <header className="flex min-h-13 items-center justify-between gap-3 border-line border-b px-4 py-2">
        <h2 className="font-semibold text-sm">
          <Trans>Notifications</Trans>
        </h2>
        {unread > 0 && (
          <Button size="sm" look="quiet" className="-mr-2" onClick={() => void markAllRead()}>
            <Trans>Mark all as read</Trans>
          </Button>
        )}
      </header>
      {latest.length === 0 ? (
        <EmptyState icon={<BellIcon aria-hidden />} title={t`Nothing yet`}>
          <Trans>What happens to your money and your requests is told here.</Trans>
        </EmptyState>
      ) : (
        <ul className="scroll-quiet max-h-[min(26rem,60dvh)] divide-y divide-line overflow-y-auto">
          {latest.map((notification) => (
            <NoticeRow
              key={notification.id}
              notification={notification}
              compact
              onRead={({ id }) => void markRead({ ids: [id] })}
              onFollow={close}
            />
          ))}
        </ul>
      )}
      <footer className="border-line border-t p-1.5">
        <Link
          to={NOTIFICATIONS}
          onClick={close}
          className="flex min-h-11 items-center justify-center rounded-md font-medium text-sm hover:bg-hover sm:min-h-9"
        >
          <Trans>All notifications</Trans>
        </Link>
      </footer>
    </div>
  );
}
