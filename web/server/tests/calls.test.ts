import { expect, expectTypeOf, test, vi } from "vitest";
import {
  emitBulkCreditUpdate,
  fulfillCreditOrder,
  type Groat,
  type Problem,
  type TransactionView,
  updateUserCredits,
  type WriteOptions,
} from "../src/index.js";
import { answering, failure, groatOn, json } from "./help.js";

const posting = { source: "house:bonus", destination: "user:42", amount: "5", asset: "CREDIT" };

test("a write sends its body with the key and the API key", async () => {
  const { got, fetch } = answering(json({ id: "t" }, 201));
  const done = await groatOn(fetch).postTransaction({ postings: [posting] }, { key: "order-4711" });
  expectTypeOf(done).toEqualTypeOf<TransactionView>();
  expect(done.id).toBe("t");
  const [sent] = got;
  expect(sent).toMatchObject({ method: "POST", path: "/v1/transactions", body: { postings: [posting] } });
  expect(Object.fromEntries(sent?.headers ?? [])).toEqual({
    accept: "application/json",
    authorization: "Bearer groat_k",
    "content-type": "application/json",
    "idempotency-key": "order-4711",
  });
});

test("a write without a key makes one, and a read sends none", async () => {
  const { got, fetch } = answering(json({}));
  const groat = groatOn(fetch);
  await groat.releaseHold("h");
  await groat.releaseHold("h");
  await groat.getHold("h");
  const keys = got.map(({ headers }) => headers.get("idempotency-key"));
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(keys[1]).not.toBe(keys[0]);
  expect(keys[2]).toBeNull();
  expect(got[0]?.body).toEqual({});
  expect(got[2]?.body).toBeUndefined();
});

test("what a path names is encoded, and what would lead elsewhere is refused", async () => {
  const { got, fetch } = answering(json({}));
  const groat = groatOn(fetch);
  await groat.getUser("a/b?c");
  expect(got[0]?.path).toBe("/v1/users/a%2Fb%3Fc");
  for (const name of ["", ".", "..", undefined as unknown as string])
    expect(() => groat.getUser(name)).toThrow(TypeError);
  expect(got).toHaveLength(1);
});

test("options that are no options of a call are the query", async () => {
  const { got, fetch } = answering(json({ items: [], cursor: null }));
  const groat = groatOn(fetch);
  await groat.listRequests({
    waits: true,
    kind: "loan",
    user: undefined,
    signal: new AbortController().signal,
  });
  expect(got[0]?.path).toBe("/v1/requests?waits=true&kind=loan");
});

test("a prefix stays, and a program's operation is called by its path", async () => {
  const { got, fetch } = answering(json({ ok: true }));
  const groat = groatOn(fetch, { url: "https://shop.example/credits/" });
  const answer = await groat.request<{ ok: boolean }>("POST", "/v1/top-ups", {
    body: { amount: "5" },
    query: { dry: true },
    key: "k",
  });
  expect(answer.ok).toBe(true);
  expect(got[0]).toMatchObject({
    method: "POST",
    path: "/credits/v1/top-ups?dry=true",
    body: { amount: "5" },
  });
  expect(got[0]?.headers.get("idempotency-key")).toBe("k");
});

test("files go as a form and come as bytes, pages for people as text", async () => {
  const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x41]);
  const { got, fetch } = answering(
    json({ rows: [] }),
    () => new Response(bytes),
    () => new Response("up 1\n"),
    () => new Response(null, { status: 204 }),
  );
  const groat = groatOn(fetch);
  await groat.previewSheet({ file: bytes, asset: "CREDIT", decimal: "," });
  const form = got[0]?.body as FormData;
  expect([...form.keys()]).toEqual(["file", "asset", "decimal"]);
  expect(new Uint8Array(await (form.get("file") as Blob).arrayBuffer())).toEqual(bytes);
  expect(got[0]?.headers.has("content-type")).toBe(false);
  const period = { asset: "CREDIT", from: "2026-01-01T00:00:00Z" };
  expect(await groat.getStatement("user:42", period)).toEqual(bytes);
  expect(await groat.getMetrics()).toBe("up 1\n");
  expect(await groat.revokeUser("42")).toBeUndefined();
});

test("the API key may be a function, which is asked each time", async () => {
  const { got, fetch } = answering(json({}));
  let asked = 0;
  const groat = groatOn(fetch, { apiKey: async () => `groat_${++asked}` });
  await groat.getMe();
  await groat.getMe();
  expect(got.map(({ headers }) => headers.get("authorization"))).toEqual([
    "Bearer groat_1",
    "Bearer groat_2",
  ]);
});

test("nobody sends no key", async () => {
  const { got, fetch } = answering(json({ token: "t" }));
  await groatOn(fetch, { apiKey: null }).login({ user: "42", password: "p" });
  expect(got[0]?.headers.has("authorization")).toBe(false);
});

