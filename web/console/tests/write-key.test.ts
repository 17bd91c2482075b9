import { createApi, GroatError } from "@groat/client";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { groat } from "../src/groat";
import { type Kept, openWrites } from "../src/lib/kept-writes";
import { tryAgain, write } from "../src/lib/write-key";

const LOST = new GroatError("unknown_outcome", "");
const REFUSED = new GroatError("insufficient_funds", "", 422);
const state = groat.getState();
const signIn = (user: string | null) => vi.spyOn(groat, "getState").mockReturnValue({ ...state, user });

/** The key under which it was written. */
async function keyOf(what: unknown, outcome?: Error): Promise<string> {
  let used = "";
  const written = write(["post", what], async (key) => {
    used = key;
    if (outcome) throw outcome;
  });
  await (outcome ? expect(written).rejects.toBe(outcome) : written);
  return used;
}

let people = 0;

beforeEach(() => {
  people += 1;
  signIn(`of test ${people}`);
});

test("a write has one key until its verdict is in, and then another", async () => {
  const first = await keyOf("5", LOST);
  expect(await keyOf("5", LOST)).toBe(first);
  expect(await keyOf("5")).toBe(first);
  const second = await keyOf("5", REFUSED);
  expect(second).not.toBe(first);
  expect(await keyOf("5")).not.toBe(second);
});

test("what is written in between, and its verdict, leave the key of another write alone", async () => {
  const first = await keyOf("5", LOST);
  const other = await keyOf("6", LOST);
  expect(other).not.toBe(first);
  expect(await keyOf("6")).toBe(other);
  await keyOf("7", REFUSED);
  expect(await keyOf("5")).toBe(first);
});

test("a late verdict ends no key but its own", async () => {
  const sent: { key: string; answer: () => void }[] = [];
  const press = () =>
    write(["post", "5"], (key) => new Promise<void>((answer) => void sent.push({ key, answer })));
  const presses = [press(), press()];
  sent[0]?.answer();
  await presses[0];
  const anew = await keyOf("5", LOST);
  sent[1]?.answer();
  await presses[1];
  expect(sent[1]?.key).toBe(sent[0]?.key);
  expect(await keyOf("5")).toBe(anew);
});

test("who comes next begins anew, and who comes back goes on: they may have paid already", async () => {
  const first = await keyOf("5", LOST);
  signIn("7");
  const next = await keyOf("5", LOST);
  expect(next).not.toBe(first);
  signIn(`of test ${people}`);
  expect(await keyOf("5", LOST)).toBe(first);
  signIn("7");
  expect(await keyOf("5")).toBe(next);
});

test("the hundred that were tried last are kept", async () => {
  const keys = new Map<string, string>();
  const tried = [...Array(100).keys(), 0, 100].map(String);
  for (const what of tried) keys.set(what, await keyOf(what, LOST));
  for (const kept of ["0", "2", "100"]) expect(await keyOf(kept, LOST)).toBe(keys.get(kept));
  expect(await keyOf("1", LOST)).not.toBe(keys.get("1"));
});

