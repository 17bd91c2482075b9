import { describe, expect, test } from "vitest";
import type { Change, Groat, MarkView, NotificationView, Toast } from "../src/index.js";
import {
  adoptNotices,
  NO_NOTICES,
  type Notices,
  showNotices,
  takeEvent,
  takeSnapshot,
} from "../src/notices.js";
import { eventOf } from "../src/testing/events.js";
import { changesOf, world } from "./help.js";

const it = world();

const titles = (groat: Groat) => groat.getState().notifications.items.map(({ title }) => title);
const unread = (groat: Groat) => groat.getState().notifications.unread;
const news = (changes: readonly Change[]) => changes.filter((change) => change.type === "notification");

describe("what is known of notifications", () => {
  const item = (stream: string, number: number): NotificationView => ({
    id: `${stream}-${number}`,
    level: "info",
    title: `${stream} ${number}`,
    body: "",
    category: "general",
    thread: "",
    subject: null,
    at: new Date(1_700_000_000_000 + number).toISOString(),
    read: false,
    stream,
    number,
  });
  type Step = (notices: Notices) => Notices;
  const told = (stream: string, number: number): Step => {
    return (notices) => takeEvent(notices, stream, eventOf("any", { notification: item(stream, number) }));
  };
  const read = (stream: string, upto: number, ...spans: [number, number][]): Step => {
    const marks: Record<string, MarkView> = { [stream]: { upto, spans } };
    return (notices) =>
      takeEvent(notices, "user:42", eventOf("notifications_read", { data: { unread: 0, marks } }));
  };

  test("comes out the same in whatever order, and however often, it is said", () => {
    const steps = [
      ...[1, 2, 3, 4, 5, 6].map((number) => told("user:42", number)),
      ...[1, 2, 3].map((number) => told("role:all", number)),
      read("user:42", 1),
      read("user:42", 1, [3, 3]),
      read("user:42", 1, [3, 4]),
      read("role:all", 0, [2, 2]),
    ];
    const inOrder = showNotices(steps.reduce((notices, step) => step(notices), NO_NOTICES));
    expect(inOrder.unread).toBe(3 + 2);
    const seed = 20260301;
    let random = seed;
    for (let round = 0; round < 50; round += 1) {
      let one = NO_NOTICES;
      let other = NO_NOTICES;
      const shuffled = [...steps, ...steps].sort(() => {
        random = (random * 48_271) % 2_147_483_647;
        return (random % 3) - 1;
      });
      for (const [index, step] of shuffled.entries()) {
        if (index % 2) one = step(one);
        else other = step(other);
      }
      for (const step of steps) other = step(other);
      expect(showNotices(adoptNotices(one, other)), `seed ${seed}, round ${round}`).toEqual(inOrder);
    }
  });

  test("counts by numbers, so what was never sent here counts too", () => {
    const items = [item("user:42", 100), item("user:42", 99)];
    const marks = { "user:42": { upto: 40, spans: [[99, 99]] as [number, number][] } };
    const notices = takeSnapshot(NO_NOTICES, "user:42", { total: 100, items, marks });
    const shown = showNotices(notices);
    expect([shown.total, shown.unread]).toEqual([100, 59]);
    expect(shown.items.map(({ read }) => read)).toEqual([false, true]);
  });

  test("old news of a room count as read", () => {
    const items = [item("role:all", 3), item("role:all", 2)];
    const shown = showNotices(takeSnapshot(NO_NOTICES, "role:all", { total: 3, stale: 2, items }));
    expect([shown.unread, shown.items.map(({ read }) => read)]).toEqual([1, [false, true]]);
  });
});

test("what was there before, what comes, and who is told", async () => {
  it.server.notify("user:42", "before");
  const { groat } = await it.open();
  expect([titles(groat), unread(groat)]).toEqual([["before"], 1]);
  const changes = changesOf(groat);
  it.server.notify("user:42", "mine", { level: "success", thread: "order-7" });
  await it.pass(10);
  it.server.notify("all", "for all");
  it.server.notify("user:7", "not mine");
  it.server.notify("role:admin", "not mine either");
  await it.pass(100);
  expect([titles(groat), unread(groat)]).toEqual([["for all", "mine", "before"], 3]);
  expect(news(changes)).toMatchObject([
    { notification: { title: "mine", level: "success", read: false }, live: true, toast: true },
    { notification: { title: "for all", stream: "role:all" }, live: true, toast: true },
  ]);
  expect(changes.some((change) => change.type === "balance_updated")).toBe(false);
});

