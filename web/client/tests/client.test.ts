import { describe, expect, test } from "vitest";
import { GroatError } from "../src/index.js";
import { changesOf, credit, status, world } from "./help.js";

const it = world();

describe("the road of a change", () => {
  test("the first picture, then live changes", async () => {
    const { groat } = await it.open();
    expect(groat.getState()).toMatchObject({ phase: "ready", user: "42", name: "User 42", roles: [] });
    expect(credit(groat)).toBe("100");
    expect(status(groat)).toBe("live");
    expect(groat.getState().status).toMatchObject({ transport: "websocket", leader: true, asOf: null });

    const changes = changesOf(groat);
    it.server.change("42", "50", { reason: "welcome" });
    await it.pass(10);
    expect(credit(groat)).toBe("150");
    expect(groat.getState().balances["user:42 CREDIT"]?.change).toMatchObject({ delta: "50", live: true });
    expect(groat.getState().events).toMatchObject([{ offset: 1, reason: "welcome", stream: "user:42" }]);
    expect(changes).toMatchObject([
      { type: "event", live: true },
      { type: "balance_updated", live: true },
      { type: "balance", before: "100", after: "150", delta: "50", live: true },
    ]);
  });

  test("a repeated push is counted once", async () => {
    const { groat } = await it.open();
    const deliver = it.server.withhold();
    it.server.change("42", "5");
    it.server.change("42", "6");
    deliver([0, 0, 1, 0, 1]);
    await it.pass(10);
    expect(credit(groat)).toBe("111");
    expect(groat.getState().events.map(({ offset }) => offset)).toEqual([2, 1]);
  });

  test("a lost push is fetched, and shown in its place", async () => {
    const { groat } = await it.open();
    const deliver = it.server.withhold();
    for (const delta of ["1", "2", "3"]) it.server.change("42", delta);
    deliver([2]);
    await it.pass(10);
    expect(credit(groat)).toBe("106");
    expect(groat.getState().events.map(({ offset }) => offset)).toEqual([3, 2, 1]);
    expect(groat.getState().positions["user:42"]).toEqual({ epoch: "e1", offset: 3 });
    expect(it.server.requests).toContain("GET /v1/streams/user%3A42/events");
  });

  test("a late answer never overwrites a newer value", async () => {
    const { groat } = await it.open();
    const release = it.server.holdNext("GET /v1/me");
    const refreshed = groat.refresh();
    await it.pass(10);
    it.server.change("42", "50");
    await it.pass(10);
    release();
    await refreshed;
    expect(credit(groat)).toBe("150");
  });

  test("a restored database takes a version back, and a late answer from before does not return it", async () => {
    const { groat } = await it.open();
    for (let i = 0; i < 5; i += 1) it.server.change("42", "10");
    await it.pass(10);
    const release = it.server.holdNext("GET /v1/me");
    const refreshed = groat.refresh();
    await it.pass(10);
    it.server.restore("42", "110", 2);
    it.server.cut();
    await it.pass(2_000);
    expect(credit(groat)).toBe("110");
    release();
    await refreshed;
    await it.pass(1_000);
    expect(credit(groat)).toBe("110");
    expect(groat.getState().events).toEqual([]);
  });

  test("a provisional value is shown and checked at once", async () => {
    const { groat } = await it.open();
    it.server.withhold();
    it.server.change("42", "25");
    const release = it.server.holdNext("GET /v1/me");
    groat.provisional("user:42", "CREDIT", "130");
    await it.pass(1);
    expect(groat.getState().balances["user:42 CREDIT"]).toMatchObject({ balance: "130", provisional: true });
    release();
    await it.pass(10);
    expect(groat.getState().balances["user:42 CREDIT"]).toMatchObject({ balance: "125", provisional: false });
  });
});

