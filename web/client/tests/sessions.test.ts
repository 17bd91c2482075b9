/** What belongs to one session never reaches another: writes, answers, pages, tabs. */
import { beforeEach, describe, expect, test } from "vitest";
import { createGroat, type Groat, GroatError, isUnsettled } from "../src/index.js";
import type { Tab } from "../src/testing/index.js";
import { changesOf, credit, status, world } from "./help.js";

const it = world();
const SPEND = "POST /v1/actions/spend";
const TEN = { amount: "10", asset: "CREDIT" };

/** Whom the app has signed in. */
let person = "42";

beforeEach(() => {
  person = "42";
  it.server.addUser("7", { CREDIT: "70" });
});

/** Whether the write was done, by whoever. */
const spent = () => [it.server.balance("user:42").balance, it.server.balance("user:7").balance];

/** What became of a write: "done", or why not. */
async function outcome(write: Promise<unknown>): Promise<GroatError | "done"> {
  try {
    await write;
    return "done";
  } catch (error) {
    if (error instanceof GroatError) return error;
    throw error;
  }
}

/** A client with the built-in login, signed in. */
async function signedIn(user = "42"): Promise<Tab> {
  it.server.cookie = user;
  const tab = it.browser.tab();
  const builtIn = createGroat({ url: "http://groat.test", environment: tab.environment });
  Object.assign(tab, { groat: builtIn });
  builtIn.start();
  await it.pass(1_000);
  return tab;
}

const shows = ({ groat }: { groat: Groat }) => ({
  user: groat.getState().user,
  balances: Object.keys(groat.getState().balances),
});
const OF_7 = { user: "7", balances: ["user:7 CREDIT"] };
const NOTHING = { user: null, balances: [] as string[] };

