import { describe, expect, test } from "vitest";
import { GroatError } from "../src/index.js";
import { changesOf, credit, world } from "./help.js";

const it = world();
const shown = (groat: Parameters<typeof credit>[0]) => groat.getState().balances["user:42 CREDIT"];

/** Every value the number took, in order. */
function valuesOf(groat: Parameters<typeof credit>[0]): string[] {
  const values = [credit(groat) ?? ""];
  groat.subscribe(
    (state) => state.balances["user:42 CREDIT"]?.balance ?? "",
    (value) => values.push(value),
  );
  return values;
}

describe("a pending overlay", () => {
  test("shows at once and goes with the answer, without a flicker", async () => {
    const { groat } = await it.open();
    const values = valuesOf(groat);
    it.server.withhold();
    const release = it.server.holdNext("POST /v1/actions/spend");
    const spent = groat.spend({ amount: "30", asset: "CREDIT", reason: "a hat" });
    await it.pass(10);
    expect(shown(groat)).toMatchObject({ balance: "70", confirmed: "100", pending: true });
    release();
    expect((await spent).postings[0]?.amount).toBe("30");
    expect(shown(groat)).toMatchObject({ balance: "70", confirmed: "70", pending: false, version: 2 });
    expect(values).toEqual(["100", "70"]);
  });

  test("goes with its key in an event that comes before the answer", async () => {
    const { groat } = await it.open();
    const values = valuesOf(groat);
    const release = it.server.holdNext("POST /v1/actions/spend");
    const spent = groat.spend({ amount: "30", asset: "CREDIT" });
    await it.pass(100);
    expect(shown(groat)).toMatchObject({ balance: "70", confirmed: "70", pending: false });
    it.server.change("42", "5");
    await it.pass(10);
    release();
    await spent;
    // The answer says 70 at version 2; version 3 is known.
    expect(values).toEqual(["100", "70", "75"]);
  });

  test("goes with its position when the answer tells no balance", async () => {
    const { groat } = await it.open();
    const deliver = it.server.withhold();
    const answer = it.server.change("42", "-30");
    groat.getState();
    it.server.answerNext("POST /v1/actions/spend", {
      id: answer.transaction,
      balances: [],
      positions: { "user:42": "e1:1" },
    });
    const values = valuesOf(groat);
    await groat.spend({ amount: "30", asset: "CREDIT" });
    expect(shown(groat)).toMatchObject({ balance: "70", pending: true });
    deliver();
    await it.pass(10);
    expect(shown(groat)).toMatchObject({ balance: "70", pending: false });
    expect(values).toEqual(["100", "70"]);
  });

  test("goes when the server refuses, and the value returns", async () => {
    const { groat } = await it.open();
    const values = valuesOf(groat);
    const failure = await groat.spend({ amount: "500", asset: "CREDIT" }).catch((error) => error);
    expect(failure).toBeInstanceOf(GroatError);
    expect(failure).toMatchObject({ code: "insufficient_funds", status: 422 });
    expect(values).toEqual(["100", "-400", "100"]);
    expect(groat.getState().pending).toEqual([]);
  });

  test("is summed exactly with others", async () => {
    it.server.addUser("42", { CREDIT: "100", USD: "0.30" });
    const { groat } = await it.open();
    const one = it.server.holdNext("POST /v1/actions/spend");
    const two = it.server.holdNext("POST /v1/actions/spend");
    it.server.withhold();
    const spent = [
      groat.spend({ amount: "0.10", asset: "USD" }),
      groat.spend({ amount: "0.20", asset: "USD" }),
    ];
    await it.pass(10);
    expect(groat.getState().balances["user:42 USD"]?.balance).toBe("0.00");
    one();
    two();
    await Promise.all(spent);
    expect(groat.getState().balances["user:42 USD"]).toMatchObject({ confirmed: "0.00", pending: false });
  });

  test("ends by itself when nothing ever confirms it", async () => {
    const { groat } = await it.open();
    it.server.withhold();
    it.server.answerNext("POST /v1/actions/spend", {
      id: "x",
      balances: [],
      positions: { "user:42": "e1:9" },
    });
    await groat.spend({ amount: "30", asset: "CREDIT" });
    await it.pass(59_000);
    expect(credit(groat)).toBe("70");
    await it.pass(2_000);
    expect(shown(groat)).toMatchObject({ balance: "100", pending: false });
  });
});

describe("a write whose answer is lost", () => {
  test("is repeated under the same key and has one effect", async () => {
    const { groat } = await it.open();
    it.server.refuseNext("POST /v1/actions/spend", 0, "reset");
    it.server.refuseNext("POST /v1/actions/spend", 503, "overloaded");
    const spent = groat.spend({ amount: "30", asset: "CREDIT" });
    await it.pass(10_000);
    expect((await spent).replayed).toBe(true);
    expect(it.server.keys).toHaveLength(2);
    expect(new Set(it.server.keys).size).toBe(1);
    expect(it.server.balance("user:42").balance).toBe("70");
    expect(credit(groat)).toBe("70");
  });

  test("a request that hangs is given up and repeated under the same key", async () => {
    const { groat } = await it.open();
    it.server.holdNext("POST /v1/actions/spend");
    const spent = groat.spend({ amount: "30", asset: "CREDIT" });
    await it.pass(20_000);
    expect((await spent).replayed).toBe(true);
    expect(new Set(it.server.keys).size).toBe(1);
    expect(it.server.balance("user:42").balance).toBe("70");
  });

  test("waits as long as the server asks", async () => {
    const { groat } = await it.open();
    it.server.answerNext("POST /v1/actions/spend", { code: "overloaded", status: 503 }, 503, {
      "retry-after": "7",
    });
    const spent = groat.spend({ amount: "30", asset: "CREDIT" });
    await it.pass(6_900);
    expect(it.server.keys).toEqual([]);
    await it.pass(200);
    await spent;
    expect(it.server.keys).toHaveLength(1);
  });

  test("says so when the server stays away, with the key that settles it", async () => {
    const { groat } = await it.open();
    it.server.down();
    const outcome = groat.spend({ amount: "30", asset: "CREDIT" }, { key: "mine" }).catch((error) => error);
    await it.pass(20_000);
    expect(credit(groat)).toBe("70");
    await it.pass(20_000);
    expect(await outcome).toMatchObject({ code: "unknown_outcome", fields: { key: "mine" } });
    expect(credit(groat)).toBe("100");
  });

  test("a write of somebody without a session is not sent", async () => {
    const { groat } = await it.open({ token: () => null });
    const changes = changesOf(groat);
    await expect(groat.spend({ amount: "1", asset: "CREDIT" })).rejects.toMatchObject({ code: "signed_out" });
    expect(it.server.requests).toEqual([]);
    expect(changes).toEqual([]);
  });
});
