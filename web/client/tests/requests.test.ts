import { expect, test } from "vitest";
import { GroatError } from "../src/index.js";
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
