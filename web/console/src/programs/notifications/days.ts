/** Notifications in the order in which people look for them: by day. No screens here. */

import type { NotificationView } from "@groat/client";
import { t } from "@lingui/core/macro";

export interface Day {
  /** The day in the reader's zone, "2026-11-21". */
  day: string;
  title: string;
  items: NotificationView[];
}

const long = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const longWithYear = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });

/** Notifications, newest first, by days of the reader's zone. */
export function byDay(items: readonly NotificationView[], now: Date = new Date()): Day[] {
  const days: Day[] = [];
  for (const item of items) {
    const at = new Date(item.at);
    const day = dayOf(at);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, title: titleOf(at, now), items: [item] });
  }
  return days;
}

function titleOf(at: Date, now: Date): string {
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (dayOf(at) === dayOf(now)) return t`Today`;
  if (dayOf(at) === dayOf(yesterday)) return t`Yesterday`;
  return (at.getFullYear() === now.getFullYear() ? long : longWithYear).format(at);
}

function dayOf(at: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Those that may be shown without moving what somebody reads: all but the ones newer than `settled`. */
export function settledAt(items: readonly NotificationView[], settled: string | null): NotificationView[] {
  const index = items.findIndex(({ id }) => id === settled);
  return items.slice(Math.max(index, 0));
}
