/** Code that is not ours throws, abilities exist and do not work, and somebody sets the clock. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createGroat, type Groat } from "../src/index.js";
import { changesOf, credit, status, world } from "./help.js";

const it = world();

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("foreign code", () => {
  let reported: string[];
  let armed = true;
  beforeEach(() => {
    reported = [];
    armed = true;
    vi.stubGlobal("reportError", (error: Error) => reported.push(error.message));
  });

  afterEach(() => {
    armed = false;
  });

  const foul = () => {
    if (armed) throw new Error("foul");
    return undefined as never;
  };

  test.each<[string, (groat: Groat) => void]>([
    ["listener", (groat) => groat.subscribe(foul)],
    ["feed listener", (groat) => groat.onChange(foul)],
    [
      "listener of a part",
      (groat) =>
        groat.subscribe(
          (state) => state.balances,
          () => foul(),
        ),
    ],
    [
      "comparison",
      (groat) =>
        groat.subscribe(
          (state) => state.balances,
          foul,
          () => foul(),
        ),
    ],
    ["toast", (groat) => groat.toasts(foul)],
  ])("a %s that throws is reported, and everybody else hears", async (_, add) => {
    const leader = await it.open();
    const follower = await it.open();
    add(leader.groat);
    const [own, others] = [changesOf(leader.groat), changesOf(follower.groat)];
    const sockets = [...it.server.sockets];
    it.server.change("42", "5");
    it.server.notify("user:42", "Hello");
    await it.pass(100);
    for (const changes of [own, others]) {
      expect(changes).toContainEqual(expect.objectContaining({ type: "balance", after: "105", live: true }));
    }
    for (const { groat } of [leader, follower]) {
      expect(credit(groat)).toBe("105");
      expect(status(groat)).toBe("live");
    }
    expect([...it.server.sockets]).toEqual(sockets);
    expect(new Set(reported)).toEqual(new Set(["foul"]));
  });

  test("a selector that begins to throw", async () => {
    const { groat } = await it.open();
    let bad = false;
    groat.subscribe(
      (state) => (bad ? foul() : state.status),
      () => undefined,
    );
    bad = true;
    it.server.change("42", "5");
    await it.pass(100);
    expect([credit(groat), status(groat)]).toEqual(["105", "live"]);
    expect(reported).toContain("foul");
  });

  test("a debug sink that throws hinders nothing", async () => {
    const { groat } = await it.open({ debug: foul });
    it.server.change("42", "5");
    await it.pass(100);
    expect([credit(groat), status(groat)]).toEqual(["105", "live"]);
    expect(reported).toContain("foul");
  });

  test("without reportError it goes to the console", async () => {
    vi.stubGlobal("reportError", undefined);
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { groat } = await it.open();
    groat.subscribe(foul);
    it.server.change("42", "5");
    await it.pass(100);
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ message: "foul" }));
    log.mockRestore();
  });

  test("a token provider that throws at once is a failure like any other", async () => {
    let calls = 0;
    const token = () => {
      calls += 1;
      if (calls === 1) throw new RangeError("foul");
      return it.server.token("42");
    };
    const { groat } = await it.open({ token });
    await it.pass(5_000);
    expect(status(groat)).toBe("live");
  });

  test.each([
    ["an object", {}],
    ["a number", 5],
    ["a text of two lines", "ab\ncd"],
    ["a symbol", Symbol("token")],
  ])("a token provider that gives %s is told so, and asked again", async (_, odd) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    let calls = 0;
    const token = () => {
      calls += 1;
      return calls === 1 ? (odd as string) : it.server.token("42");
    };
    const { groat } = await it.open({ token });
    await it.pass(5_000);
    expect(warn.mock.calls.flat().join()).toContain("The token provider gave something that is no token.");
    expect(status(groat)).toBe("live");
    warn.mockRestore();
  });

  test("a toast that throws takes no other toast along", async () => {
    const { groat } = await it.open();
    const shown: string[] = [];
    const hidden: string[] = [];
    groat.toasts(
      ({ notification: { title } }) => {
        shown.push(title);
        if (title === "one") foul();
      },
      (key) => {
        hidden.push(key);
        foul();
      },
    );
    for (const title of ["one", "two"]) it.server.notify("user:42", title);
    await it.pass(100);
    expect(shown).toEqual(["one", "two"]);
    await groat.markRead({ ids: groat.getState().notifications.items.map(({ id }) => id) });
    await it.pass(100);
    expect(hidden).toHaveLength(2);
  });
});

describe("abilities that exist and do not work", () => {
  const forbidden = () => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  };

  test("a sandboxed frame works alone", async () => {
    const openChannel = forbidden;
    const locks = { request: forbidden } as unknown as LockManager;
    const { groat } = await it.open({ environment: { openChannel, locks } });
    it.server.change("42", "5");
    await it.pass(100);
    expect([credit(groat), status(groat)]).toEqual(["105", "live"]);
    expect(groat.getState().status.leader).toBe(true);
  });

  test.each([
    ["at once", forbidden],
    ["by a promise", () => Promise.reject(new DOMException("insecure", "SecurityError"))],
  ])("locks that are refused %s: the tabs elect by messages", async (_, request) => {
    const environment = { locks: { request } as unknown as LockManager };
    const tabs = [await it.open({ environment }), await it.open({ environment })];
    await it.pass(1_000);
    it.server.change("42", "5");
    await it.pass(100);
    expect(tabs.map(({ groat }) => credit(groat))).toEqual(["105", "105"]);
    expect(tabs.filter(({ groat }) => groat.getState().status.leader)).toHaveLength(1);
    expect(it.server.sockets.size).toBe(1);
  });

  test("a channel that carries nothing leaves the tab alone, not dead", async () => {
    const openChannel = () => ({ postMessage: forbidden, onmessage: null, close: () => undefined });
    const { groat } = await it.open({ environment: { openChannel } });
    it.server.change("42", "5");
    await it.pass(100);
    expect([credit(groat), status(groat)]).toEqual(["105", "live"]);
  });

  test("a message of another version that cannot be read does not deafen a tab", async () => {
    const errors: unknown[] = [];
    vi.stubGlobal("reportError", (error: unknown) => errors.push(error));
    const leader = await it.open();
    const follower = await it.open();
    const channel = leader.channels[0];
    for (const input of [{ type: "event" }, { type: "snapshot", stream: "user:42" }, null]) {
      channel?.postMessage({ type: "input", input, from: "x", group: "42" });
    }
    channel?.postMessage(null);
    await it.pass(10);
    it.server.change("42", "5");
    await it.pass(100);
    expect(credit(follower.groat)).toBe("105");
    expect(errors.length).toBeGreaterThan(0);
  });

  test.each<[string, unknown]>([
    ["forbids its getter", undefined],
    ["has no getItem, as on Node 25", {}],
    ["is null", null],
    ["throws any error", { getItem: () => forbidden() }],
    ["is full", { getItem: () => null, setItem: () => forbidden() }],
  ])("storage that %s", async (what, storage) => {
    const forbids = what === "forbids its getter";
    Object.defineProperty(globalThis, "localStorage", {
      configurable: true,
      ...(forbids ? { get: forbidden } : { value: storage }),
    });
    try {
      expect(() => createGroat({ url: "http://groat.test" })).not.toThrow();
    } finally {
      delete (globalThis as { localStorage?: unknown }).localStorage;
    }
  });
});

describe("somebody sets the clock", () => {
  test.each([-3_600_000, 3_600_000])(
    "by %i ms: what is old is called so, after as long as ever",
    async (jump) => {
      const { groat } = await it.open();
      it.server.down();
      await it.pass(100);
      vi.setSystemTime(Date.now() + jump);
      await it.pass(3_000);
      expect(status(groat)).toBe("connecting");
      await it.pass(5_000);
      expect(status(groat)).toBe("stale");
    },
  );

  test.each([-3_600_000, 3_600_000])("by %i ms: a leader that freezes loses the lead", async (jump) => {
    const first = await it.open();
    const second = await it.open();
    first.silent = true;
    vi.setSystemTime(Date.now() + jump);
    await it.pass(21_000);
    expect(second.groat.getState().status.leader).toBe(true);
  });

  test("by an hour ahead: a leader that lives keeps the lead", async () => {
    const first = await it.open();
    const second = await it.open();
    await it.pass(7_000);
    vi.setSystemTime(Date.now() + 3_600_000);
    await it.pass(4_000);
    expect(second.groat.getState().status.leader).toBe(false);
    expect(first.groat.getState().status.leader).toBe(true);
  });

  test.each([-3_600_000, 3_600_000])(
    "by %i ms: a pending effect ends with its write's time",
    async (jump) => {
      const { groat } = await it.open();
      it.server.down();
      const spent = groat.spend({ amount: "5" }).catch(() => "open");
      await it.pass(1_000);
      expect(groat.getState().pending).toHaveLength(1);
      vi.setSystemTime(Date.now() + jump);
      await it.pass(20_000);
      expect(groat.getState().pending).toHaveLength(1);
      await it.pass(45_000);
      expect(groat.getState().pending).toHaveLength(0);
      expect(await spent).toBe("open");
    },
  );
});
