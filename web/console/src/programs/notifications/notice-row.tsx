import type { NotificationView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { Check } from "lucide-react";
import { cx } from "../../lib/cx";
import { formatHour } from "../../lib/time";
import { useSaid } from "../../registry/said";
import { IconButton } from "../../ui/button";
import { Time } from "../../ui/text";
import { NoticeMark, useSubjectLink } from "./looks";

interface NoticeRowProps {
  notification: NotificationView;
  onRead: (notification: NotificationView) => void;
  /** For rows without a heading for the day, where room is scarce. */
  compact?: boolean;
  /** It came in while the page was open. */
  fresh?: boolean;
  onFollow?: () => void;
}

/** A notification. Following it to its subject reads it, too. */
export function NoticeRow({
  notification,
  onRead,
  onFollow,
  compact = false,
  fresh = false,
}: NoticeRowProps) {
  const { id, at, read } = notification;
  const { say } = useSaid();
  const title = say(notification.title);
  const body = say(notification.body);
  const link = useSubjectLink()(notification);
  return (
    <li
      data-testid="notification"
      data-row={id}
      data-read={read}
      tabIndex={-1}
      className={cx(
        "relative flex gap-3 px-4 transition-colors hover:bg-hover/60",
        compact ? "py-2.5" : "py-3 sm:px-5",
        fresh && "animate-changed",
      )}
    >
      <NoticeMark notification={notification} className="mt-0.5" />
      <div className="min-w-0 flex-1">
        <p className={cx("wrap-anywhere text-sm", read ? "text-muted" : "font-semibold")}>
          {link ? (
            <Link
              {...link}
              className="rounded-sm after:absolute after:inset-0 hover:underline"
              onClick={() => {
                if (!read) onRead(notification);
                onFollow?.();
              }}
            >
              {title}
            </Link>
          ) : (
            title
          )}
          {!read && (
            <span className="sr-only">
              {" "}
              <Trans>(not read)</Trans>
            </span>
          )}
        </p>
        {body && (
          <p className={cx("wrap-anywhere mt-0.5 text-muted text-sm", compact && "line-clamp-2")}>{body}</p>
        )}
      </div>
      <div className="flex shrink-0 flex-col items-end gap-1 text-faint text-xs leading-5">
        {compact ? (
          <Time at={at} form="brief" className="num" />
        ) : (
          <time dateTime={at} className="num">
            {formatHour(new Date(at))}
          </time>
        )}
        {!read && (
          <IconButton
            label={t`Mark as read: ${title}`}
            className="-mr-3.5 -my-2.5 group/read relative text-accent sm:-mr-2.5 sm:-my-1.5 sm:!size-8"
            onClick={(event) => {
              // The button goes; who came by keyboard goes on from the row.
              event.currentTarget.closest("li")?.focus();
              onRead(notification);
            }}
          >
            <span className="size-2 rounded-full bg-accent group-hover/read:opacity-0 group-focus-visible/read:opacity-0" />
            <Check
              aria-hidden
              className="absolute opacity-0 group-hover/read:opacity-100 group-focus-visible/read:opacity-100"
            />
          </IconButton>
        )}
      </div>
    </li>
  );
}
