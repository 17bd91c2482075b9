import { describe, expect, test } from "vitest";
import type { Groat, KindView, RequestLine, RequestView, ToldRequest } from "../src/index.js";
import { told } from "../src/requests/news.js";
import { world } from "./help.js";

const it = world();
const LIST = "GET /v1/requests";
const ONE = "GET /v1/requests/loan/r1";
const AT = "2026-03-01T12:00:00Z";

const take = (name: string, from: string[], to: string[], more = {}) => ({
  name,
  title: name,
  from,
  to,
  by: ["admin"],
  decides: true,
  approves: false,
  confirms: false,
  schema: {},
  ...more,
});
const state = (name: string, open: boolean) => ({
  name,
  title: name,
  open,
  waits: name === "pending",
  tone: "neutral" as const,
  due: "",
});
const KIND: KindView = {
  name: "loan",
  title: "Loan",
  description: "",
  states: [state("pending", true), state("granted", false), state("refused", false), state("parked", true)],
  transitions: [
    take("park", ["pending"], ["parked"]),
    take("grant", ["pending", "parked"], ["granted"]),
    take("withdraw", ["pending"], ["refused"], { by: ["owner"], decides: false }),
  ],
  schema: {},
  thresholds: {},
  parent: null,
  parents: [],
  owners: ["user:*"],
};

const request = (id: string, more: Partial<RequestView> = {}): RequestView => ({
  id,
  kind: "loan",
  state: "pending",
  version: 1,
  user: "42",
  owner: "user:42",
  data: {},
  amount: "1200.00",
  asset: "USD",
  filed_by: "user:42",
  filed_at: AT,
  changed_at: AT,
  due_at: null,
  approvals: { needed: 2, given: [] },
  decided_by: null,
  decided_at: null,
  reason: "",
  parent: null,
  hold: null,
  open: true,
  waits: true,
  ...more,
});

const line = (id: string, more: Partial<RequestLine> = {}): RequestLine => ({
  id,
  kind: "loan",
  state: "pending",
  version: 2,
  user: "42",
  owner: "user:42",
  amount: "1200.00",
  asset: "USD",
  waits: true,
  parent: null,
  approvals: 0,
  needed: 2,
  by: "user:bea",
  filed_at: AT,
  changed_at: "2026-03-01T12:05:00Z",
  ...more,
});

const heard = (one: RequestLine): ToldRequest => ({
  from: "line",
  id: one.id,
  kind: one.kind,
  version: one.version,
  line: one,
});
const reads = (route: string) => it.server.requests.filter((one) => one === route).length;
const listed = (items: RequestView[], cursor: string | null = null) =>
  it.server.answerNext(LIST, { items, cursor });
const tell = (one: RequestView) => it.server.tell("user:42", `${one.kind}_updated`, one);

/** A client that shows a list; what it shows, in short. */
async function shown(items: RequestView[], cursor: string | null = null) {
  const { groat } = await it.open();
  listed(items, cursor);
  const list = groat.requests.list({ kind: "loan" });
  const end = list.subscribe(() => undefined);
  await it.pass(10);
  const text = () =>
    list
      .get()
      .value?.items.map(({ id, state }) => `${id} ${state}`)
      .join(", ");
  return { groat, list, end, text };
}

describe("a line for staff", () => {
  const KNOWN = request("r1", { data: { purpose: "A bicycle" }, may: ["park", "grant"] });

  test("shows an approval that does not suffice, and by whom", () => {
    const after = told(KNOWN, heard(line("r1", { approvals: 1 })), KIND);
    expect(after.approvals.given).toEqual([{ by: "user:bea", at: "2026-03-01T12:05:00Z", input: {} }]);
    expect([after.waits, after.may, after.decided_by]).toEqual([true, ["park", "grant"], null]);
  });

  test("shows a decision, and takes the acts along that no longer start here", () => {
    expect(told(KNOWN, heard(line("r1", { state: "parked", waits: false })), KIND)).toMatchObject({
      state: "parked",
      waits: false,
      open: true,
      decided_by: "user:bea",
      may: ["grant"],
      data: { purpose: "A bicycle" },
    });
  });

  test("that is older changes nothing", () => {
    const known = { ...KNOWN, version: 3 };
    expect(told(known, heard(line("r1", { state: "refused" })), KIND)).toBe(known);
  });
});

