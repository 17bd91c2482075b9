/**
 * Pops up each notification that just happened and that the person wants to see so, on the tab that is on screen.
 * One of the same thread takes the place of the former, and of many at once all but the first share one place.
 */
import type { Environment } from "./environment.js";
import type { Groat } from "./groat.js";
import { guarded } from "./guard.js";
import type { Toast, ToastOptions } from "./model.js";
import { covers } from "./notices.js";
import type { NotificationView } from "./wire.js";

const AT_ONCE = 3;
const WITHIN_MS = 5_000;
const SUMMARY = "groat-more";

export function watchToasts(
  groat: Pick<Groat, "getState" | "subscribe" | "onChange">,
  { clock, document }: Pick<Environment, "clock" | "document">,
  show: (toast: Toast) => void,
  hide: (key: string) => void,
  { atOnce = AT_ONCE, within_ms = WITHIN_MS }: ToastOptions,
): () => void {
  const shown = new Map<string, Toast>();
  let recent: { key: string; at: number }[] = [];

  const pop = (notification: NotificationView) => {
    const own = keyOf(notification);
    recent = recent.filter(({ at }) => clock() - at < within_ms);
    const keys = new Set(recent.map(({ key }) => key));
    // A toast keeps its place. Beyond the first places all others share one.
    const fits = keys.has(own) || [...keys].filter((key) => key !== SUMMARY).length < atOnce;
    const key = fits ? own : SUMMARY;
    const before = keys.has(key) ? (shown.get(key)?.count ?? 0) : 0;
    const toast = { key, notification, count: before + 1, summary: !fits };
    recent.push({ key, at: clock() });
    shown.set(key, toast);
    guarded(show, toast);
  };

  const hideRead = (read: (notification: NotificationView) => boolean) => {
    for (const [key, toast] of shown) {
      if (!read(toast.notification)) continue;
      shown.delete(key);
      guarded(hide, key);
    }
  };

  const ends = [
    groat.onChange((change) => {
      if (change.type === "identity") {
        hideRead(() => true);
        recent = [];
      }
      if (change.type !== "notification" || !change.toast || groat.getState().paused) return;
      if (document?.visibilityState !== "hidden") pop(change.notification);
    }),
    groat.subscribe(
      (state) => state.notifications.marks,
      (marks) => hideRead(({ stream, number }) => covers(marks[stream], number)),
    ),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function keyOf({ id, stream, thread }: NotificationView): string {
  return thread ? `${stream} ${thread}` : id;
}