describe("reconnecting", () => {
  test("what was missed comes as a jump, told once", async () => {
    const { groat } = await it.open();
    const changes = changesOf(groat);
    it.server.down();
    await it.pass(100);
    expect(status(groat)).toBe("connecting");
    it.server.change("42", "70");
    it.server.change("42", "50");
    await it.pass(10_000);
    expect(status(groat)).toBe("stale");
    expect(credit(groat)).toBe("100");
    expect(groat.getState().status.asOf).toBe(Date.parse("2026-03-01T12:00:01Z"));
    it.server.up();
    await it.pass(30_000);
    expect(status(groat)).toBe("live");
    expect(credit(groat)).toBe("220");
    expect(groat.getState().events.map(({ offset }) => offset)).toEqual([2, 1]);
    expect(changes.filter(({ type }) => type !== "away")).not.toContainEqual(
      expect.objectContaining({ live: true }),
    );
    expect(changes.filter(({ type }) => type === "away")).toMatchObject([
      { changes: [{ account: "user:42", asset: "CREDIT", delta: "120", balance: "220" }] },
    ]);
    it.server.change("42", "1");
    await it.pass(10);
    expect(groat.getState().balances["user:42 CREDIT"]?.change).toMatchObject({ delta: "1", live: true });
  });

  test("the first attempt comes within 5 s, also when the server needs some time", async () => {
    const { groat } = await it.open();
    it.server.cut();
    await it.pass(5_000);
    expect(status(groat)).toBe("live");
  });

  test("beyond retention a snapshot replaces what is missing", async () => {
    const { groat } = await it.open();
    it.server.down();
    for (let i = 0; i < 10; i += 1) it.server.change("42", "1");
    it.server.trim("user:42");
    it.server.up();
    await it.pass(10_000);
    expect(credit(groat)).toBe("110");
    expect(groat.getState().positions["user:42"]?.offset).toBe(10);
  });

  test("a server that is away at the start is tried until it is there", async () => {
    it.server.down();
    const { groat } = await it.open();
    await it.pass(8_000);
    expect(groat.getState()).toMatchObject({ phase: "loading", error: { code: "network" } });
    it.server.up();
    await it.pass(30_000);
    expect(status(groat)).toBe("live");
    expect(groat.getState().error).toBeNull();
  });

  test("offline is a state of its own, and coming back is quick", async () => {
    const tab = await it.open();
    tab.network(false);
    it.server.cut();
    await it.pass(1_000);
    expect(status(tab.groat)).toBe("offline");
    it.server.change("42", "5");
    await it.pass(60_000);
    tab.network(true);
    await it.pass(2_000);
    expect(status(tab.groat)).toBe("live");
    expect(credit(tab.groat)).toBe("105");
  });

  test("a page in the back/forward cache lets its connection go and takes it up again", async () => {
    const tab = await it.open();
    tab.page("pagehide");
    expect(it.server.sockets.size).toBe(0);
    it.server.change("42", "5");
    const changes = changesOf(tab.groat);
    await it.pass(60_000);
    expect(credit(tab.groat)).toBe("100");
    tab.page("pageshow");
    await it.pass(2_000);
    expect(credit(tab.groat)).toBe("105");
    expect(status(tab.groat)).toBe("live");
    expect(changes).toContainEqual(expect.objectContaining({ type: "away" }));
  });
});

describe("pause", () => {
  test("holds the picture still and resumes with one jump", async () => {
    const { groat } = await it.open();
    groat.pause();
    it.server.change("42", "5");
    it.server.change("42", "5");
    await it.pass(10);
    expect(credit(groat)).toBe("100");
    expect(groat.getState()).toMatchObject({ paused: true, buffered: 2 });
    groat.resume();
    expect(groat.getState()).toMatchObject({ paused: false, buffered: 0 });
    expect(groat.getState().balances["user:42 CREDIT"]).toMatchObject({
      balance: "110",
      change: { live: false },
    });
  });
});