test("what a stream tells is shown before it is read again, in every list and by itself", async () => {
  it.server.answerNext("GET /v1/kinds", { items: [KIND] });
  const { groat, list, text } = await shown([request("r1"), request("r0")]);
  it.server.answerNext(ONE, request("r1"));
  const one = groat.requests.one("loan", "r1");
  one.subscribe(() => undefined);
  await it.pass(10);
  const other = list.get().value?.items[1];
  const letGo = it.server.holdNext(LIST);
  const release = it.server.holdNext(ONE);
  tell(request("r1", { state: "parked", version: 2 }));
  await it.pass(20);
  expect([text(), one.get().value?.state]).toEqual(["r1 parked, r0 pending", "parked"]);
  expect(list.get().value?.items[1]).toBe(other);
  // Events do not say what one may do now; for one's own the declaration does.
  tell(request("r1", { state: "pending", version: 3 }));
  await it.pass(20);
  expect(one.get().value?.may).toEqual(["withdraw"]);
  listed([request("r1", { version: 3 })]);
  it.server.answerNext(ONE, request("r1", { version: 3, may: [] }));
  letGo();
  release();
});

test("an answer that was under way while a stream told more does not take it back", async () => {
  const { list, text } = await shown([request("r1")]);
  const release = it.server.holdNext(LIST);
  listed([request("r1")]);
  void list.refresh();
  await it.pass(10);
  tell(request("r1", { state: "granted", version: 2 }));
  await it.pass(20);
  release();
  await it.pass(20);
  expect(text()).toBe("r1 granted");
});

test("all who look at the same share one reading, and nobody's is read again when somebody looks", async () => {
  const { groat, list, end } = await shown([request("r1")]);
  expect(groat.requests.list({ kind: "loan" })).toBe(list);
  const before = reads(LIST);
  tell(request("r1", { state: "granted", version: 2 }));
  end();
  await it.pass(5_000);
  expect(reads(LIST)).toBe(before);
  listed([request("r1", { state: "granted", version: 2 })]);
  list.subscribe(() => undefined);
  await it.pass(10);
  expect(reads(LIST)).toBe(before + 1);
});

describe("a list that is held", () => {
  test("keeps its rows, brings them up to date, and counts those that wait", async () => {
    const { list, text } = await shown([request("r2"), request("r1")]);
    const release = list.hold();
    const before = reads(LIST);
    tell(request("r1", { state: "granted", version: 2 }));
    tell(request("r3"));
    tell(request("r4"));
    await it.pass(5_000);
    expect([text(), list.get().value?.fresh]).toEqual(["r2 pending, r1 granted", ["r3", "r4"]]);
    expect(reads(LIST)).toBe(before);
    listed([request("r4"), request("r3"), request("r2")]);
    release();
    await it.pass(10);
    expect([text(), list.get().value?.fresh]).toEqual(["r4 pending, r3 pending, r2 pending", []]);
  });

  test("shows them when it is asked to, and none that belongs further down", async () => {
    const { list, text } = await shown([request("r5"), request("r3")], "behind r3");
    list.hold();
    tell(request("r6"));
    tell(request("r2"));
    await it.pass(100);
    expect(list.get().value?.fresh).toEqual(["r6"]);
    listed([request("r6"), request("r5")], "behind r5");
    await list.refresh();
    expect([text(), list.get().value?.fresh]).toEqual(["r6 pending, r5 pending", []]);
  });

  test("with the oldest first takes in new ones, for they come at the end", async () => {
    const { groat } = await it.open();
    listed([request("r1")]);
    const list = groat.requests.list({ sort: "oldest" });
    list.subscribe(() => undefined);
    list.hold();
    await it.pass(10);
    listed([request("r1"), request("r2")]);
    tell(request("r2"));
    await it.pass(100);
    expect(list.get().value?.items.map(({ id }) => id)).toEqual(["r1", "r2"]);
  });
});

