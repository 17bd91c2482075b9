import type { NotificationView, Toast } from "@groat/client";
import { useToasts } from "@groat/react";
import { plural, t } from "@lingui/core/macro";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { toast as sonner } from "sonner";
import { groat } from "../../groat";
import { useSaid } from "../../registry/said";
import { toastId } from "../../requests/kinds";
import { useSubjectLink } from "./looks";
import { NOTIFICATIONS } from "./paths";

/** A toast about a request has the place of all others about it, those that tell what one did here included. */
export const placeOf = ({ key, notification: { subject, thread } }: Toast) =>
  subject && subject.id === thread ? toastId(subject) : key;

/** Lets notifications pop up that the person wants to see so; what was read elsewhere goes by itself. */
export function NotificationToasts(): null {
  const navigate = useNavigate();
  const { say } = useSaid();
  const linkOf = useSubjectLink();
  const places = useRef(new Map<string, string>());

  function open(notification: NotificationView, summary: boolean) {
    const link = summary ? null : linkOf(notification);
    if (!link) return void navigate({ to: NOTIFICATIONS });
    // It is read by being followed; should that fail, it stays unread.
    groat.markRead({ ids: [notification.id] }).catch(() => undefined);
    void navigate(link);
  }

  useToasts(
    (toast) => {
      const { key, notification, count, summary } = toast;
      const id = summary ? key : placeOf(toast);
      places.current.set(key, id);
      const { level } = notification;
      const title = say(notification.title);
      const body = say(notification.body);
      if (summary) {
        sonner.info(plural(count, { one: "One more notification", other: "# more notifications" }), {
          id,
          description: t`The latest: ${title}`,
          action: { label: t`See all`, onClick: () => open(notification, true) },
        });
        return;
      }
      const action = linkOf(notification) && {
        label: t({ message: "Open", context: "a page" }),
        onClick: () => open(notification, false),
      };
      sonner[level](title, { id, description: body || undefined, ...(action && { action }) });
    },
    (key) => {
      sonner.dismiss(places.current.get(key) ?? key);
      places.current.delete(key);
    },
  );
  return null;
}
