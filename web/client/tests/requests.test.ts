import { describe, expect, test } from "vitest";
import {
  fitsFilter,
  GroatError,
  type RequestFilter,
  type RequestLine,
  type RequestView,
  requestsTold,
  type StreamEvent,
} from "../src/index.js";
import { eventOf } from "../src/testing/events.js";
import { world } from "./help.js";

const it = world();

test("a request whose answer is lost is filed once: it is repeated under its key", async () => {
  const { groat } = await it.open();
  const route = "POST /v1/requests/expense";
  it.server.refuseNext(route, 503, "overloaded");
  it.server.answerNext(route, { id: "r1", state: "pending" }, 201);
  const filed = groat.api.fileRequest("expense", { amount: "5" }, { key: "mine" });
  await it.pass(5_000);
  expect(await filed).toEqual({ id: "r1", state: "pending" });
  expect(it.server.requests.filter((request) => request === route)).toHaveLength(2);
});

test("what a list of requests is asked for stands in its address", async () => {
  const asked: string[] = [];
  const { groat } = await it.open({
    environment: {
      fetch: (input, init) => {
        asked.push(String(input));
        return it.server.fetch(input, init);
      },
    },
  });
  it.server.answerNext("GET /v1/requests", { items: [], cursor: null, waiting: { expense: 2 } });
  const page = await groat.api.requests({ waits: true, sort: "largest", kind: "expense" }, { limit: 10 });
  expect(page.waiting).toEqual({ expense: 2 });
  expect(asked.at(-1)).toMatch(/\/v1\/requests\?limit=10&sort=largest&kind=expense&waits=true$/);
});

test("a statement comes as a file, and its refusal as an error", async () => {
  const { groat } = await it.open();
  const route = "GET /v1/accounts/user%3A42/statement";
  const period = { from: "2026-01-01T00:00:00Z" };
  it.server.answerNext(route, ["line"]);
  expect(await (await groat.api.statement("user:42", "USD", period)).text()).toBe('["line"]');
  it.server.refuseNext(route, 422, "statement_too_long");
  const refused = await groat.api.statement("user:42", "USD", period).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(GroatError);
  expect((refused as GroatError).code).toBe("statement_too_long");
});

describe("what events tell of requests", () => {
  const ONE = { id: "r1", kind: "loan", state: "pending", version: 1, user: "42", parent: null, waits: true };
  const request = (more = {}) => ({ ...ONE, ...more }) as unknown as RequestView;
  const line = (more = {}) => ({ ...ONE, version: 2, ...more }) as unknown as RequestLine;
  const event = (more: Partial<StreamEvent>): StreamEvent => ({
    ...eventOf("loan_updated"),
    stream: "user:42",
    offset: 1,
    ...more,
  });

  test("one's own tell all of the request, the staff's a line of each, and whether there are more", () => {
    const own = requestsTold(event({ data: request() }));
    expect(own.items).toMatchObject([{ from: "owner", id: "r1", version: 1 }]);
    const both = request({ changed_parent: request({ id: "r0", version: 9 }) });
    expect(requestsTold(event({ data: both })).items).toMatchObject([{ id: "r1" }, { id: "r0", version: 9 }]);
    const many = event({
      type: "requests_updated",
      stream: "role:admin",
      data: { items: [line()], more: 3 },
    });
    expect(requestsTold(many)).toMatchObject({ items: [{ from: "line", id: "r1", version: 2 }], more: true });
  });

  test.each([
    ["no request", { data: { id: 7 } }],
    ["another type", { type: "balance_updated", data: request() }],
    ["somebody who is watched", { stream: "view:42", data: request() }],
    ["no data", {}],
  ])("%s is no news", (_what, more) => {
    expect(requestsTold(event(more))).toEqual({ items: [], more: false });
  });

  test.each<[RequestFilter, object, boolean]>([
    [{}, {}, true],
    [{ kind: "loan", state: "pending", user: "42", waits: true }, {}, true],
    [{ kind: "card" }, {}, false],
    [{ state: "active" }, {}, false],
    [{ user: "7" }, {}, false],
    [{ waits: true }, { waits: false }, false],
    [{ parent: "r0" }, {}, false],
    [{ parent: "r0" }, { parent: "r0" }, true],
  ])("a list of %o and a request with %o: %s", (filter, more, fits) => {
    const data = { items: [line(more)], more: 0 };
    const staff = requestsTold(event({ type: "requests_updated", stream: "role:admin", data }));
    const own = requestsTold(event({ data: request(more) }));
    for (const { items } of [staff, own])
      expect(items.map((told) => fitsFilter(told, filter))).toEqual([fits]);
  });
});
