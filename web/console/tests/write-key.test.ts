import { GroatError } from "@groat/client";
import { beforeEach, expect, test, vi } from "vitest";
import { groat } from "../src/groat";
import { write } from "../src/lib/write-key";

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