describe("a write with a title", () => {
  const asked: [string, unknown][] = [];
  let outcome: Error | null = null;
  const answer = async (path: string, options: unknown) => {
    asked.push([path, options]);
    if (outcome) throw outcome;
    return { id: "t1" };
  };
  vi.spyOn(groat.api, "request").mockImplementation(answer as never);
  vi.spyOn(groat.api, "takeTransition").mockImplementation((async (...call: unknown[]) => {
    const { takeTransition } = createApi({ json: answer as never, file: answer as never });
    return takeTransition(...(call as Parameters<typeof takeTransition>));
  }) as never);
  const post = (amount: string, version: number) =>
    write(
      ["take", amount],
      (key, api) => api.takeTransition("transfer", "r1", "approve", { amount }, { key, version }),
      { title: `Approve: ${amount}` },
    );
  const names = () => Object.keys(localStorage).filter((name) => name.startsWith("groat:write:"));
  const stored = () => names().map((name) => JSON.parse(localStorage.getItem(name) ?? ""));
  /** What another tab did to the storage, as the browser tells it here. */
  function elsewhere(key: string, newValue: string | null): void {
    const name = `groat:write:${key}`;
    if (newValue === null) localStorage.removeItem(name);
    else localStorage.setItem(name, newValue);
    window.dispatchEvent(new StorageEvent("storage", { key: name, newValue }));
  }

  beforeEach(() => {
    asked.length = 0;
    outcome = null;
  });

  test("is kept as it was sent, until its verdict is in", async () => {
    outcome = LOST;
    await expect(post("5", 3)).rejects.toBe(LOST);
    expect(stored()).toMatchObject([
      {
        user: `of test ${people}`,
        title: "Approve: 5",
        sent: { method: "POST", body: { amount: "5" }, query: { version: "3" } },
      },
    ]);
    expect(openWrites.get()).toHaveLength(1);
    // What is on the screen has changed meanwhile; the write has not.
    await expect(post("5", 4)).rejects.toBe(LOST);
    expect(asked[1]).toEqual(asked[0]);
    outcome = null;
    await tryAgain(openWrites.get()[0] as Kept);
    expect(asked[2]).toEqual(asked[0]);
    expect([stored(), openWrites.get()]).toEqual([[], []]);
  });

  test("is gone when somebody else signs in, and never goes out under their name", async () => {
    outcome = LOST;
    await expect(post("5", 3)).rejects.toBe(LOST);
    const open = openWrites.get()[0] as Kept;
    signIn(null);
    expect(() => tryAgain(open)).toThrow("somebody else");
    expect(stored()).toHaveLength(1);
    signIn("7");
    expect(() => tryAgain(open)).toThrow("somebody else");
    expect([stored(), openWrites.get()]).toEqual([[], []]);
    expect(asked).toHaveLength(1);
  });

  test("is kept beside what another tab writes at the same time", async () => {
    outcome = LOST;
    await expect(post("5", 3)).rejects.toBe(LOST);
    const [mine] = stored() as Kept[];
    // The other tab had read the storage before this one wrote into it.
    elsewhere("other", JSON.stringify({ ...mine, key: "other", text: "other", tab: "other" }));
    expect(stored()).toHaveLength(2);
    await expect(post("5", 3)).rejects.toBe(LOST);
    expect(asked[1]).toEqual(asked[0]);
    elsewhere("other", null);
    expect(stored()).toHaveLength(1);
    expect(openWrites.get()).toHaveLength(1);
  });

  test("that another tab left is shown a minute later, by itself, whatever is done to the clock", async () => {
    vi.useFakeTimers();
    outcome = LOST;
    await expect(post("5", 3)).rejects.toBe(LOST);
    const [mine] = stored() as Kept[];
    const end = openWrites.subscribe(() => undefined);
    elsewhere("left", JSON.stringify({ ...mine, key: "left", text: "left", tab: "closed", at: Date.now() }));
    expect(openWrites.get()).toHaveLength(1);
    vi.advanceTimersByTime(61_000);
    expect(openWrites.get()).toHaveLength(2);
    elsewhere("ahead", JSON.stringify({ ...mine, key: "ahead", tab: "closed", at: Date.now() + 3_600_000 }));
    expect(openWrites.get()).toHaveLength(3);
    for (const key of ["left", "ahead"]) elsewhere(key, null);
    end();
    vi.useRealTimers();
  });

  test("keeps its key in a page whose neighbour saw the next person first", async () => {
    outcome = LOST;
    await expect(post("5", 3)).rejects.toBe(LOST);
    const { key } = openWrites.get()[0] as Kept;
    elsewhere(key, "forgotten");
    elsewhere(key, null);
    expect(openWrites.get()).toEqual([]);
    await expect(post("5", 3)).rejects.toBe(LOST);
    expect(asked[1]).toEqual(asked[0]);
  });

  test("goes when another tab has its verdict", async () => {
    outcome = LOST;
    await expect(post("5", 3)).rejects.toBe(LOST);
    const { key } = openWrites.get()[0] as Kept;
    elsewhere(key, null);
    expect(openWrites.get()).toEqual([]);
    await expect(post("5", 3)).rejects.toBe(LOST);
    expect(asked[1]).not.toEqual(asked[0]);
  });

  test("that is refused is not kept", async () => {
    outcome = REFUSED;
    await expect(post("5", 3)).rejects.toBe(REFUSED);
    expect([stored(), openWrites.get()]).toEqual([[], []]);
  });
});
