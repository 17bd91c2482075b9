/** The notifications of the fake server: kept by stream, read by person. */
import { isRead, mergeMarks, newestFirst } from "../notices.js";
import type { Way } from "../types.js";
import type {
  EventData,
  MarkView,
  NotificationInput,
  NotificationPage,
  NotificationsView,
  NotificationView,
  PreferencesView,
  ReadInput,
} from "../wire.js";
import { eventOf } from "./events.js";

const LATEST = 20;

export class FakeNotices {
  private readonly kept = new Map<string, NotificationView[]>();
  private readonly marks = new Map<string, Readonly<Record<string, MarkView>>>();
  private readonly ways = new Map<string, Record<string, Way[]>>();

  constructor(private readonly publish: (stream: string, data: EventData) => void) {}

  /** Tells a person (`user:42`), a role (`role:partner`) or `all`. */
  send({ to, ...input }: NotificationInput): NotificationView {
    const stream = to === "all" ? "role:all" : to;
    const all = this.of(stream);
    const at = new Date().toISOString();
    const notification: NotificationView = {
      id: `${stream}-${all.length + 1}`,
      level: "info",
      body: "",
      category: "general",
      thread: "",
      subject: null,
      ...input,
      at,
      read: false,
      stream,
      number: all.length + 1,
    };
    all.push(notification);
    this.kept.set(stream, all);
    const counted = stream.startsWith("user:") ? { unread: this.unread(stream, [stream]) } : {};
    this.publish(stream, eventOf("notification", { notification: { ...notification, ...counted } }));
    return notification;
  }

  snapshot(stream: string): NotificationsView | undefined {
    const all = this.kept.get(stream);
    const items = newestFirst(all ?? []).slice(0, LATEST);
    if (!stream.startsWith("user:")) return all && { total: all.length, stale: 0, items };
    const marks = this.marks.get(stream) ?? {};
    const ways = this.ways.get(stream) ?? {};
    if (!all && !this.marks.has(stream) && !this.ways.has(stream)) return undefined;
    const read = items.map((item) => ({ ...item, read: isRead(item, marks) }));
    return {
      total: all?.length ?? 0,
      unread: this.unread(stream, [stream]),
      marks: { [stream]: { upto: 0, spans: [] }, ...marks },
      ways,
      items: read,
    };
  }

  page(reader: string, streams: string[], query: URLSearchParams): NotificationPage {
    const marks = this.marks.get(reader) ?? {};
    const all = newestFirst(streams.flatMap((stream) => this.of(stream)))
      .map((item) => ({ ...item, read: isRead(item, marks) }))
      .filter((item) => !item.read || query.get("unread") !== "true");
    const from = Number(query.get("cursor") ?? 0);
    const upto = from + Number(query.get("limit") ?? 50);
    const cursor = upto < all.length ? String(upto) : null;
    return { items: all.slice(from, upto), cursor, unread: this.unread(reader, streams) };
  }

  read(reader: string, streams: string[], { ids = [], thread, upto }: ReadInput) {
    const last = streams.flatMap((stream) => this.of(stream)).find(({ id }) => id === upto);
    const covered = streams.flatMap((stream) =>
      this.of(stream).filter(
        ({ id, thread: of, at }) => ids.includes(id) || (thread && of === thread) || (last && at <= last.at),
      ),
    );
    const before = this.marks.get(reader) ?? {};
    let marks = before;
    for (const { stream, number } of covered) {
      marks = mergeMarks(marks, { [stream]: { upto: 0, spans: [[number, number]] } });
    }
    this.marks.set(reader, marks);
    if (JSON.stringify(marks) !== JSON.stringify(before)) {
      const data = { unread: this.unread(reader, [reader]), marks };
      this.publish(reader, eventOf("notifications_read", { data }));
    }
    return { unread: this.unread(reader, streams), marks };
  }

  preferences(reader: string): PreferencesView {
    const ways = this.ways.get(reader) ?? {};
    return { ways, categories: Object.keys(ways), email: null, mail: true };
  }

  prefer(reader: string, ways: Record<string, Way[]>): PreferencesView {
    this.ways.set(reader, ways);
    this.publish(reader, eventOf("notification_preferences", { data: { ways } }));
    return this.preferences(reader);
  }

  private of(stream: string): NotificationView[] {
    return this.kept.get(stream) ?? [];
  }

  private unread(reader: string, streams: string[]): number {
    const marks = this.marks.get(reader) ?? {};
    return streams.flatMap((stream) => this.of(stream)).filter((item) => !isRead(item, marks)).length;
  }
}