describe("the session", () => {
  test("a token is refreshed on the live connection", async () => {
    it.server.ttl = 60;
    const { groat } = await it.open();
    const [socket] = it.server.sockets;
    const before = it.server.tokensGiven;
    await it.pass(130_000);
    expect(it.server.tokensGiven).toBe(before + 2);
    expect([...it.server.sockets]).toEqual([socket]);
    expect(status(groat)).toBe("live");
  });

  test("a request whose token expired asks for another and succeeds", async () => {
    const { groat } = await it.open();
    it.server.revoke("42");
    await groat.refresh();
    expect(groat.getState().user).toBe("42");
  });

  test("a change of role is seen within seconds", async () => {
    it.server.addUser("42", { CREDIT: "100" }, ["support"]);
    const { groat } = await it.open();
    expect(groat.getState().roles).toEqual(["support"]);
    expect(Object.keys(groat.getState().positions).sort()).toEqual(["role:all", "role:support", "user:42"]);
    it.server.addUser("42", { CREDIT: "100" }, ["admin"]);
    it.server.cut(3014);
    await it.pass(3_000);
    expect(groat.getState().roles).toEqual(["admin"]);
    expect(Object.keys(groat.getState().positions).sort()).toEqual(["role:admin", "role:all", "user:42"]);
    expect(status(groat)).toBe("live");
  });

  test.each([
    { before: ["support"], after: [] },
    { before: [], after: ["support"] },
  ])("a change of role while the connection was lost is seen too: $before, $after", async (roles) => {
    it.server.addUser("42", { CREDIT: "100" }, roles.before);
    const { groat } = await it.open();
    it.server.cut();
    it.server.addUser("42", { CREDIT: "100" }, roles.after);
    await it.pass(5_000);
    expect(groat.getState().roles).toEqual(roles.after);
    expect(status(groat)).toBe("live");
  });

  test("without another token the data go", async () => {
    let token: string | null = it.server.token();
    const { groat } = await it.open({ token: () => token });
    expect(credit(groat)).toBe("100");
    token = null;
    it.server.revoke("42");
    it.server.cut(3014);
    await it.pass(5_000);
    expect(groat.getState()).toMatchObject({ phase: "signed-out", user: null, balances: {}, events: [] });
    expect(it.server.sockets.size).toBe(0);
  });

  test("nobody signed in is not an error", async () => {
    const { groat } = await it.open({ token: () => null });
    expect(groat.getState()).toMatchObject({
      phase: "signed-out",
      error: null,
      status: { state: "offline" },
    });
    expect(it.server.requests).toEqual([]);
  });

  test("logging out drops the data at once", async () => {
    const { groat } = await it.open();
    const done = groat.logout();
    expect(groat.getState()).toMatchObject({ phase: "signed-out", user: null, balances: {} });
    await done;
    await it.pass(60_000);
    expect(it.server.sockets.size).toBe(0);
  });

  test("logging in as somebody else drops the former user's data before the new ones come", async () => {
    it.server.addUser("7", { CREDIT: "7" });
    const { groat } = await it.open();
    const seen: (string | null)[] = [];
    groat.subscribe(
      (state) => Object.keys(state.balances).join(),
      (keys) => seen.push(keys),
    );
    await groat.login({ user: "7", password: "x" });
    await it.pass(1_000);
    expect(seen).toEqual(["", "user:7 CREDIT"]);
    expect(groat.getState().user).toBe("7");
    it.server.change("42", "1");
    it.server.change("7", "1");
    await it.pass(10);
    expect(credit(groat, "7")).toBe("8");
    expect(credit(groat, "42")).toBeUndefined();
  });

  test("a token of the former user's that comes late is not used", async () => {
    it.server.addUser("7", { CREDIT: "7" });
    let give = (_token: string) => {};
    const late = new Promise<string>((resolve) => {
      give = resolve;
    });
    let asked = 0;
    const token = () => {
      asked += 1;
      return asked === 1 ? it.server.token("42") : late;
    };
    const { groat } = await it.open({ token });
    it.server.revoke("42");
    const refreshed = groat.refresh().catch((error) => error);
    await it.pass(10);
    await groat.login({ user: "7", password: "x" });
    give(it.server.token("42"));
    await it.pass(2_000);
    await refreshed;
    await groat.refresh();
    expect(groat.getState().user).toBe("7");
    expect(Object.keys(groat.getState().balances)).toEqual(["user:7 CREDIT"]);
  });

  test("a late answer of the former user's is dropped", async () => {
    it.server.addUser("7", { CREDIT: "7" });
    const { groat } = await it.open();
    const release = it.server.holdNext("POST /v1/actions/spend");
    const spent = groat.spend({ amount: "10", asset: "CREDIT" });
    spent.catch(() => undefined);
    await it.pass(10);
    await groat.login({ user: "7", password: "x" });
    await it.pass(1_000);
    release();
    await expect(spent).rejects.toMatchObject({ code: "session_ended", fields: { user: "42", sent: true } });
    expect(Object.keys(groat.getState().balances)).toEqual(["user:7 CREDIT"]);
  });
});