describe("a write belongs to who began it", () => {
  test.each([
    { what: "signs in", change: (groat: Groat) => groat.login({ user: "7", password: "x" }) },
    {
      what: "is signed in by the app",
      change: (groat: Groat) => {
        person = "7";
        groat.switchUser();
      },
    },
  ])(
    "that is being repeated when another $what is given up, and never sent as theirs",
    async ({ change }) => {
      const { groat } = await it.open({ token: () => it.server.token(person) });
      it.server.refuseNext(SPEND, 503, "busy");
      it.server.refuseNext(SPEND, 503, "busy");
      const write = outcome(groat.spend(TEN, { key: "order-1" }));
      await it.pass(100);
      expect(groat.getState().pending).toHaveLength(1);
      await change(groat);
      const failure = (await write) as GroatError;
      expect(failure).toMatchObject({
        code: "session_ended",
        fields: { user: "42", sent: true, key: "order-1" },
      });
      expect(isUnsettled(failure)).toBe(true);
      it.server.clearFaults();
      await it.pass(60_000);
      expect(spent()).toEqual(["100", "70"]);
      expect(groat.getState()).toMatchObject({ user: "7", pending: [], error: null });
      expect(credit(groat, "7")).toBe("70");
    },
  );

  test("whose token is renewed by another person's is given up unsent, and the page is theirs", async () => {
    const { groat } = await it.open({ token: () => it.server.token(person) });
    const changes = changesOf(groat);
    const before = groat.getState().session;
    it.server.notify("user:42", "for 42 only");
    it.server.revoke("42");
    person = "7";
    const failure = await outcome(groat.spend(TEN));
    expect(failure).toMatchObject({ code: "session_ended", fields: { user: "42" } });
    await it.pass(5_000);
    expect(spent()).toEqual(["100", "70"]);
    expect(shows({ groat })).toEqual(OF_7);
    expect(groat.getState()).toMatchObject({ events: [], notifications: { unread: 0 }, pending: [] });
    expect(groat.getState().session).not.toBe(before);
    expect(changes.filter(({ type }) => type === "identity")).toEqual([
      { type: "identity", user: null },
      { type: "identity", user: "7" },
    ]);
    expect(status(groat)).toBe("live");
  });

  test("that waits for its token when another signs in was never sent", async () => {
    let give = (_token: string | null) => {};
    let asked = 0;
    const token = () => {
      asked += 1;
      if (asked > 1) return new Promise<string | null>((resolve) => (give = resolve));
      return it.server.token("42");
    };
    const { groat } = await it.open({ token });
    it.server.revoke("42");
    const first = outcome(groat.refresh());
    await it.pass(10);
    const write = outcome(groat.spend(TEN));
    await it.pass(10);
    await groat.login({ user: "7", password: "x" });
    const failure = (await write) as GroatError;
    expect(failure).toMatchObject({ code: "session_ended", fields: { user: "42", sent: false } });
    expect(isUnsettled(failure)).toBe(false);
    expect(await first).toMatchObject({ code: "session_ended" });
    give(it.server.token("42"));
    await it.pass(60_000);
    expect(spent()).toEqual(["100", "70"]);
    expect(shows({ groat })).toEqual(OF_7);
  });

  test("is given up at once, although nothing answers and nobody can abort it", async () => {
    const tab = await it.open({
      environment: { fetch: (input, init) => it.server.fetch(input, { ...init, signal: null }) },
    });
    it.server.holdNext(SPEND);
    const write = outcome(tab.groat.spend(TEN));
    await it.pass(10);
    void tab.groat.logout();
    expect(await write).toMatchObject({ code: "session_ended", fields: { sent: true } });
  });

  test("of the api is no other: every route, whatever it waits for", async () => {
    const { groat } = await it.open({ token: () => it.server.token(person) });
    const { api } = groat;
    it.server.reach.server = false;
    const writes = [
      api.action("transfer", TEN),
      api.fileRequest("loan", {}),
      api.takeTransition("loan", "1", "approve"),
      api.readNotifications({ ids: ["1"] }),
      api.request("/v1/anything", { method: "POST", key: "k" }),
    ].map(outcome);
    await it.pass(100);
    person = "7";
    groat.switchUser();
    for (const write of writes) expect(await write).toMatchObject({ code: "session_ended" });
    const before = it.server.requests.length;
    it.server.up();
    await it.pass(60_000);
    expect(it.server.requests.slice(before).filter((route) => route.startsWith("POST"))).toEqual([]);
  });

  test("of several steps stops with the session, where it was bound to it", async () => {
    const { groat } = await it.open({ token: () => it.server.token(person) });
    const bound = groat.bind();
    await bound.action("spend", TEN);
    person = "7";
    groat.switchUser();
    await it.pass(1_000);
    const next = await outcome(bound.action("spend", TEN));
    expect(next).toMatchObject({ code: "session_ended", fields: { user: "42", sent: false } });
    expect(await outcome(groat.api.action("spend", TEN))).toBe("done");
    expect(spent()).toEqual(["90", "60"]);
  });

  test("a token is used only once the server has said whose it is", async () => {
    const { groat } = await it.open({ token: () => it.server.token(person) });
    it.server.revoke("42");
    it.server.refuseNext("GET /v1/me", 503, "busy");
    const write = outcome(groat.spend(TEN));
    await it.pass(1_000);
    expect(await write).toBe("done");
    const last = it.server.requests.slice(-4);
    expect(last).toEqual([SPEND, "GET /v1/me", "GET /v1/me", SPEND]);
    expect(spent()).toEqual(["90", "70"]);
  });
});

