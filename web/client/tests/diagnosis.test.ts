/** A wrong origin, a wrong secret and a dead server look different, are said once, and are not called again and again. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { status, world } from "./help.js";

const it = world();
let warned: string[];

beforeEach(() => {
  warned = [];
  vi.spyOn(console, "warn").mockImplementation((text: string) => warned.push(text));
  vi.stubGlobal("location", new URL("https://shop.example/cart"));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("on arrival", () => {
  test("a wrong origin is named, with the setting that mends it", async () => {
    const calls: string[] = [];
    // What a browser does with answers without Access-Control-Allow-Origin.
    const fetch = async (url: RequestInfo | URL, init?: RequestInit) => {
      calls.push(new URL(String(url)).pathname);
      if (init?.mode === "no-cors") return Response.error();
      throw new TypeError("Failed to fetch");
    };
    const WebSocket = null;
    const { groat } = await it.open({ environment: { fetch, WebSocket } });
    await it.pass(8_000);
    expect(groat.getState()).toMatchObject({ phase: "loading", error: { code: "origin_refused" } });
    expect(warned).toHaveLength(1);
    expect(warned[0]).toMatch(/groat\.test.*https:\/\/shop\.example.*"origins"/);
    // Two attempts in nine seconds, each with a question why.
    expect(calls.filter((path) => path === "/v1/me").length).toBeLessThanOrEqual(3);
    expect(calls.length).toBeLessThanOrEqual(6);
    await it.pass(600_000);
    expect(warned).toHaveLength(1);
    expect(calls.length).toBeLessThanOrEqual(40);
  });

  test("a wrong secret is a refused token", async () => {
    const { groat } = await it.open({ token: () => "signed.with.another" });
    await it.pass(8_000);
    expect(groat.getState()).toMatchObject({
      phase: "signed-out",
      error: { code: "token_invalid", status: 401 },
      status: { state: "offline" },
    });
    expect(warned).toEqual([expect.stringContaining("token_invalid")]);
    expect(it.server.requests.length).toBeLessThanOrEqual(2);
  });

  test("a dead server is one that does not answer", async () => {
    it.server.down();
    const { groat } = await it.open();
    await it.pass(8_000);
    expect(groat.getState()).toMatchObject({ phase: "loading", error: { code: "network" } });
    expect(warned).toEqual([expect.stringContaining("could not be reached. (http://groat.test)")]);
    expect(it.server.requests.filter((route) => route === "GET /v1/me").length).toBeLessThanOrEqual(6);
    it.server.up();
    await it.pass(21_000);
    expect(status(groat)).toBe("live");
    expect(groat.getState().error).toBeNull();
  });

  test("a server that is none of ours is asked seldom", async () => {
    const fetch = async () => Response.json({ hello: "world" }, { status: 404 });
    const { groat } = await it.open({ environment: { fetch, WebSocket: null } });
    await it.pass(8_000);
    expect(groat.getState().error).toMatchObject({ status: 404 });
    expect(warned).toHaveLength(1);
  });

  test("who signs out, or whose session ends, is no trouble", async () => {
    const { groat } = await it.open({ token: () => null });
    expect(groat.getState()).toMatchObject({ phase: "signed-out", error: null });
    const other = await it.open();
    await other.groat.logout();
    expect(warned).toEqual([]);
  });

  test("a token provider that never answers is a failure, and asked again", async () => {
    let calls = 0;
    const token = () => {
      calls += 1;
      return calls === 1 ? new Promise<string>(() => undefined) : it.server.token("42");
    };
    const { groat } = await it.open({ token });
    await it.pass(15_000);
    expect(groat.getState().error).toBeNull();
    await it.pass(7_000);
    expect(status(groat)).toBe("live");
    expect(warned).toEqual([expect.stringContaining("No token came within 20 s")]);
  });
});
