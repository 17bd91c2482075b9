import type { NotificationView } from "@groat/client";
import { describe, expect, test } from "vitest";
import { categoriesOf, categoryTitle, switched } from "../src/programs/notifications/channels";
import { byDay, settledAt } from "../src/programs/notifications/days";
import { placeOf } from "../src/programs/notifications/toasts";

const told = (id: string, at: Date, more: Partial<NotificationView> = {}): NotificationView => ({
  id,
  level: "info",
  title: id,
  body: "",
  category: "cards",
  thread: "",
  subject: null,
  at: at.toISOString(),
  read: false,
  stream: "user:42",
  number: 1,
  ...more,
});

describe("by day", () => {
  const now = new Date(2026, 10, 21, 9);
  const local = (year: number, month: number, day: number, hour: number) =>
    new Date(year, month - 1, day, hour);

  test("the days of the reader's zone, those before this year with their year", () => {
    const days = byDay(
      [
        told("a", local(2026, 11, 21, 8)),
        told("b", local(2026, 11, 21, 0)),
        told("c", local(2026, 11, 20, 23)),
        told("d", local(2026, 11, 3, 12)),
        told("e", local(2025, 12, 31, 12)),
      ],
      now,
    );
    expect(days.map(({ items }) => items.map(({ id }) => id).join(""))).toEqual(["ab", "c", "d", "e"]);
    expect(days.map(({ day }) => day)).toEqual(["2026-11-21", "2026-11-20", "2026-11-03", "2025-12-31"]);
    expect(days.slice(0, 2).map(({ title }) => title)).toEqual(["Today", "Yesterday"]);
    expect(days[2]?.title).not.toContain("2026");
    expect(days[3]?.title).toContain("2025");
  });

  test("yesterday is the day before, also on the first of a month", () => {
    const [day] = byDay([told("a", local(2026, 10, 31, 23))], local(2026, 11, 1, 1));
    expect(day?.title).toBe("Yesterday");
  });

  test("what came in since waits, unless what was shown is gone", () => {
    const items = ["c", "b", "a"].map((id) => told(id, now));
    expect(settledAt(items, "b").map(({ id }) => id)).toEqual(["b", "a"]);
    expect(settledAt(items, "gone")).toHaveLength(3);
    expect(settledAt(items, null)).toHaveLength(3);
  });
});

describe("preferences", () => {
  test("categories that were heard of or chosen for, once each, and all others at the end", () => {
    const categories = categoriesOf({
      ways: { "*": [], news: [], cards: ["email"] },
      categories: ["loans", "cards"],
    });
    expect(categories).toEqual(["cards", "loans", "news", "*"]);
    expect(categories.map((one) => categoryTitle(one, false, (english) => english))).toEqual([
      "Cards",
      "Loans",
      "News",
      "Everything else",
    ]);
    expect(categoryTitle("*", true, (english) => english)).toBe("Everything");
  });

  test.each([
    ["what was never chosen is a toast", {}, "cards", "email", true, { cards: ["toast", "email"] }],
    ["or what was chosen for all others", { "*": ["email"] }, "cards", "toast", true, ["toast", "email"]],
    ["neither is a choice", { cards: ["toast"] }, "cards", "toast", false, []],
    ["others stay as they are", { cards: ["toast"] }, "*", "toast", false, []],
  ] as const)("%s", (_what, before, category, channel, on, expected) => {
    const after = switched(JSON.parse(JSON.stringify(before)), category, channel, on);
    const chosen = Array.isArray(expected) ? { ...before, [category]: expected } : expected;
    expect(after).toEqual(chosen);
  });
});

describe("toasts", () => {
  const toast = (more: Partial<NotificationView>) => ({
    key: "user:42 r1",
    notification: told("n1", new Date(), more),
    count: 1,
    summary: false,
  });

  test("one about a request takes the place of what was said of it here", () => {
    const subject = { kind: "card", id: "r1" };
    expect(placeOf(toast({ thread: "r1", subject }))).toBe("request-r1");
  });

  test("an app's own thread keeps its own place", () => {
    expect(placeOf(toast({ thread: "order-7", subject: { kind: "order", id: "7" } }))).toBe("user:42 r1");
    expect(placeOf(toast({}))).toBe("user:42 r1");
  });
});