describe("answers of an ended session are dropped", () => {
  test.each(["at the start", "by a refresh"])("that of /v1/me, asked for %s", async (when) => {
    const tab = it.browser.tab();
    const { groat } = tab;
    groat.start();
    if (when === "by a refresh") await it.pass(1_000);
    const release = it.server.holdNext("GET /v1/me");
    if (when === "by a refresh") groat.refresh().catch(() => undefined);
    await it.pass(10);
    void groat.logout();
    release();
    await it.pass(5_000);
    expect(shows(tab)).toEqual(NOTHING);
    expect(groat.getState().phase).toBe("signed-out");
    expect(it.server.sockets.size).toBe(0);
  });

  test("what was read is no mark of the next person's", async () => {
    const { groat } = await it.open({ token: () => it.server.token(person) });
    const { id } = it.server.notify("user:42", "read me");
    await it.pass(10);
    const release = it.server.holdNext("POST /v1/notifications/read");
    const read = outcome(groat.markRead({ ids: [id] }));
    await it.pass(10);
    person = "7";
    groat.switchUser();
    release();
    expect(await read).toMatchObject({ code: "session_ended" });
    await it.pass(1_000);
    expect(Object.keys(groat.getState().notifications.marks)).not.toContain("user:42");
  });

  test("a receipt that waits is not sent when its person has gone", async () => {
    const { groat } = await it.open({ token: () => it.server.token(person) });
    it.server.change("42", "1");
    await it.pass(100);
    person = "7";
    groat.switchUser();
    await it.pass(5_000);
    expect(it.server.seen.filter(({ stream }) => stream === "user:42")).toEqual([]);
  });

  test("toasts go with their person, and do not count for the next", async () => {
    const { groat } = await it.open({ token: () => it.server.token(person) });
    const log: string[] = [];
    groat.toasts(
      ({ notification, summary }) => log.push(`${notification.title}${summary ? " and more" : ""}`),
      (key) => log.push(`hide ${key}`),
    );
    for (const title of ["a", "b", "c", "d"]) it.server.notify("user:42", title);
    await it.pass(100);
    expect(log).toEqual(["a", "b", "c", "d and more"]);
    person = "7";
    groat.switchUser();
    expect(log.slice(4)).toHaveLength(4);
    await it.pass(1_000);
    it.server.notify("user:7", "mine");
    await it.pass(100);
    expect(log.at(-1)).toBe("mine");
  });

  test("who ends a watch of the former session does not end the present one's", async () => {
    it.server.addUser("1", { CREDIT: "0" }, ["admin"]);
    it.server.addUser("2", { CREDIT: "0" }, ["admin"]);
    person = "1";
    const { groat } = await it.open({ token: () => it.server.token(person) });
    const stop = groat.watch("42");
    await it.pass(100);
    person = "2";
    groat.switchUser();
    await it.pass(1_000);
    expect(credit(groat)).toBeUndefined();
    groat.watch("42");
    stop();
    await it.pass(100);
    expect(credit(groat)).toBe("100");
  });
});

describe("the last sign-in or sign-out counts", () => {
  test("a login whose answer comes after a sign-out leaves nobody signed in", async () => {
    const { groat } = await signedIn();
    const release = it.server.holdNext("POST /v1/auth/login");
    const login = outcome(groat.login({ user: "7", password: "x" }));
    await it.pass(10);
    const out = groat.logout();
    expect(groat.getState().phase).toBe("signed-out");
    release();
    expect(await login).toMatchObject({ code: "aborted" });
    await out;
    expect(it.server.cookie).toBeNull();
    await it.pass(5_000);
    expect(shows({ groat })).toEqual(NOTHING);
  });

  test("of two logins the later one, whichever is answered first", async () => {
    const { groat } = await signedIn();
    it.server.addUser("8", { CREDIT: "8" });
    const release = it.server.holdNext("POST /v1/auth/login");
    const first = outcome(groat.login({ user: "7", password: "x" }));
    await it.pass(10);
    const second = groat.login({ user: "8", password: "x" });
    await it.pass(10);
    release();
    expect(await first).toMatchObject({ code: "aborted" });
    await second;
    await it.pass(1_000);
    expect(it.server.cookie).toBe("8");
    expect(groat.getState().user).toBe("8");
  });

  test("a login that fails leaves the present session as it is", async () => {
    const { groat } = await signedIn();
    const { session } = groat.getState();
    expect(await outcome(groat.login({ user: "nobody", password: "x" }))).toMatchObject({
      code: "login_failed",
    });
    expect(groat.getState()).toMatchObject({ session, user: "42" });
  });

  test("the cookie of somebody else, who signed in without a word, ends the session", async () => {
    const { groat } = await signedIn();
    it.server.revoke("42");
    it.server.cookie = "7";
    expect(await outcome(groat.spend(TEN))).toMatchObject({ code: "session_ended" });
    await it.pass(5_000);
    expect(shows({ groat })).toEqual(OF_7);
    expect(spent()).toEqual(["100", "70"]);
  });
});