test("read on one device, gone on the other", async () => {
  const phone = await it.open();
  const laptop = await it.open({ share: false });
  const first = it.server.notify("user:42", "one");
  await it.pass(10);
  it.server.notify("all", "two");
  await it.pass(100);
  expect([unread(phone.groat), unread(laptop.groat)]).toEqual([2, 2]);
  await phone.groat.markRead({ ids: [first.id] });
  await it.pass(100);
  expect([unread(phone.groat), unread(laptop.groat)]).toEqual([1, 1]);
  expect(laptop.groat.getState().notifications.items.map(({ read }) => read)).toEqual([false, true]);
  const last = it.server.notify("user:42", "three");
  await it.pass(100);
  await laptop.groat.markRead({ upto: last.id });
  await it.pass(100);
  expect([unread(phone.groat), unread(laptop.groat)]).toEqual([0, 0]);
});

test("who marks sees it by the answer, before any event", async () => {
  const { groat } = await it.open();
  const { id } = it.server.notify("user:42", "one");
  await it.pass(100);
  const deliver = it.server.withhold();
  await groat.markRead({ ids: [id] });
  expect(unread(groat)).toBe(0);
  deliver();
  await it.pass(100);
  expect(unread(groat)).toBe(0);
});

test("what came while away is listed, and pops up nowhere", async () => {
  const { groat } = await it.open();
  const toasts: Toast[] = [];
  groat.toasts((toast) => toasts.push(toast));
  const changes = changesOf(groat);
  it.server.down();
  it.server.notify("user:42", "meanwhile");
  await it.pass(10);
  it.server.notify("all", "meanwhile, to all");
  it.server.up();
  await it.pass(30_000);
  expect(titles(groat)).toEqual(["meanwhile, to all", "meanwhile"]);
  expect(unread(groat)).toBe(2);
  expect(news(changes).map((change) => change.type === "notification" && change.toast)).toEqual([
    false,
    false,
  ]);
  expect(toasts).toEqual([]);
});

test("what comes as soon as the page is live pops up, however soon that is", async () => {
  const { groat } = it.browser.tab();
  const toasts: Toast[] = [];
  groat.toasts((toast) => toasts.push(toast));
  const changes = changesOf(groat);
  // In the turn in which a page can first show that it is live.
  const end = groat.subscribe(
    (state) => state.status.state,
    (state) => state === "live" && queueMicrotask(() => it.server.notify("user:42", "at once")),
  );
  groat.start();
  await it.pass(1_000);
  expect(toasts.map(({ notification }) => notification.title)).toEqual(["at once"]);
  expect(news(changes)).toMatchObject([{ live: true, toast: true }]);
  end();
  groat.stop();
});

test("a client that was away too long knows by the snapshot", async () => {
  const { groat } = await it.open();
  it.server.down();
  it.server.notify("user:42", "lost event");
  it.server.trim("user:42");
  it.server.up();
  await it.pass(30_000);
  expect([titles(groat), unread(groat)]).toEqual([["lost event"], 1]);
});

describe.each([
  ["event-stream", {}],
  ["long-poll", { eventStream: false }],
  ["poll", { eventStream: false, longPoll: false }],
] as const)("over %s", (transport, reach) => {
  test("all is known and all arrives", async () => {
    Object.assign(it.server.reach, { websocket: false, ...reach });
    it.server.notify("user:42", "before");
    it.server.notify("all", "before, to all");
    const { groat } = await it.open();
    await it.pass(90_000);
    expect(groat.getState().status.transport).toBe(transport);
    expect([titles(groat).sort(), unread(groat)]).toEqual([["before", "before, to all"], 2]);
    const { id } = it.server.notify("user:42", "after");
    await it.pass(90_000);
    expect([titles(groat)[0], unread(groat)]).toEqual(["after", 3]);
    await groat.markRead({ ids: [id] });
    expect(unread(groat)).toBe(2);
  });
});

