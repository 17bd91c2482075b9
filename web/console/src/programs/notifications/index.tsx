import { t } from "@lingui/core/macro";
import { Bell as BellIcon } from "lucide-react";
import { defineProgram } from "../../registry/program";
import { lazyPage } from "../../shell/missing";
import { Bell } from "./bell";
import { texts } from "./declared";
import { NOTIFICATIONS } from "./paths";
import { NotificationToasts } from "./toasts";

export const notifications = defineProgram({
  name: "notifications",
  texts,
  pages: [
    {
      path: NOTIFICATIONS,
      component: lazyPage(() => import("./pages/notifications"), "NotificationsPage"),
    },
  ],
  nav: [
    {
      section: "own",
      order: 90,
      to: NOTIFICATIONS,
      label: t`Notifications`,
      short: t`News`,
      icon: BellIcon,
      // Staff have the bell, and need the room.
      when: ({ staff }) => !staff,
    },
  ],
  slots: { header: Bell, background: NotificationToasts },
});