describe("a page out of the browser's cache", () => {
  test("is signed out where the person signed out elsewhere, before anything is shown", async () => {
    const page = await signedIn();
    page.page("pagehide");
    const other = await signedIn();
    await other.groat.logout();
    page.page("pageshow");
    expect(shows(page)).toEqual(NOTHING);
    await it.pass(10_000);
    expect(page.groat.getState().phase).toBe("signed-out");
    expect(it.server.sockets.size).toBe(0);
    other.groat.stop();
    page.groat.stop();
  });

  test("is the next person's where another signed in elsewhere", async () => {
    const page = await signedIn();
    page.page("pagehide");
    const other = await signedIn();
    await other.groat.login({ user: "7", password: "x" });
    page.page("pageshow");
    expect(shows(page)).toEqual(NOTHING);
    await it.pass(2_000);
    expect(shows(page)).toEqual(OF_7);
    other.groat.stop();
    page.groat.stop();
  });

  test.each([
    { now: null, shown: NOTHING },
    { now: "7", shown: OF_7 },
  ])("asks the app again, whose answer now is $now", async ({ now, shown }) => {
    let present: string | null = "42";
    const tab = await it.open({ token: () => present && it.server.token(present) });
    tab.page("pagehide");
    present = now;
    tab.page("pageshow");
    await it.pass(2_000);
    expect(shows(tab)).toEqual(shown);
    expect(it.server.sockets.size).toBe(now === null ? 0 : 1);
  });

  test("goes on where nothing happened, without losing its picture", async () => {
    const tab = await it.open();
    const { session } = tab.groat.getState();
    tab.page("pagehide");
    tab.page("pageshow");
    expect(credit(tab.groat)).toBe("100");
    await it.pass(2_000);
    expect(tab.groat.getState().session).toBe(session);
    expect(status(tab.groat)).toBe("live");
  });

  test("a write that was under way is repeated only if it is still the same person", async () => {
    const tab = await it.open({ token: () => it.server.token(person) });
    it.server.reach.server = false;
    const write = outcome(tab.groat.spend(TEN));
    await it.pass(100);
    tab.page("pagehide");
    person = "7";
    it.server.revoke("42");
    it.server.up();
    tab.page("pageshow");
    expect(await write).toMatchObject({ code: "session_ended", fields: { user: "42" } });
    await it.pass(60_000);
    expect(spent()).toEqual(["100", "70"]);
  });
});

