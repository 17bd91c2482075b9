/** Boards: their states replace each other, in all tabs, over every line; what is refused or away says so. */
import { beforeEach, describe, expect, test } from "vitest";
import { boardName, boardState } from "../src/index.js";
import type { Tab } from "../src/testing/index.js";
import { changesOf, status, world } from "./help.js";

const it = world();
const RUN = boardName("run", "r1");

const shown = ({ groat }: Tab, id = "r1") => boardState<{ n: number }>(groat.getState(), "run", id);
const view = ({ groat }: Tab) => groat.getState().views[RUN];

beforeEach(() => {
  it.server.addUser("1", { CREDIT: "10" }, ["admin"]);
  it.server.show(RUN, { n: 0 });
});

describe("a board", () => {
  test("shows the present state and then each other one, and is no news of balances", async () => {
    const tab = await it.open({}, "1");
    const changes = changesOf(tab.groat);
    expect(shown(tab)).toBeUndefined();
    const end = tab.groat.watch(RUN);
    await it.pass(100);
    expect(shown(tab)).toEqual({ n: 0 });
    expect(view(tab)).toEqual({ state: "live", error: null });
    it.server.show(RUN, { n: 1 });
    await it.pass(100);
    expect(shown(tab)).toEqual({ n: 1 });
    it.server.show(RUN, null);
    await it.pass(100);
    expect(shown(tab)).toBeNull();
    end();
    await it.pass(100);
    expect(shown(tab)).toBeUndefined();
    expect(view(tab)).toBeUndefined();
    expect(changes).toEqual([]);
  });

  test("is the same in a tab that follows, and stays when the leader ends its own watch", async () => {
    const [leader, other] = [await it.open({}, "1"), await it.open({}, "1")];
    const end = leader.groat.watch(RUN);
    await it.pass(100);
    other.groat.watch(RUN);
    await it.pass(100);
    expect([shown(leader), shown(other)]).toEqual([{ n: 0 }, { n: 0 }]);
    end();
    it.server.show(RUN, { n: 1 });
    await it.pass(100);
    expect(shown(other)).toEqual({ n: 1 });
    leader.groat.stop();
    it.server.show(RUN, { n: 2 });
    await it.pass(10_000);
    expect(shown(other)).toEqual({ n: 2 });
    expect(view(other)?.state).toBe("live");
  });

  test("keeps its last state while the connection is away, and has the present one when it is back", async () => {
    const tab = await it.open({}, "1");
    tab.groat.watch(RUN);
    await it.pass(100);
    it.server.down();
    it.server.show(RUN, { n: 1 });
    await it.pass(1_000);
    expect(shown(tab)).toEqual({ n: 0 });
    expect(view(tab)?.state).toBe("connecting");
    it.server.up();
    await it.pass(30_000);
    expect(shown(tab)).toEqual({ n: 1 });
    expect(view(tab)?.state).toBe("live");
  });

  test("that is refused is told as such, takes nothing along, and revives", async () => {
    const tab = await it.open({}, "1");
    it.server.refuseView(103, "permission denied");
    tab.groat.watch(RUN);
    await it.pass(1_000);
    expect(view(tab)).toMatchObject({ state: "failed", error: { code: "view_refused" } });
    expect(status(tab.groat)).toBe("live");
    await it.pass(61_000);
    expect(shown(tab)).toEqual({ n: 0 });
  });

  test("ends with its session", async () => {
    const tab = await it.open({}, "1");
    tab.groat.watch(RUN);
    await it.pass(100);
    await tab.groat.logout();
    expect(tab.groat.getState().boards).toEqual({});
  });
});

describe("without WebSocket", () => {
  test.each(["event-stream", "long-poll", "poll"] as const)("over %s", async (transport) => {
    it.server.reach.websocket = false;
    it.server.reach.eventStream = transport === "event-stream";
    it.server.reach.longPoll = transport !== "poll";
    const tab = await it.open({}, "1");
    await it.pass(20_000);
    tab.groat.watch(RUN);
    await it.pass(1_000);
    expect(tab.groat.getState().status.transport).toBe(transport);
    expect(shown(tab)).toEqual({ n: 0 });
    it.server.show(RUN, { n: 1 });
    await it.pass(transport === "poll" ? 35_000 : 200);
    expect(shown(tab)).toEqual({ n: 1 });
    expect(view(tab)).toEqual({ state: "live", error: null });
    const [before, state] = [it.server.requests.length, shown(tab)];
    await it.pass(20_000);
    expect(shown(tab), "what has not changed is not sent again").toBe(state);
    expect(it.server.requests.length - before).toBeLessThan(5);
  });

  test("one that is not there takes no other stream along", async () => {
    it.server.reach.websocket = false;
    const tab = await it.open({}, "1");
    await it.pass(5_000);
    tab.groat.watch(boardName("run", "missing"));
    tab.groat.watch(RUN);
    await it.pass(1_000);
    expect(shown(tab)).toEqual({ n: 0 });
    expect(tab.groat.getState().views[boardName("run", "missing")]?.error?.code).toBe("board_not_found");
    expect(status(tab.groat)).toBe("live");
  });
});