test("what cannot be an address, an API key or a key is said at once", async () => {
  const { got, fetch } = answering(json({}));
  for (const url of ["localhost:8000", "", "http://", "ftp://x", "http://a:b@x", "http://x/?a=1", undefined])
    expect(() => groatOn(fetch, { url: url as string })).toThrow(/url is the server's address/);
  expect(() => groatOn(fetch).request("GET", "v1/kinds")).toThrow(/path begins with/);
  expect(() => groatOn(fetch, { apiKey: "groat_k\n" })).toThrow(/apiKey is/);
  expect(() => groatOn(fetch, { apiKey: undefined as unknown as string })).toThrow(/apiKey is/);
  for (const key of ["", "ключ", "a\nb", "k".repeat(256)]) {
    expect(await failure(groatOn(fetch).createHold({ ...posting }, { key }))).toBeInstanceOf(TypeError);
  }
  expect(got).toEqual([]);
});

test("amounts are texts, every write takes a key, and a code has its status", () => {
  expectTypeOf<
    Parameters<Groat["postTransaction"]>[0]["postings"][number]["amount"]
  >().toEqualTypeOf<string>();
  expectTypeOf<NonNullable<Parameters<Groat["setBalance"]>[3]>>().toExtend<WriteOptions>();
  expectTypeOf<Problem<"insufficient_funds">["status"]>().toEqualTypeOf<422>();
  // @ts-expect-error: an operation without an idempotency key takes none.
  (groat: Groat) => groat.addUser({ user: "42" }, { key: "k" });
  // @ts-expect-error: a history is of one asset.
  (groat: Groat) => groat.listEntries("user:42", {});
});

test("updateUserCredits sets a balance, with a reason of its own unless one is given", async () => {
  const { got, fetch } = answering(json({ id: "t" }, 201));
  const groat = groatOn(fetch);
  expect((await updateUserCredits(groat, "42", 120)).id).toBe("t");
  await updateUserCredits(groat, "42", "1.50", { asset: "USD", reason: "Refund", key: "r-1" });
  expect(got.map(({ method, path, body }) => [method, path, body])).toEqual([
    ["PUT", "/v1/accounts/user%3A42/balances/CREDIT", { balance: "120", reason: "Admin update" }],
    ["PUT", "/v1/accounts/user%3A42/balances/USD", { balance: "1.50", reason: "Refund" }],
  ]);
  expect(got[1]?.headers.get("idempotency-key")).toBe("r-1");
});

test("fulfillCreditOrder fulfills an order under a key", async () => {
  const { got, fetch } = answering(json({ id: "o1", state: "fulfilled" }, 201));
  const groat = groatOn(fetch);
  expect((await fulfillCreditOrder(groat, "o1", { fulfilled_by: "service:shop" })).state).toBe("fulfilled");
  expect(got[0]).toMatchObject({
    method: "POST",
    path: "/v1/credits/orders/o1/fulfill",
    body: { fulfilled_by: "service:shop" },
  });
  expect(got[0]?.headers.get("idempotency-key")).toBeTruthy();
});

test("emitBulkCreditUpdate posts one run for all under the key", async () => {
  const { got, fetch } = answering(json({ id: "r", state: "running" }, 201));
  const groat = groatOn(fetch);
  const ids = new Set(["42", 43]);
  expect((await emitBulkCreditUpdate(ids, 50, { groat, reason: "Spring", key: "spring" })).state).toBe(
    "running",
  );
  await emitBulkCreditUpdate(["42"], "0.5", { groat, asset: "USD", mode: "set" });
  expect(got.map(({ method, path, body }) => [method, path, body])).toEqual([
    ["POST", "/v1/runs", { people: ["42", "43"], amount: "50", reason: "Spring" }],
    [
      "POST",
      "/v1/runs",
      { people: ["42"], amount: "0.5", asset: "USD", mode: "set", reason: "Admin update" },
    ],
  ]);
  expect(got[0]?.headers.get("idempotency-key")).toBe("spring");
  expect(got[1]?.headers.get("idempotency-key")).toBeTruthy();
  await expect(emitBulkCreditUpdate("42", 50, { groat })).rejects.toThrow(TypeError);
});

test("emitBulkCreditUpdate finds the server in the environment", async () => {
  vi.stubEnv("GROAT_URL", "");
  await expect(emitBulkCreditUpdate(["42"], 50)).rejects.toThrow("GROAT_URL");
  const { got, fetch } = answering(json({ id: "r", state: "running" }, 201));
  vi.stubGlobal("fetch", fetch);
  vi.stubEnv("GROAT_URL", "http://groat.test");
  vi.stubEnv("GROAT_API_KEY", "groat_e");
  await emitBulkCreditUpdate(["42"], 50, { key: "k" });
  expect(got[0]?.headers.get("authorization")).toBe("Bearer groat_e");
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