describe("acts", () => {
  const FILE = "POST /v1/requests/loan";
  const GRANT = "POST /v1/requests/loan/r1/grant";
  const grant = (groat: Groat, version: number) =>
    groat.requests.take(request("r1", { version }), { name: "grant", decides: true });

  test("what was filed is in the lists when filing ends, and there to see by itself", async () => {
    const { groat, text } = await shown([]);
    it.server.answerNext(FILE, request("r1"), 201);
    listed([request("r1")]);
    await groat.requests.file("loan", { amount: "5" }, { title: "Loan: 5" });
    expect(text()).toBe("r1 pending");
    expect(groat.requests.one("loan", "r1").get().value?.id).toBe("r1");
    expect(groat.getState().unconfirmed).toEqual([]);
  });

  test("a step changes what is shown, and what was refused is asked for again", async () => {
    const { groat, text } = await shown([request("r1")]);
    it.server.answerNext(ONE, request("r1"));
    groat.requests.one("loan", "r1").subscribe(() => undefined);
    await it.pass(10);
    it.server.answerNext(GRANT, request("r1", { state: "granted", version: 2 }));
    listed([request("r1", { state: "granted", version: 2 })]);
    it.server.answerNext(ONE, request("r1", { state: "granted", version: 2 }));
    await grant(groat, 1);
    expect(text()).toBe("r1 granted");
    await it.pass(2_000);
    const before = reads(ONE);
    it.server.refuseNext(GRANT, 409, "wrong_state");
    it.server.answerNext(ONE, request("r1", { state: "refused", version: 3 }));
    await expect(grant(groat, 2)).rejects.toMatchObject({ code: "wrong_state" });
    await it.pass(10);
    expect(reads(ONE)).toBe(before + 1);
  });

  test("a lost step is the same step whatever version it is on, and one done before is no success", async () => {
    const keys: (string | undefined)[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      if (init?.method === "POST") keys.push((init.headers as Record<string, string>)["Idempotency-Key"]);
      return it.server.fetch(input, init);
    };
    const { groat } = await it.open({ environment: { fetch } });
    it.server.refuseNext(GRANT, 500, "internal_error");
    await expect(grant(groat, 1)).rejects.toMatchObject({ status: 500 });
    it.server.answerNext(GRANT, { ...request("r1", { version: 2 }), replayed: true });
    await expect(grant(groat, 3)).rejects.toMatchObject({ code: "done_before" });
    it.server.answerNext(GRANT, request("r1", { version: 4 }));
    expect((await grant(groat, 3)).version).toBe(4);
    const [lost, again, another] = keys;
    expect(again).toBe(lost);
    expect(another).not.toBe(lost);
  });
});

test("how many wait is asked for again when something happened, at most once a second", async () => {
  const { groat } = await it.open();
  const count = (loan: number) => it.server.answerNext(LIST, { items: [], cursor: null, waiting: { loan } });
  count(1);
  const waiting = groat.requests.waiting();
  waiting.subscribe(() => undefined);
  await it.pass(10);
  expect(waiting.get().value).toEqual({ loan: 1 });
  const before = reads(LIST);
  count(2);
  count(3);
  for (const id of ["r1", "r2", "r3"]) {
    tell(request(id));
    await it.pass(100);
  }
  expect([waiting.get().value, reads(LIST)]).toEqual([{ loan: 2 }, before + 1]);
  await it.pass(1_000);
  expect([waiting.get().value, reads(LIST)]).toEqual([{ loan: 3 }, before + 2]);
});

test("a history is read when it is asked for, and then kept right", async () => {
  const { groat } = await it.open();
  const route = "GET /v1/requests/loan/r1/history";
  const steps = (...versions: number[]) => versions.map((version) => ({ version }));
  const history = groat.requests.history("loan", "r1");
  history.subscribe(() => undefined);
  tell(request("r1", { version: 2 }));
  await it.pass(2_000);
  groat.requests.refresh();
  await it.pass(2_000);
  expect([reads(route), history.get().loading]).toEqual([0, false]);
  it.server.answerNext(route, { items: steps(4, 3), cursor: "3" });
  history.loadMore();
  await it.pass(10);
  it.server.answerNext(route, { items: steps(2, 1), cursor: null });
  history.loadMore();
  await it.pass(10);
  expect(history.get().value?.items.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
  it.server.answerNext(route, { items: steps(5, 4), cursor: "4" });
  it.server.answerNext(route, { items: steps(3, 2), cursor: "2" });
  tell(request("r1", { version: 5 }));
  await it.pass(100);
  expect(history.get().value?.items.map(({ version }) => version)).toEqual([5, 4, 3, 2]);
});

test("nothing of a session is shown in the next", async () => {
  let user = "42";
  const { groat } = await it.open({ token: () => it.server.token(user) });
  it.server.addUser("7", {});
  listed([request("r1")]);
  const list = groat.requests.list({});
  const seen: string[] = [];
  list.subscribe(() => {
    const ids = list.get().value?.items.map(({ id }) => id);
    seen.push(`${groat.getState().user}: ${ids ?? "nothing"}`);
  });
  await it.pass(10);
  user = "7";
  listed([request("r7")]);
  groat.switchUser();
  expect(list.get()).toEqual({ value: null, loading: true, error: null });
  await it.pass(2_000);
  expect(new Set(seen)).toEqual(new Set(["42: r1", "null: nothing", "7: r7"]));
});
