"use client";

import {
  GroatError,
  isRead,
  type NotificationView,
  newestFirst,
  type ReadInput,
  type Toast,
  type ToastOptions,
  type Way,
} from "@groat/client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useGroat, useGroatState } from "./provider.js";

export interface UseNotifications {
  /** Newest first: one's own, one's roles' and everybody's; live ones on top of the pages asked for. */
  items: readonly NotificationView[];
  unread: number;
  /** The person's choice of ways, by category; "*" stands for all others. */
  ways: Readonly<Record<string, readonly Way[]>>;
  /** True while a page is being asked for, or nothing is known yet. */
  loading: boolean;
  hasMore: boolean;
  /** Asks for older ones. */
  loadMore: () => void;
  /** Marks some as read on all devices; never throws, for what goes wrong is in `error`. */
  markRead: (input: ReadInput) => Promise<void>;
  /** Marks all that are shown, and all before them. */
  markAllRead: () => Promise<void>;
  /** The error of the last page or mark; null again with the next. */
  error: GroatError | null;
}

export interface NotificationsOptions {
  /** Per page. */
  limit?: number;
}

/** The state of one session: nothing of it is shown in the next. */
interface Older {
  session: number;
  items: readonly NotificationView[];
  /** The cursor of the next page; null where there is none. */
  cursor: string | null;
}

const NONE: readonly NotificationView[] = [];

/** The person's notifications, live. */
export function useNotifications({ limit = 50 }: NotificationsOptions = {}): UseNotifications {
  const groat = useGroat();
  const { items: latest, total, unread, marks, ways } = useGroatState((state) => state.notifications);
  const session = useGroatState((state) => state.session);
  const ready = useGroatState((state) => state.phase === "ready");
  const [kept, setKept] = useState<Older | null>(null);
  /** The session in which a page is being asked for. */
  const [asking, setAsking] = useState<number | null>(null);
  const [failed, setFailed] = useState<{ session: number; error: GroatError } | null>(null);
  const busy = useRef<number | null>(null);
  const older = kept?.session === session && ready ? kept : null;

  const loadMore = useCallback(async () => {
    if (busy.current === session || !ready || older?.cursor === null) return;
    busy.current = session;
    setAsking(session);
    setFailed(null);
    try {
      const page = await groat.api.notifications({}, { cursor: older?.cursor ?? null, limit });
      setKept({ session, items: [...(older?.items ?? NONE), ...page.items], cursor: page.cursor });
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      setFailed({ session, error });
    } finally {
      if (busy.current === session) busy.current = null;
      setAsking((asking) => (asking === session ? null : asking));
    }
  }, [groat, ready, older, session, limit]);

  const markRead = useCallback(
    async (input: ReadInput) => {
      setFailed(null);
      try {
        await groat.markRead(input);
      } catch (error) {
        if (!(error instanceof GroatError)) throw error;
        setFailed({ session, error });
      }
    },
    [groat, session],
  );

  const items = useMemo(() => {
    const byId = new Map((older?.items ?? NONE).map((item) => [item.id, item]));
    for (const item of latest) byId.set(item.id, item);
    return newestFirst([...byId.values()]).map((item) => {
      const read = isRead(item, marks);
      return read === item.read ? item : { ...item, read };
    });
  }, [older, latest, marks]);
  const newest = items[0]?.id;

  return {
    items,
    unread,
    ways,
    loading: asking === session || !ready,
    hasMore: ready && (older ? older.cursor !== null : latest.length < total),
    loadMore: () => void loadMore(),
    markRead,
    markAllRead: async () => {
      if (newest !== undefined) await markRead({ upto: newest });
    },
    error: failed?.session === session ? failed.error : null,
  };
}

/** Returns the number of unread notifications: for a badge, which renders again only when this changes. */
export function useUnread(): number {
  return useGroatState((state) => state.notifications.unread);
}

/** Calls `show` for what should pop up and `hide` when it was read: see `toasts` of the client. */
export function useToasts(
  show: (toast: Toast) => void,
  hide?: (key: string) => void,
  { atOnce, within_ms }: ToastOptions = {},
): void {
  const groat = useGroat();
  const latest = useRef({ show, hide });
  useEffect(() => {
    latest.current = { show, hide };
  });
  useEffect(() => {
    return groat.toasts(
      (toast) => latest.current.show(toast),
      (key) => latest.current.hide?.(key),
      { ...(atOnce !== undefined && { atOnce }), ...(within_ms !== undefined && { within_ms }) },
    );
  }, [groat, atOnce, within_ms]);
}
