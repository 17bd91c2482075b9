import { describe, expect, test, vi } from "vitest";
import { type Api, GroatError, type OpenWrite } from "../src/index.js";
import type { Tab } from "../src/testing/index.js";
import { world } from "./help.js";

const it = world();
const LOST = new GroatError("unknown_outcome", "");
const REFUSED = new GroatError("insufficient_funds", "", 422);
const TAKE = "POST /v1/requests/transfer/r1/approve";

/** The key under which it was written. */
async function keyOf({ groat }: Tab, what: string, outcome?: Error): Promise<string> {
  let used = "";
  const written = groat.write(["post", what], async (key) => {
    used = key;
    if (outcome) throw outcome;
  });
  await (outcome ? expect(written).rejects.toBe(outcome) : written);
  return used;
}

test("a write has one key until its verdict is in, and then another", async () => {
  const tab = await it.open();
  const first = await keyOf(tab, "5", LOST);
  expect(await keyOf(tab, "5", LOST)).toBe(first);
  expect(await keyOf(tab, "5")).toBe(first);
  const second = await keyOf(tab, "5", REFUSED);
  expect(second).not.toBe(first);
  expect(await keyOf(tab, "5")).not.toBe(second);
});

test("what is written in between, and its verdict, leave the key of another write alone", async () => {
  const tab = await it.open();
  const first = await keyOf(tab, "5", LOST);
  const other = await keyOf(tab, "6", LOST);
  expect(other).not.toBe(first);
  expect(await keyOf(tab, "6")).toBe(other);
  await keyOf(tab, "7", REFUSED);
  expect(await keyOf(tab, "5")).toBe(first);
});

test("a late verdict ends no key but its own", async () => {
  const tab = await it.open();
  const sent: { key: string; answer: () => void }[] = [];
  const press = () =>
    tab.groat.write(["post", "5"], (key) => new Promise<void>((answer) => void sent.push({ key, answer })));
  const presses = [press(), press()];
  sent[0]?.answer();
  await presses[0];
  const anew = await keyOf(tab, "5", LOST);
  sent[1]?.answer();
  await presses[1];
  expect(sent[1]?.key).toBe(sent[0]?.key);
  expect(await keyOf(tab, "5")).toBe(anew);
});

test("the hundred that were tried last are kept", async () => {
  const tab = await it.open();
  const keys = new Map<string, string>();
  const tried = [...Array(100).keys(), 0, 100].map(String);
  for (const what of tried) keys.set(what, await keyOf(tab, what, LOST));
  for (const kept of ["0", "2", "100"]) expect(await keyOf(tab, kept, LOST)).toBe(keys.get(kept));
  expect(await keyOf(tab, "1", LOST)).not.toBe(keys.get("1"));
});

test("who comes next begins anew, and who comes back goes on: they may have paid already", async () => {
  let user = "42";
  const tab = await it.open({ token: () => it.server.token(user) });
  const become = async (next: string) => {
    user = next;
    tab.groat.switchUser();
    await it.pass(1_000);
  };
  const first = await keyOf(tab, "5", LOST);
  it.server.addUser("7", {});
  await become("7");
  const next = await keyOf(tab, "5", LOST);
  expect(next).not.toBe(first);
  await become("42");
  expect(await keyOf(tab, "5", LOST)).toBe(first);
  await become("7");
  expect(await keyOf(tab, "5")).toBe(next);
});

test("a write of a session that has ended is not sent", async () => {
  const tab = await it.open();
  const sent: string[] = [];
  const call = async (_key: string, api: Api) => {
    await api.takeTransition("transfer", "r1", "approve");
  };
  const written = tab.groat.write(["post", "5"], call, {
    title: "Approve",
    by: async (key) => sent.push(key),
  });
  tab.groat.switchUser();
  await expect(written).rejects.toMatchObject({ code: "session_ended", fields: { sent: false } });
  expect(sent).toEqual([]);
});

