import { describe, expect, test } from "vitest";
import { changesOf, credit, status, world } from "./help.js";

const it = world();

describe("falling back and climbing up", () => {
  test("event-stream when sockets are blocked", async () => {
    it.server.reach.websocket = false;
    const { groat } = await it.open();
    await it.pass(5_000);
    expect(groat.getState().status).toMatchObject({ state: "live", transport: "event-stream" });
    const changes = changesOf(groat);
    it.server.change("42", "5");
    await it.pass(10);
    expect(credit(groat)).toBe("105");
    expect(changes).toContainEqual(expect.objectContaining({ type: "balance", live: true }));
  });

  test("an event-stream on which nothing happens stays open", async () => {
    it.server.reach.websocket = false;
    const { groat } = await it.open();
    await it.pass(5_000);
    const streams = () => it.server.requests.filter((route) => route === "GET /v1/streams/events").length;
    expect(streams()).toBe(1);
    await it.pass(300_000);
    expect(streams()).toBe(1);
    expect(groat.getState().status).toMatchObject({ state: "live", transport: "event-stream" });
  });

  test("long-poll when event-streams are blocked too", async () => {
    it.server.reach.websocket = false;
    it.server.reach.eventStream = false;
    const { groat } = await it.open();
    await it.pass(5_000);
    expect(groat.getState().status).toMatchObject({ state: "live", transport: "long-poll" });
    for (const delta of ["1", "2", "3"]) {
      it.server.change("42", delta);
      await it.pass(30_000);
    }
    expect(credit(groat)).toBe("106");
    expect(groat.getState().events.map(({ offset }) => offset)).toEqual([3, 2, 1]);
  });

  test("a poll every 30 s when nothing else works; unchanged values cost a 304", async () => {
    it.server.reach.websocket = false;
    it.server.reach.eventStream = false;
    it.server.reach.longPoll = false;
    const { groat } = await it.open();
    await it.pass(5_000);
    expect(groat.getState().status).toMatchObject({ state: "polling", transport: "poll" });
    it.server.change("42", "5");
    await it.pass(35_000);
    expect(credit(groat)).toBe("105");
    expect(groat.getState().events).toHaveLength(1);
    const polls = it.server.requests.filter((route) => route === "GET /v1/me").length;
    await it.pass(35_000);
    expect(it.server.requests.filter((route) => route === "GET /v1/me").length).toBeLessThanOrEqual(
      polls + 2,
    );
  });

  test("the age of a polled value is that of its last answer", async () => {
    it.server.reach.websocket = false;
    it.server.reach.eventStream = false;
    it.server.reach.longPoll = false;
    const { groat } = await it.open();
    await it.pass(5_000);
    const { asOf } = groat.getState().status;
    it.server.down();
    await it.pass(60_000);
    expect(groat.getState().status).toMatchObject({ state: "stale" });
    expect(groat.getState().status.asOf).toBeLessThanOrEqual((asOf ?? 0) + 36_000);
  });

  test("a blocked long-poll is noticed at the second request", async () => {
    it.server.reach.websocket = false;
    it.server.reach.eventStream = false;
    const { groat } = await it.open();
    await it.pass(5_000);
    it.server.reach.longPoll = false;
    await it.pass(60_000);
    expect(groat.getState().status.transport).toBe("poll");
  });

  test("back up to the socket when it works again, each event once", async () => {
    it.server.reach.websocket = false;
    const { groat } = await it.open();
    await it.pass(5_000);
    it.server.change("42", "1");
    await it.pass(10);
    it.server.reach.websocket = true;
    await it.pass(25_000);
    expect(groat.getState().status.transport).toBe("websocket");
    it.server.change("42", "2");
    await it.pass(10);
    expect(credit(groat)).toBe("103");
    expect(groat.getState().events.map(({ offset }) => offset)).toEqual([2, 1]);
  });

  test("a server that dies and returns is found again on every line", async () => {
    it.server.reach.websocket = false;
    const { groat } = await it.open();
    await it.pass(5_000);
    it.server.down();
    it.server.change("42", "5");
    await it.pass(60_000);
    expect(status(groat)).toBe("stale");
    it.server.up();
    await it.pass(60_000);
    expect(groat.getState().status).toMatchObject({ state: "live", transport: "event-stream" });
    expect(credit(groat)).toBe("105");
  });

  test("an event-stream that a proxy buffers is given up for long-poll", async () => {
    it.server.reach.websocket = false;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (new Headers(init?.headers).get("accept") !== "text/event-stream")
        return it.server.fetch(input, init);
      const body = new ReadableStream({
        start: (controller) =>
          init?.signal?.addEventListener("abort", () => controller.error(init.signal?.reason)),
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    };
    const { groat } = await it.open({ environment: { fetch } });
    await it.pass(3_000);
    expect(status(groat)).not.toBe("live");
    await it.pass(7_000);
    expect(groat.getState().status.transport).toBe("long-poll");
  });

  test("without WebSocket in the browser the next line is used at once", async () => {
    const tab = await it.open({ environment: { WebSocket: null } });
    expect(tab.groat.getState().status.transport).toBe("event-stream");
  });

  test("watching others works without a socket, by asking now and then", async () => {
    it.server.addUser("1", { CREDIT: "0" }, ["admin"]);
    it.server.reach.websocket = false;
    const { groat } = await it.open({}, "1");
    await it.pass(5_000);
    groat.watch("42");
    await it.pass(100);
    expect(credit(groat)).toBe("100");
    it.server.change("42", "5");
    await it.pass(31_000);
    expect(credit(groat)).toBe("105");
  });
});