test("all tabs of a browser show the same, also one that comes late", async () => {
  const leader = await it.open();
  const follower = await it.open();
  const { id } = it.server.notify("user:42", "one");
  await it.pass(10);
  it.server.notify("all", "two");
  await it.pass(100);
  await follower.groat.markRead({ ids: [id] });
  await it.pass(100);
  const late = await it.open();
  for (const { groat } of [leader, follower, late]) {
    expect([titles(groat), unread(groat)]).toEqual([["two", "one"], 1]);
  }
  expect(it.server.sockets.size).toBe(1);
});

test("another person's notifications are not shown to who watches their balances", async () => {
  it.server.addUser("ada", {}, ["admin"]);
  it.server.addUser("7", { CREDIT: "5" });
  it.server.notify("user:7", "private");
  const { groat } = await it.open({}, "ada");
  groat.watch("7");
  await it.pass(1_000);
  const changes = changesOf(groat);
  it.server.notify("user:7", "private, too");
  await it.pass(1_000);
  expect(groat.getState().positions["view:7"]?.offset).toBe(2);
  expect([titles(groat), unread(groat), news(changes)]).toEqual([[], 0, []]);
});

test("what belonged to a former person or role is gone", async () => {
  it.server.addUser("7", {}, ["partner"]);
  it.server.notify("role:partner", "for partners");
  it.server.notify("user:7", "for 7");
  const { groat } = await it.open({}, "7");
  expect(unread(groat)).toBe(2);
  it.server.addUser("7", {});
  it.server.revoke("7");
  await groat.refresh().catch(() => undefined);
  await it.pass(2_000);
  expect(titles(groat)).toEqual(["for 7"]);
  await groat.logout();
  expect([titles(groat), unread(groat)]).toEqual([[], 0]);
});

describe("toasts", () => {
  async function toasting(options: Parameters<Groat["toasts"]>[2] = {}) {
    const tab = await it.open();
    const shown: string[] = [];
    const end = tab.groat.toasts(
      ({ key, notification, count, summary }) => {
        shown.push(`${summary ? "more" : key} ${notification.title} ${count}`);
      },
      (key) => shown.push(`hide ${key}`),
      options,
    );
    return { groat: tab.groat, tab, shown, end };
  }

  test("one of a thread takes the place of the former", async () => {
    const { shown } = await toasting();
    it.server.notify("user:42", "packed", { thread: "order-7" });
    it.server.notify("user:42", "sent", { thread: "order-7" });
    it.server.notify("user:42", "other");
    await it.pass(100);
    expect(shown).toEqual(["user:42 order-7 packed 1", "user:42 order-7 sent 2", "user:42-3 other 1"]);
  });

  test("of many at once all but the first share one place", async () => {
    const { shown } = await toasting({ atOnce: 2 });
    for (let n = 1; n <= 6; n += 1) it.server.notify("user:42", `${n}`);
    await it.pass(100);
    expect(shown).toEqual(["user:42-1 1 1", "user:42-2 2 1", "more 3 1", "more 4 2", "more 5 3", "more 6 4"]);
    await it.pass(10_000);
    it.server.notify("user:42", "7");
    await it.pass(100);
    expect(shown.at(-1)).toBe("user:42-7 7 1");
  });

  test("what was read on another device goes", async () => {
    const { shown } = await toasting();
    const other = await it.open({ share: false });
    const { id } = it.server.notify("user:42", "one");
    await it.pass(100);
    await other.groat.markRead({ ids: [id] });
    await it.pass(100);
    expect(shown).toEqual(["user:42-1 one 1", "hide user:42-1"]);
  });

  test("only what the person wants to see so, and only on the tab on screen", async () => {
    const { groat, shown, tab, end } = await toasting();
    await groat.api.setPreferences({ ways: { "*": ["email"], orders: ["toast"] } });
    await it.pass(100);
    it.server.notify("user:42", "quiet", { category: "news" });
    it.server.notify("user:42", "loud", { category: "orders" });
    await it.pass(100);
    tab.hide();
    it.server.notify("user:42", "unseen", { category: "orders" });
    await it.pass(100);
    expect(shown).toEqual(["user:42-2 loud 1"]);
    expect(unread(groat)).toBe(3);
    end();
  });
});