describe("a write with a title", () => {
  const KEY = "Idempotency-Key";
  /** The writes that reached the server: address, body and key. */
  let asked: string[] = [];

  async function open(name?: string, user?: string): Promise<Tab> {
    asked = [];
    const environment = {
      ...(name && { tab: name }),
      fetch: ((input, init) => {
        const headers = (init?.headers ?? {}) as Record<string, string>;
        if (KEY in headers) asked.push(JSON.stringify([input, init?.body, headers[KEY]]));
        return it.server.fetch(input, init);
      }) as typeof fetch,
    };
    return it.open({ environment }, user);
  }
  const post = ({ groat }: Tab, amount: string, version: number) =>
    groat.write(
      ["take", amount],
      (key, api) => api.takeTransition("transfer", "r1", "approve", { amount }, { key, version }),
      { title: `Approve: ${amount}` },
    );
  /** Sends it and loses the answer. */
  async function lose(tab: Tab, version = 3): Promise<void> {
    it.server.refuseNext(TAKE, 500, "internal_error");
    await expect(post(tab, "5", version)).rejects.toMatchObject({ status: 500 });
  }
  const stored = () =>
    [...it.browser.storage].flatMap(([name, text]) => (name.startsWith("groat:write") ? [text] : []));
  const unconfirmed = ({ groat }: Tab) => groat.getState().unconfirmed;
  const first = (tab: Tab) => unconfirmed(tab)[0] as OpenWrite;

  test("is kept as it was sent, until its verdict is in", async () => {
    const tab = await open();
    await lose(tab);
    expect(unconfirmed(tab)).toMatchObject([{ title: "Approve: 5" }]);
    // What is on the screen has changed meanwhile; the write has not.
    await lose(tab, 4);
    expect(asked[1]).toBe(asked[0]);
    it.server.answerNext(TAKE, { id: "r1" });
    await tab.groat.repeatWrite(first(tab).key);
    expect(asked[2]).toBe(asked[0]);
    expect([stored(), unconfirmed(tab)]).toEqual([[], []]);
    await expect(tab.groat.repeatWrite("no key")).rejects.toMatchObject({ code: "unknown_write" });
  });

  test("outlives its page: the same content goes out under the same key, and it is shown at once", async () => {
    const before = await open("a tab");
    await lose(before);
    const [sent] = asked;
    before.die();
    const after = await open("a tab");
    expect(unconfirmed(after)).toHaveLength(1);
    await lose(after, 9);
    expect(asked).toEqual([sent]);
    after.groat.dropWrite(first(after).key);
    expect([stored(), unconfirmed(after)]).toEqual([[], []]);
  });

  test("stays while nobody is signed in, and is gone when somebody else is", async () => {
    const tab = await open();
    await lose(tab);
    const { key } = first(tab);
    await tab.groat.logout();
    expect(unconfirmed(tab)).toEqual([]);
    await expect(tab.groat.repeatWrite(key)).rejects.toMatchObject({ code: "session_ended" });
    expect(stored()).toHaveLength(1);
    it.server.addUser("7", {});
    const next = await open(undefined, "7");
    await expect(tab.groat.repeatWrite(key)).rejects.toMatchObject({ code: "session_ended" });
    expect([stored(), unconfirmed(next)]).toEqual([[], []]);
    expect(asked).toEqual([]);
  });

  test("is kept beside what another tab writes, and shown there once it cannot be under way", async () => {
    const tab = await open();
    const other = await open();
    await lose(tab);
    expect([unconfirmed(tab).length, unconfirmed(other).length]).toEqual([1, 0]);
    await it.pass(61_000);
    expect(unconfirmed(other)).toHaveLength(1);
    await lose(other);
    expect(asked[1]).toBe(asked[0]);
    expect(stored()).toHaveLength(1);
    it.server.answerNext(TAKE, { id: "r1" });
    await other.groat.repeatWrite(first(other).key);
    expect([unconfirmed(tab), unconfirmed(other), stored()]).toEqual([[], [], []]);
    // The other tab has its verdict: the same again is another write.
    await lose(tab);
    expect(asked.at(-1)).not.toBe(asked[0]);
  });

  test("is shown whatever is done to the clock", async () => {
    const other = await open();
    await lose(await open());
    vi.setSystemTime(Date.now() - 3_600_000);
    const another = await open();
    expect([unconfirmed(another).length, unconfirmed(other).length]).toEqual([1, 0]);
    await it.pass(61_000);
    expect(unconfirmed(other)).toHaveLength(1);
  });

  test("keeps its key in a page whose neighbour saw the next person first", async () => {
    const tab = await open();
    await lose(tab);
    it.server.addUser("7", {});
    await it.open({}, "7");
    expect([stored(), unconfirmed(tab)]).toEqual([[], []]);
    await lose(tab);
    expect(asked[1]).toBe(asked[0]);
  });

  test("that is refused is not kept", async () => {
    const tab = await open();
    it.server.refuseNext(TAKE, 409, "wrong_state");
    await expect(post(tab, "5", 3)).rejects.toMatchObject({ code: "wrong_state" });
    expect([stored(), unconfirmed(tab)]).toEqual([[], []]);
  });

  test("without storage lasts as long as the page", async () => {
    const none = { recall: () => null, keep: () => undefined, forget: () => undefined, names: () => [] };
    const tab = await it.open({ environment: none });
    await lose(tab);
    expect(unconfirmed(tab)).toHaveLength(1);
  });
});
