import { describe, expect, test } from "vitest";
import type { Tab } from "../src/testing/index.js";
import { changesOf, credit, status, world } from "./help.js";

describe.each([
  { name: "with Web Locks", locks: true, takeover_ms: 2_000 },
  { name: "without Web Locks", locks: false, takeover_ms: 8_000 },
])("$name", ({ locks, takeover_ms }) => {
  const it = world({ locks });
  const leaders = (...tabs: Tab[]) => tabs.filter(({ groat }) => groat.getState().status.leader);

  test("one connection serves all tabs, each event once in each", async () => {
    const tabs = [await it.open(), await it.open(), await it.open()];
    expect(it.server.sockets.size).toBe(1);
    expect(leaders(...tabs)).toEqual([tabs[0]]);
    const feeds = tabs.map(({ groat }) => changesOf(groat));
    it.server.change("42", "5");
    it.server.change("42", "6");
    await it.pass(100);
    for (const [index, { groat }] of tabs.entries()) {
      expect(credit(groat)).toBe("111");
      expect(status(groat)).toBe("live");
      expect(groat.getState().events.map(({ offset }) => offset)).toEqual([2, 1]);
      expect(feeds[index]?.filter(({ type }) => type === "balance")).toMatchObject([
        { after: "105", live: true },
        { after: "111", live: true },
      ]);
    }
  });

  test("when the leader dies another takes over and misses nothing", async () => {
    const first = await it.open();
    const second = await it.open();
    const third = await it.open();
    it.server.change("42", "1");
    await it.pass(10);
    first.die();
    it.server.change("42", "2");
    it.server.change("42", "4");
    await it.pass(takeover_ms);
    expect(leaders(second, third)).toHaveLength(1);
    expect(it.server.sockets.size).toBe(1);
    it.server.change("42", "8");
    await it.pass(1_000);
    for (const { groat } of [second, third]) {
      expect(credit(groat)).toBe("115");
      expect(groat.getState().events.map(({ offset }) => offset)).toEqual([4, 3, 2, 1]);
      expect(status(groat)).toBe("live");
    }
  });

  test("what happened while nobody led is told as a jump by the tab that takes over", async () => {
    const first = await it.open();
    const second = await it.open();
    const feed = changesOf(second.groat);
    first.die();
    it.server.change("42", "120");
    await it.pass(takeover_ms);
    expect(credit(second.groat)).toBe("220");
    expect(feed.filter((change) => change.type === "balance" && change.live)).toEqual([]);
    expect(feed.filter(({ type }) => type === "away")).toMatchObject([{ changes: [{ delta: "120" }] }]);
  });

  test("a tab that opens late has the whole picture of the leader", async () => {
    const first = await it.open();
    it.server.change("42", "5", { reason: "before" });
    await it.pass(10);
    const late = await it.open();
    expect(late.groat.getState().events).toMatchObject([{ reason: "before" }]);
    expect(late.groat.getState().status).toMatchObject({ state: "live", leader: false });
    expect(first.groat.getState().status.leader).toBe(true);
  });

  test("tabs that follow show the leader's trouble, and its age", async () => {
    await it.open();
    const second = await it.open();
    it.server.down();
    await it.pass(20_000);
    expect(status(second.groat)).toBe("stale");
    expect(credit(second.groat)).toBe("100");
    it.server.change("42", "5");
    it.server.up();
    const feed = changesOf(second.groat);
    await it.pass(30_000);
    expect(status(second.groat)).toBe("live");
    expect(credit(second.groat)).toBe("105");
    expect(feed.filter(({ type }) => type === "away")).toHaveLength(1);
  });

  test("logging out in one tab disconnects and empties all", async () => {
    const tabs = [await it.open(), await it.open()];
    await tabs[1]?.groat.logout();
    await it.pass(100);
    expect(it.server.sockets.size).toBe(0);
    for (const { groat } of tabs) {
      expect(groat.getState()).toMatchObject({ phase: "signed-out", user: null, balances: {}, events: [] });
    }
  });

  test("logging in as somebody else switches all tabs", async () => {
    it.server.addUser("7", { CREDIT: "7" });
    let user = "42";
    const options = { token: () => it.server.token(user) };
    const tabs = [await it.open(options), await it.open(options)];
    user = "7";
    await tabs[0]?.groat.login({ user: "7", password: "x" });
    await it.pass(takeover_ms);
    for (const { groat } of tabs) {
      expect(groat.getState().user).toBe("7");
      expect(Object.keys(groat.getState().balances)).toEqual(["user:7 CREDIT"]);
    }
    expect(it.server.sockets.size).toBe(1);
  });

  test("tabs of different people keep apart", async () => {
    it.server.addUser("7", { CREDIT: "7" });
    const one = await it.open({}, "42");
    const two = await it.open({}, "7");
    expect(it.server.sockets.size).toBe(2);
    it.server.change("7", "1");
    await it.pass(100);
    expect(Object.keys(one.groat.getState().balances)).toEqual(["user:42 CREDIT"]);
    expect(credit(two.groat, "7")).toBe("8");
  });

  test("what a following tab watches, the leader subscribes to", async () => {
    it.server.addUser("1", { CREDIT: "0" }, ["admin"]);
    const leader = await it.open({}, "1");
    const follower = await it.open({}, "1");
    const stop = follower.groat.watch("42");
    await it.pass(100);
    it.server.change("42", "5");
    await it.pass(100);
    expect(credit(follower.groat)).toBe("105");
    expect(it.server.sockets.size).toBe(1);
    stop();
    await it.pass(100);
    it.server.change("42", "5");
    await it.pass(100);
    expect(credit(follower.groat)).toBeUndefined();
    leader.die();
  });

  test("receipts of a visible tab go by way of the hidden leader", async () => {
    const leader = await it.open();
    await it.open();
    leader.hide();
    it.server.change("42", "5");
    await it.pass(3_000);
    expect(it.server.seen.at(-1)).toEqual({ stream: "user:42", offset: 1, ago_ms: expect.any(Number) });
  });

  test.each(["postMessage", "onmessage", "close"] as const)(
    "tabs whose channel throws at %s work, each alone",
    async (broken) => {
      const forbidden = () => {
        throw new DOMException("no channel", "InvalidStateError");
      };
      const openChannel = (name: string) => {
        const channel = it.browser.openChannel(name, it.browser.tab());
        return Object.defineProperty(channel, broken, { get: () => forbidden, set: forbidden });
      };
      const first = await it.open({ environment: { openChannel } });
      const second = await it.open({ environment: { openChannel } });
      await it.pass(takeover_ms);
      for (const balance of ["105", "110"]) {
        it.server.change("42", "5");
        await it.pass(100);
        for (const { groat } of [first, second]) {
          expect([status(groat), credit(groat)]).toEqual(["live", balance]);
        }
        await it.pass(60_000);
      }
    },
  );

  test("tabs that do not share have a connection each", async () => {
    await it.open({ share: false });
    await it.open({ share: false });
    expect(it.server.sockets.size).toBe(2);
  });
});

describe("a frozen leader", () => {
  const it = world();

  test("is replaced by a tab on screen, and steps back when it wakes", async () => {
    const frozen = await it.open();
    const visible = await it.open();
    frozen.silent = true;
    await it.pass(25_000);
    expect(visible.groat.getState().status.leader).toBe(true);
    frozen.silent = false;
    await it.pass(1_000);
    expect(frozen.groat.getState().status.leader).toBe(false);
    expect(it.server.sockets.size).toBe(1);
    it.server.change("42", "5");
    await it.pass(100);
    expect(credit(frozen.groat)).toBe("105");
    expect(credit(visible.groat)).toBe("105");
  });
});
