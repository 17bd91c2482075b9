import { expect, test } from "vitest";
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
