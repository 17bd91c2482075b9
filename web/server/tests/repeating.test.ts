import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, expectTypeOf, test, vi } from "vitest";
import { GroatError, isProblem, type Problem, UnknownOutcome, Unreachable } from "../src/index.js";
import { answering, broken, cutOff, failure, groatOn, json, problem, silent } from "./help.js";

const hold = { source: "user:42", destination: "house:sales", amount: "5", asset: "CREDIT" };
const done = json({ id: "t", replayed: true });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Returns what comes of a promise whose waits pass at once, and after how many milliseconds. */
async function passing<T>(promise: Promise<T>): Promise<{ value?: T; error?: unknown; ms: number }> {
  const began = Date.now();
  let ended: { value?: T; error?: unknown } | undefined;
  promise.then(
    (value) => (ended = { value }),
    (error: unknown) => (ended = { error }),
  );
  while (!ended) await vi.advanceTimersToNextTimerAsync();
  return { ...ended, ms: Date.now() - began };
}

test.each([
  ["no answer comes in time", silent],
  ["the connection breaks", broken("ECONNRESET")],
  ["the connection is refused", broken("ECONNREFUSED")],
  ["the answer breaks off", cutOff],
  ["the answer is another one's", () => new Response("<html>", { status: 200 })],
  ["the server failed", problem("internal_error", 500)],
  ["the database is away", problem("store_unavailable", 503)],
  ["a proxy has no server", () => new Response("Bad Gateway", { status: 502 })],
  ["there were too many calls", problem("rate_limited", 429)],
])("a write is repeated under its own key where %s", async (_, first) => {
  const { got, fetch } = answering(first, first, done);
  const { value } = await passing(groatOn(fetch).createHold(hold));
  expect(value).toMatchObject({ id: "t" });
  expect(got).toHaveLength(3);
  const keys = new Set(got.map(({ headers }) => headers.get("idempotency-key")));
  expect([...keys]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  expect(new Set(got.map(({ body }) => JSON.stringify(body))).size).toBe(1);
});

test.each([
  ["insufficient_funds", 422],
  ["key_reused", 409],
  ["token_invalid", 401],
  ["command_failed", 500],
])("%s is an answer: nothing is repeated", async (code, status) => {
  const { got, fetch } = answering(problem(code, status, { account: "user:42", replayed: true }));
  const error = await failure(groatOn(fetch).createHold(hold, { key: "k" }));
  expect(got).toHaveLength(1);
  expect(error).toBeInstanceOf(GroatError);
  expect(error).toMatchObject({ name: "Problem", code, status, detail: `About ${code}.`, replayed: true });
  expect((error as Problem).fields).toEqual({ account: "user:42", replayed: true });
});

test("problems are told apart by their code", async () => {
  const { fetch } = answering(problem("insufficient_funds", 422));
  const error = await failure(groatOn(fetch).createHold(hold));
  expect(isProblem(error)).toBe(true);
  expect(isProblem(error, "hold_expired", "insufficient_funds")).toBe(true);
  expect(isProblem(error, "hold_expired")).toBe(false);
  expect(isProblem(new Error("x"))).toBe(false);
  if (isProblem(error, "insufficient_funds", "of_a_program"))
    expectTypeOf(error.code).toEqualTypeOf<"insufficient_funds" | "of_a_program">();
});

test("the waits grow, differ, and are at least what the server asks for", async () => {
  const waits = async (...answers: Parameters<typeof answering>) => {
    const at: number[] = [];
    const { fetch } = answering(...answers);
    const noting: typeof fetch = (...args) => {
      at.push(Date.now());
      return fetch(...args);
    };
    await passing(groatOn(noting, { retryForMs: 60_000 }).createHold(hold));
    return at.slice(1).map((moment, index) => moment - (at[index] as number));
  };
  const lost = broken("ECONNRESET");
  const found = await waits(lost, lost, lost, lost, lost, lost, lost, lost, done);
  found.forEach((wait, index) => {
    const most = Math.min(4_000, 100 * 2 ** index);
    expect(wait).toBeGreaterThanOrEqual(Math.floor(most / 2));
    expect(wait).toBeLessThanOrEqual(Math.ceil(most));
  });
  expect(await waits(lost, lost, lost, lost, lost, lost, lost, lost, done)).not.toEqual(found);
  const [asked] = await waits(problem("overloaded", 503, {}, { "retry-after": "7" }), done);
  expect(asked).toBeGreaterThanOrEqual(7_050);
  expect(asked).toBeLessThanOrEqual(7_100);
});

test.each([
  ["7", 7],
  ["0", 0],
  ["Sun, 06 Nov 1994 08:49:44 GMT", 7],
  ["Sunday, 06-Nov-94 08:49:44 GMT", 7],
  ["Sun Nov  6 08:49:44 1994", 7],
  ["Sun, 06 Nov 1994 08:49:30 GMT", 0],
  ["soon", null],
  ["-1", null],
  ["Infinity", null],
  ["room 1994", null],
])("Retry-After %o asks for %o seconds by the server's clock", async (said, seconds) => {
  const date = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (const [code, status] of [["busy", 503] as const, ["rate_limited", 429] as const]) {
    const asked = problem(code, status, {}, { "retry-after": said, date });
    const { got, fetch } = answering(asked, done);
    const { value, ms } = await passing(groatOn(fetch).createHold(hold));
    expect(value).toMatchObject({ id: "t" });
    expect(new Set(got.map(({ headers }) => headers.get("idempotency-key"))).size).toBe(1);
    expect(ms - (seconds ?? 0) * 1_000).toBeGreaterThanOrEqual(50);
    expect(ms - (seconds ?? 0) * 1_000).toBeLessThanOrEqual(101);
    const { error } = await passing(groatOn(answering(asked).fetch, { retryForMs: 0 }).getMe());
    expect(error).toMatchObject({ code, retryAfter: seconds });
  }
});

test("a date counts from now where the answer has no date of its own", async () => {
  vi.setSystemTime(new Date("1994-11-06T08:49:37Z"));
  const { fetch } = answering(
    problem("busy", 503, {}, { "retry-after": "Sun, 06 Nov 1994 08:49:44 GMT" }),
    done,
  );
  const { ms } = await passing(groatOn(fetch).createHold(hold));
  expect(ms).toBeGreaterThanOrEqual(7_050);
});

test("repetitions end, and the error then has the key to go on with", async () => {
  const { got, fetch } = answering(broken("ECONNRESET"));
  const { error, ms } = await passing(groatOn(fetch).createHold(hold));
  expect(error).toBeInstanceOf(UnknownOutcome);
  const { key, message, cause } = error as UnknownOutcome;
  expect(key).toBe(got[0]?.headers.get("idempotency-key"));
  expect(message).toContain(`Repeat it with the key "${key}"`);
  expect(cause).toBeInstanceOf(Unreachable);
  expect(ms).toBeGreaterThan(25_000);
  expect(ms).toBeLessThanOrEqual(30_000);
  expect(got.length).toBeLessThan(20);
});

test("the time counts from the first failure, so a bulk that was cut off has its turn again", async () => {
  const { got, fetch } = answering(silent, done);
  const { value, ms } = await passing(
    groatOn(fetch).postTransactions({ mode: "atomic", items: [] }, { key: "k" }),
  );
  expect(value).toMatchObject({ id: "t" });
  expect(got).toHaveLength(2);
  expect(ms).toBeGreaterThan(120_000);
});

test("a wait beyond the limit is not begun", async () => {
  const { got, fetch } = answering(problem("overloaded", 503, {}, { "retry-after": "31" }));
  const { error, ms } = await passing(groatOn(fetch).createHold(hold, { key: "k" }));
  expect(error).toMatchObject({
    code: "unknown_outcome",
    key: "k",
    cause: { code: "overloaded", retryAfter: 31 },
  });
  expect([got.length, ms]).toEqual([1, 0]);
});

test("500 is repeated twice, for it seldom passes", async () => {
  const { got, fetch } = answering(problem("internal_error", 500));
  const { error } = await passing(groatOn(fetch).getMe());
  expect(error).toMatchObject({ name: "Problem", code: "internal_error" });
  expect(got).toHaveLength(3);
});

test("nothing was written where the server was never reached, or only told to wait", async () => {
  const away = answering(broken("ECONNREFUSED"));
  expect((await passing(groatOn(away.fetch).createHold(hold))).error).toMatchObject({
    name: "Unreachable",
    message: expect.stringContaining("it was ECONNREFUSED"),
  });
  const limited = answering(problem("rate_limited", 429, {}, { "retry-after": "60" }));
  expect((await passing(groatOn(limited.fetch).createHold(hold))).error).toMatchObject({
    code: "rate_limited",
  });
});

test.each([
  ["token_expired", 401, "UnknownOutcome"],
  ["forbidden", 403, "UnknownOutcome"],
  ["insufficient_funds", 422, "Problem"],
])("after an open attempt %s ends with %s", async (code, status, name) => {
  const { fetch } = answering(silent, problem(code, status));
  const { error } = await passing(groatOn(fetch).createHold(hold));
  expect(error).toMatchObject({ name });
});

test("an API key that cannot be had after an open attempt leaves it open", async () => {
  const { fetch } = answering(broken("ECONNRESET"));
  let asked = 0;
  const apiKey = () => {
    if (++asked > 1) throw new Error("the vault is shut");
    return "groat_k";
  };
  const { error } = await passing(groatOn(fetch, { apiKey }).createHold(hold));
  expect(error).toMatchObject({ name: "UnknownOutcome", cause: { message: "the vault is shut" } });
});

test("a write without a key is repeated only where it was certainly not done", async () => {
  const lost = answering(broken("ECONNRESET"));
  expect((await passing(groatOn(lost.fetch).addUser({ user: "42" }))).error).toMatchObject({
    name: "UnknownOutcome",
    key: undefined,
  });
  expect(lost.got).toHaveLength(1);
  const away = answering(broken("ECONNREFUSED"), problem("rate_limited", 429), json({ user: "42" }, 201));
  expect((await passing(groatOn(away.fetch).addUser({ user: "42" }))).value).toMatchObject({ user: "42" });
  expect(away.got).toHaveLength(3);
});

test("a redirect is not followed: it would make a read of a write", async () => {
  const { fetch } = answering(
    () => new Response(null, { status: 308, headers: { location: "https://groat.example/" } }),
  );
  const error = await failure(groatOn(fetch).createHold(hold));
  expect(error).toMatchObject({
    code: "http_308",
    detail: expect.stringContaining("https://groat.example/"),
  });
});

test("a signal gives a call up at once, in an attempt and between two", async () => {
  const stop = new Error("the visitor left");
  const during = new AbortController();
  const silence = answering(silent);
  const given = failure(groatOn(silence.fetch).createHold(hold, { signal: during.signal }));
  await vi.waitFor(() => expect(silence.got).toHaveLength(1));
  during.abort(stop);
  expect(await given).toBe(stop);
  const between = new AbortController();
  const lost = answering(broken("ECONNRESET"));
  const waiting = failure(groatOn(lost.fetch).createHold(hold, { signal: between.signal }));
  await vi.advanceTimersByTimeAsync(0);
  between.abort(stop);
  expect(await waiting).toBe(stop);
  expect(lost.got).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
  const { got, fetch } = answering(done);
  expect(await failure(groatOn(fetch).createHold(hold, { signal: AbortSignal.abort(stop) }))).toBe(stop);
  expect(got).toEqual([]);
});

test("many calls may share a signal, and leave nothing on it", async () => {
  vi.useRealTimers();
  const warned = vi.fn();
  process.on("warning", warned);
  const { signal } = new AbortController();
  const { fetch } = answering(done);
  const groat = groatOn(fetch);
  await Promise.all(Array.from({ length: 30 }, () => groat.getMe({ signal })));
  // Node warns in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", warned);
  expect(warned).not.toHaveBeenCalled();
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a long-poll has the time that it waits on top", async () => {
  const { got, fetch } = answering(silent);
  const groat = groatOn(fetch, { timeoutMs: 1_000, retryForMs: 0 });
  const { error, ms } = await passing(groat.readStream("user:42", { after: "e:1", wait: 20 }));
  expect(error).toMatchObject({ name: "Unreachable", message: expect.stringContaining("within 21 s") });
  expect([got.length, ms]).toEqual([1, 21_000]);
});