describe.each([
  { name: "with Web Locks", locks: true },
  { name: "without Web Locks", locks: false },
])("all tabs of the browser, $name", ({ locks }) => {
  const there = world({ locks });
  beforeEach(() => {
    there.server.addUser("7", { CREDIT: "70" });
  });
  const TAKEOVER_MS = 8_000;

  test("follow when the app switches in one", async () => {
    let user = "42";
    const options = { token: () => there.server.token(user) };
    const tabs = [await there.open(options), await there.open(options), await there.open(options)];
    user = "7";
    tabs[1]?.groat.switchUser();
    await there.pass(10);
    for (const tab of tabs) expect(shows(tab).balances).not.toContain("user:42 CREDIT");
    await there.pass(TAKEOVER_MS);
    for (const tab of tabs) expect(shows(tab)).toEqual(OF_7);
    expect(there.server.sockets.size).toBe(1);
  });

  test("follow when the token of one becomes another's", async () => {
    let user = "42";
    const options = { token: () => there.server.token(user) };
    const tabs = [await there.open(options), await there.open(options)];
    there.server.revoke("42");
    user = "7";
    await outcome(tabs[1]?.groat.refresh() ?? Promise.resolve());
    await there.pass(TAKEOVER_MS);
    for (const tab of tabs) expect(shows(tab)).toEqual(OF_7);
  });

  test("ask for themselves when one can renew nothing", async () => {
    let user: string | null = "42";
    const options = { token: () => user && there.server.token(user) };
    const tabs = [await there.open(options), await there.open(options)];
    there.server.revoke("42");
    user = null;
    await outcome(tabs[1]?.groat.refresh() ?? Promise.resolve());
    await there.pass(100);
    for (const tab of tabs) expect(shows(tab)).toEqual(NOTHING);
    expect(there.server.sockets.size).toBe(0);
  });

  test("are left alone that are somebody else's", async () => {
    there.server.addUser("8", { CREDIT: "80" });
    let user = "42";
    const one = await there.open({ token: () => there.server.token(user) });
    const another = await there.open({}, "7");
    const { session } = another.groat.getState();
    user = "8";
    one.groat.switchUser();
    await there.pass(TAKEOVER_MS);
    expect(one.groat.getState().user).toBe("8");
    await one.groat.logout();
    await there.pass(100);
    expect(another.groat.getState()).toMatchObject({ session, user: "7" });
  });

  test("that heard of it are not asked twice, though what was kept is seen late", async () => {
    let user = "42";
    const keep = (name: string, value: string) => {
      setTimeout(() => there.browser.storage.set(name, value), 50);
    };
    const options = { token: () => there.server.token(user), environment: { keep } };
    const [one, other] = [await there.open(options), await there.open(options)];
    user = "7";
    one.groat.switchUser();
    await there.pass(TAKEOVER_MS);
    const { session } = other.groat.getState();
    other.hide();
    other.show();
    await there.pass(1_000);
    expect(other.groat.getState()).toMatchObject({ session, user: "7" });
  });

  test("that heard nothing while they were frozen notice when they are on screen", async () => {
    let user = "42";
    const options = { token: () => there.server.token(user) };
    const tabs = [await there.open(options), await there.open(options)];
    const [one, frozen] = tabs as [Tab, Tab];
    frozen.hide();
    frozen.silent = true;
    user = "7";
    one.groat.switchUser();
    await there.pass(1_000);
    frozen.silent = false;
    frozen.show();
    expect(shows(frozen)).toEqual(NOTHING);
    await there.pass(TAKEOVER_MS);
    expect(shows(frozen)).toEqual(OF_7);
  });
});

describe("stop and start by hand", () => {
  test("find out whether the person is still there", async () => {
    let user: string | null = "42";
    const { groat } = await it.open({ token: () => user && it.server.token(user) });
    groat.stop();
    user = null;
    groat.start();
    await it.pass(1_000);
    expect(shows({ groat })).toEqual(NOTHING);
  });
});

describe("many calls at once", () => {
  test("whose token is refused one after the other ask for one new token", async () => {
    let asked = 0;
    const token = () => {
      asked += 1;
      return it.server.token("42");
    };
    const { groat } = await it.open({ token });
    await it.pass(2_000);
    it.server.revoke("42");
    asked = 0;
    const answers = Array.from({ length: 12 }, () => it.server.holdNext("GET /v1/me"));
    const calls = Array.from({ length: 12 }, () => groat.api.me());
    for (const answer of answers) {
      answer();
      await it.pass(20);
    }
    expect((await Promise.all(calls)).map(({ user }) => user)).toEqual(Array(12).fill("42"));
    expect(asked).toBe(1);
  });
});

describe("a sign-out that does not reach the server", () => {
  async function leave(tab: Tab) {
    it.server.down();
    const left = outcome(tab.groat.logout());
    await it.pass(60_000);
    expect(await left).toMatchObject({ code: "network" });
    expect(shows(tab)).toEqual(NOTHING);
    it.server.up();
  }

  test("is made up for before anybody is let in with its cookie", async () => {
    await leave(await signedIn());
    expect(it.server.cookie).toBe("42");
    const next = await signedIn(it.server.cookie as string);
    await it.pass(5_000);
    expect([next.groat.getState().phase, it.server.cookie]).toEqual(["signed-out", null]);
  });

  test("ends nobody else's session, nor the next one of the same person", async () => {
    await leave(await signedIn());
    const other = await signedIn("7");
    expect(shows(other)).toEqual(OF_7);
    other.groat.stop();
    const tab = await signedIn("42");
    expect(tab.groat.getState().phase).toBe("signed-out");
    await tab.groat.login({ user: "42", password: "x" });
    await it.pass(1_000);
    expect(tab.groat.getState().user).toBe("42");
    expect((await signedIn()).groat.getState().user).toBe("42");
  });
});