describe("receipts", () => {
  test("are sent at most once a second, and only while the page is visible", async () => {
    const tab = await it.open();
    for (let i = 0; i < 20; i += 1) {
      it.server.change("42", "1");
      await it.pass(100);
    }
    await it.pass(1_000);
    expect(it.server.seen.length).toBeLessThanOrEqual(3);
    expect(it.server.seen.at(-1)).toMatchObject({ stream: "user:42", offset: 20 });
    tab.hide();
    it.server.change("42", "1");
    await it.pass(5_000);
    expect(it.server.seen.at(-1)?.offset).toBe(20);
    tab.show();
    await it.pass(2_000);
    expect(it.server.seen.at(-1)?.offset).toBe(21);
  });

  test("say how long ago an event was painted that came as it happened", async () => {
    const painting: (() => void)[] = [];
    await it.open({ environment: { painted: (then: () => void) => painting.push(then) } });
    it.server.change("42", "1");
    await it.pass(300);
    for (const then of painting.splice(0)) then();
    await it.pass(1_000);
    expect(it.server.seen).toEqual([{ stream: "user:42", offset: 1, ago_ms: 700 }]);
    it.server.change("42", "1");
    await it.pass(2_000);
    expect(it.server.seen.at(-1)).toEqual({ stream: "user:42", offset: 2 });
  });

  test("are silent about events that came late: behind the page, or after a break", async () => {
    const tab = await it.open();
    tab.hide();
    it.server.change("42", "1");
    await it.pass(2_000);
    tab.show();
    await it.pass(2_000);
    expect(it.server.seen.at(-1)).toEqual({ stream: "user:42", offset: 1 });
    it.server.reach.server = false;
    it.server.cut();
    it.server.change("42", "1");
    await it.pass(30_000);
    it.server.reach.server = true;
    await it.pass(60_000);
    expect(it.server.seen.at(-1)).toEqual({ stream: "user:42", offset: 2 });
    it.server.change("42", "1");
    await it.pass(2_000);
    expect(it.server.seen.at(-1)).toEqual({ stream: "user:42", offset: 3, ago_ms: expect.any(Number) });
  });
});

describe("watching others", () => {
  test("follows the balances in view and forgets them afterwards", async () => {
    it.server.addUser("1", { CREDIT: "0" }, ["admin"]);
    const { groat } = await it.open({}, "1");
    const stop = groat.watch("42");
    await it.pass(100);
    expect(credit(groat)).toBe("100");
    it.server.change("42", "5");
    await it.pass(100);
    expect(credit(groat)).toBe("105");
    stop();
    expect(credit(groat)).toBeUndefined();
    it.server.change("42", "5");
    await it.pass(100);
    expect(credit(groat)).toBeUndefined();
  });
});

describe("subscribe", () => {
  test("calls only those concerned", async () => {
    it.server.addUser("42", { CREDIT: "100", USD: "1.00" });
    const { groat } = await it.open();
    const dollars: unknown[] = [];
    const end = groat.subscribe(
      (state) => state.balances["user:42 USD"],
      (balance) => dollars.push(balance),
    );
    it.server.change("42", "5");
    await it.pass(10);
    expect(dollars).toEqual([]);
    it.server.change("42", "0.50", { asset: "USD" });
    await it.pass(10);
    expect(dollars).toMatchObject([{ balance: "1.50" }]);
    end();
    it.server.change("42", "0.50", { asset: "USD" });
    await it.pass(10);
    expect(dollars).toHaveLength(1);
  });

  test("the debug option shows what happens, without tokens", async () => {
    const lines: string[] = [];
    await it.open({ debug: (what, details) => lines.push(`${what} ${JSON.stringify(details)}`) });
    expect(lines.join("\n")).toContain("socket connected");
    expect(lines.join("\n")).not.toContain("token-42");
    expect(GroatError.fromProblem(500, "x").code).toBe("http_500");
  });
});
