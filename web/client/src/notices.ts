/**
 * The notifications of the streams, and the functions that make one picture of another. Numbers and marks only grow, so
 * taking something in twice, late, or from another tab changes nothing: each merge takes the larger of both.
 */
import type { Notifications, StreamEvent } from "./model.js";
import type { Way } from "./types.js";
import type { EventData, MarkView, NotificationsView, NotificationView } from "./wire.js";

/** Stands for all categories of which the person chose nothing. */
const OTHERS = "*";
/** The number of notifications kept of each stream; older ones are paged from the server. */
const KEPT_MAX = 50;

/** The notifications of one stream. */
export interface Inbox {
  /** The number in all; they are numbered 1 to `total`. */
  total: number;
  /** In a room of several people: up to this number they are no news, and count as read. */
  stale: number;
  /** The latest ones, the highest number first. */
  items: readonly NotificationView[];
}

export interface Notices {
  inboxes: Readonly<Record<string, Inbox>>;
  /** The person's marks, by stream. */
  marks: Readonly<Record<string, MarkView>>;
  /** The person's choice of ways, by category. */
  ways: Readonly<Record<string, readonly Way[]>>;
}

export const NO_NOTICES: Notices = { inboxes: {}, marks: {}, ways: {} };
export const NO_NOTIFICATIONS: Notifications = { items: [], total: 0, unread: 0, marks: {}, ways: {} };
const NO_MARK: MarkView = { upto: 0, spans: [] };
const NO_INBOX: Inbox = { total: 0, stale: 0, items: [] };

/** Whether a notification is read, by marks that may be newer than it. */
export function isRead(notification: NotificationView, marks: Notifications["marks"]): boolean {
  return notification.read || covers(marks[notification.stream], notification.number);
}

/** Whether the person wants to hear of a category in this way; toasts unless they chose otherwise. */
export function wants(ways: Notices["ways"], way: Way, category: string): boolean {
  return (ways[category] ?? ways[OTHERS] ?? ["toast"]).includes(way);
}

/** Takes in a stream's snapshot; a stream that was never notified has nothing. */
export function takeSnapshot(notices: Notices, stream: string, said: NotificationsView | undefined): Notices {
  const { total = 0, stale = 0, items = [], marks = {}, ways } = said ?? {};
  const known = notices.inboxes[stream] ?? NO_INBOX;
  return {
    inboxes: { ...notices.inboxes, [stream]: mergeInboxes(known, { total, stale, items }) },
    marks: mergeMarks(notices.marks, marks),
    ways: ways ?? notices.ways,
  };
}

/** Takes in an event; returns the same object when it brings nothing new. */
export function takeEvent(notices: Notices, stream: string, data: EventData): Notices {
  const { notification } = data;
  let next = notices;
  if (notification) {
    const { unread: _, ...item } = notification;
    const known = notices.inboxes[stream] ?? NO_INBOX;
    const inbox = mergeInboxes(known, { total: item.number, stale: 0, items: [item] });
    if (inbox !== known) next = { ...next, inboxes: { ...next.inboxes, [stream]: inbox } };
  }
  if (data.type === "notifications_read") {
    const { marks } = data.data as { marks: Record<string, MarkView> };
    next = { ...next, marks: mergeMarks(next.marks, marks) };
  }
  if (data.type === "notification_preferences") {
    const { ways } = data.data as { ways: Record<string, Way[]> };
    next = { ...next, ways };
  }
  return next;
}

/** Takes in what another tab knows. */
export function adoptNotices(notices: Notices, theirs: Notices): Notices {
  const inboxes = { ...notices.inboxes };
  for (const [stream, inbox] of Object.entries(theirs.inboxes)) {
    inboxes[stream] = mergeInboxes(inboxes[stream] ?? NO_INBOX, inbox);
  }
  return { inboxes, marks: mergeMarks(notices.marks, theirs.marks), ways: theirs.ways };
}

/** Lets go of a stream; a person's own takes all marks along. */
export function forgetNotices(notices: Notices, stream: string): Notices {
  if (stream.startsWith("user:")) return NO_NOTICES;
  const { [stream]: _inbox, ...inboxes } = notices.inboxes;
  const { [stream]: _mark, ...marks } = notices.marks;
  return { ...notices, inboxes, marks };
}

export function mergeMarks(
  known: Readonly<Record<string, MarkView>>,
  more: Readonly<Record<string, MarkView>>,
): Readonly<Record<string, MarkView>> {
  const merged = { ...known };
  for (const [stream, mark] of Object.entries(more)) merged[stream] = join(merged[stream] ?? NO_MARK, mark);
  return merged;
}

/** The picture that follows from what is known. */
export function showNotices({ inboxes, marks, ways }: Notices): Notifications {
  let all = 0;
  let unread = 0;
  const shown: NotificationView[] = [];
  const effective: Record<string, MarkView> = {};
  for (const [stream, { total, stale, items }] of Object.entries(inboxes)) {
    const mark = join(marks[stream] ?? NO_MARK, { upto: stale, spans: [] });
    effective[stream] = mark;
    all += total;
    unread += total - count(mark, total);
    for (const item of items) shown.push({ ...item, read: covers(mark, item.number) });
  }
  return { items: newestFirst(shown), total: all, unread, marks: effective, ways };
}

/** Newest first; within a stream by number, between streams by time. */
export function newestFirst(items: readonly NotificationView[]): NotificationView[] {
  return [...items].sort((a, b) => {
    if (a.stream === b.stream) return b.number - a.number;
    return a.at < b.at ? 1 : a.at > b.at ? -1 : a.stream < b.stream ? 1 : -1;
  });
}

/** A notification of an event as it is told of: with whether it is news. */
export function newsOf(notices: Notices, event: StreamEvent): NotificationView | null {
  if (!event.notification) return null;
  const { unread: _, ...item } = event.notification;
  return { ...item, read: covers(notices.marks[item.stream], item.number) };
}

function mergeInboxes(known: Inbox, more: Inbox): Inbox {
  const fresh = more.items.filter((item) => !known.items.some(({ number }) => number === item.number));
  if (fresh.length === 0 && more.total <= known.total && more.stale <= known.stale) return known;
  const items = [...known.items, ...fresh].sort((a, b) => b.number - a.number).slice(0, KEPT_MAX);
  return {
    total: Math.max(known.total, more.total),
    stale: Math.max(known.stale, more.stale),
    items,
  };
}

export function covers(mark: MarkView | undefined, number: number): boolean {
  const { upto, spans } = mark ?? NO_MARK;
  return number <= upto || spans.some(([first, last]) => first <= number && number <= last);
}

/** Counts the numbers 1 to `total` that are read. */
function count({ upto, spans }: MarkView, total: number): number {
  const beyond = spans.reduce(
    (sum, [first, last]) => sum + Math.max(0, Math.min(last, total) - first + 1),
    0,
  );
  return Math.min(upto, total) + beyond;
}

/** All that one or the other covers. */
function join(a: MarkView, b: MarkView): MarkView {
  let upto = Math.max(a.upto, b.upto);
  const spans: [number, number][] = [];
  for (const [first, last] of [...a.spans, ...b.spans].sort((x, y) => x[0] - y[0])) {
    const before = spans.at(-1);
    if (last <= upto) continue;
    if (first <= upto + 1) upto = last;
    else if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else spans.push([first, last]);
  }
  return { upto, spans };
}
