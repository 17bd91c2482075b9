import { describe, expect, expectTypeOf, test } from "vitest";
import { GroatError, type Outcome, type TransactionView } from "../src/index.js";
import { world } from "./help.js";

const it = world();

/** A tab, and the writes that it sends. */
async function opened() {
  const sent: { key: string | null; body: unknown }[] = [];
  const fetch: typeof globalThis.fetch = (url, init) => {
    if (init?.method === "PUT" || (init && String(url).includes("/fulfill"))) {
      const key = new Headers(init.headers).get("idempotency-key");
      sent.push({ key, body: JSON.parse(String(init.body)) });
    }
    return it.server.fetch(url, init);
  };
  const tab = await it.open({ environment: { fetch } });
  return { sent, api: tab.groat.api };
}
const SET = "PUT /v1/accounts/user%3A7/balances/CREDIT";

describe("updateUserCredits", () => {
  test("sets the balance, and says why", async () => {
    const { api, sent } = await opened();
    it.server.answerNext(SET, { id: "t1" });
    const { data, error } = await api.updateUserCredits("7", 120);
    expect([data?.id, error]).toEqual(["t1", null]);
    expect(sent.at(-1)?.body).toEqual({ balance: "120", reason: "Admin update" });
    it.server.answerNext(SET, { id: "t2" });
    await api.updateUserCredits("7", "12.50", { reason: "Refund" });
    expect(sent.at(-1)?.body).toEqual({ balance: "12.50", reason: "Refund" });
    expectTypeOf(api.updateUserCredits).returns.resolves.toEqualTypeOf<Outcome<TransactionView>>();
  });

  test("gives the server's refusal as error, with its detail", async () => {
    const { api } = await opened();
    it.server.answerNext(SET, { code: "forbidden", detail: "Only admins may do this." }, 403);
    const { error } = await api.updateUserCredits("7", 5);
    expect(error).toBeInstanceOf(GroatError);
    expect(error?.detail).toBe("Only admins may do this.");
  });

  test("keeps its key until the verdict", async () => {
    const { api, sent } = await opened();
    it.server.answerNext(SET, {}, 500);
    expect((await api.updateUserCredits("7", 5)).error?.status).toBe(500);
    it.server.answerNext(SET, { id: "t1" });
    expect((await api.updateUserCredits("7", 5)).error).toBeNull();
    it.server.answerNext(SET, { id: "t2" });
    await api.updateUserCredits("7", 5);
    const [open, again, another] = sent.map(({ key }) => key);
    expect(again).toBe(open);
    expect(another).not.toBe(open);
  });
});

describe("fulfillCreditOrder", () => {
  const FULFILL = "POST /v1/credits/orders/o1/fulfill";

  test("fulfills the order as whoever calls", async () => {
    const { api, sent } = await opened();
    it.server.answerNext(FULFILL, { id: "o1", state: "fulfilled" }, 201);
    const { data, error } = await api.fulfillCreditOrder("o1", { fulfilled_by: "admin" });
    expect([data?.state, error]).toEqual(["fulfilled", null]);
    expect(sent.at(-1)?.body).toEqual({ fulfilled_by: "admin" });
    expect(sent.at(-1)?.key).toBeTruthy();
  });

  test("gives the refusal of another one's name as error", async () => {
    const { api } = await opened();
    it.server.answerNext(FULFILL, { code: "fulfilled_by_differs", detail: "Send yourself." }, 403);
    const { data, error } = await api.fulfillCreditOrder("o1", { fulfilled_by: "7" });
    expect([data, error?.code, error?.detail]).toEqual([null, "fulfilled_by_differs", "Send yourself."]);
  });
});
