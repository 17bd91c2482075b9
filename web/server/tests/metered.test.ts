import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MeteredOptions } from "../src/index.js";
import { answering, broken, failure, type Got, groatOn, problem } from "./help.js";

const WORK: MeteredOptions = {
  account: "user:7",
  destination: "house:llm",
  estimate: "5",
  asset: "USD",
  key: "job-1",
  lasts: 30,
};

/** Answers as a server does: a hold of 5.00, and settlements of it. */
const held = (more: object = {}) =>
  Response.json({ hold: { id: "h", amount: "5.00" }, replayed: false, ...more });
const settled = { captured: "5.00", spent: "0.00", freed: "0.00", shortfall: "0.00" };
const answer = (got: Got) => (got.path.endsWith("/settle") ? Response.json({ settled }) : held());
const words = (got: Got[]) => got.map(({ path }) => path.split("/").at(-1));
const keys = (got: Got[]) => got.map(({ headers }) => headers.get("Idempotency-Key"));

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("work is reserved, kept, and settled with what it used, rounded up", async () => {
  const { got, fetch } = answering(answer);
  const done = await groatOn(fetch).metered({ ...WORK, excess: "available" }, async (job) => {
    expect(job.left).toBe("5");
    job.use("1.234");
    job.use(2);
    job.use(3n);
    expect([job.actual, job.left]).toEqual(["6.234", "-1.234"]);
    await vi.advanceTimersByTimeAsync(25_000);
    return "said";
  });
  expect(done).toMatchObject({ value: "said", settled });
  expect(words(got)).toEqual(["holds", "extend", "extend", "settle"]);
  expect(got[0]?.body).toMatchObject({ source: "user:7", amount: "5", expires_in: 30 });
  expect(got[1]?.body).toEqual({ expires_in: 30 });
  expect(got[3]?.body).toMatchObject({ actual: "6.24", excess: "available" });
  expect([keys(got)[0], keys(got)[3]]).toEqual(["job-1/hold", "job-1/settle"]);
  // Nothing goes on behind it.
  await vi.advanceTimersByTimeAsync(60_000);
  expect(got).toHaveLength(4);
});

test("work that fails gives its hold back, or pays what it used", async () => {
  for (const [onError, last] of [
    ["release", "release"],
    ["settle", "settle"],
  ] as const) {
    const { got, fetch } = answering(answer);
    const work = groatOn(fetch).metered({ ...WORK, onError }, (job) => {
      job.actual = "1.5";
      throw new RangeError("broke");
    });
    expect(await failure(work)).toBeInstanceOf(RangeError);
    expect(words(got)).toEqual(["holds", last]);
    if (last === "settle") expect(got[1]?.body).toMatchObject({ actual: "1.50" });
  }
});

test("signs of life go on past an outage, and end with the hold", async () => {
  const { got, fetch } = answering(
    answer,
    broken("ECONNREFUSED"),
    broken("ECONNREFUSED"),
    answer,
    problem("hold_expired", 409),
    answer,
  );
  await groatOn(fetch, { retryForMs: 0 }).metered(WORK, async (job) => {
    await vi.advanceTimersByTimeAsync(15_000);
    expect(words(got)).toEqual(["holds", "extend", "extend", "extend"]);
    expect(job.isHeld).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(job.isHeld).toBe(false);
  });
  // The used amount is settled all the same.
  expect(words(got)).toEqual(["holds", "extend", "extend", "extend", "extend", "settle"]);
  expect(new Set(keys(got)).size).toBe(got.length);
});

test("the end is told again under its key until the server answers", async () => {
  const { got, fetch } = answering(answer, broken("ECONNREFUSED"), broken("ECONNREFUSED"), answer);
  const work = groatOn(fetch, { retryForMs: 0 }).metered(WORK, () => {});
  await vi.advanceTimersByTimeAsync(10_000);
  await work;
  expect(keys(got)).toEqual(["job-1/hold", "job-1/settle", "job-1/settle", "job-1/settle"]);
});

test("a job runs again under its key unless it was settled", async () => {
  const { got, fetch } = answering(
    () => held({ replayed: true }),
    problem("hold_expired", 409),
    problem("insufficient_funds", 422, { replayed: true, retryable_with_new_key: true }),
    answer,
  );
  await groatOn(fetch).metered(WORK, () => {});
  expect(keys(got).map((key) => key?.replace(/extend.*/, "extend"))).toEqual([
    "job-1/hold",
    "job-1/extend",
    "job-1/2/hold",
    "job-1/3/hold",
    "job-1/3/settle",
  ]);
  const paid = answering(
    () => held({ replayed: true }),
    problem("hold_resolved", 409, { state: "captured" }),
  );
  const work = vi.fn();
  expect(await failure(groatOn(paid.fetch).metered(WORK, work))).toMatchObject({ code: "hold_resolved" });
  expect(work).not.toHaveBeenCalled();
});

test("what is no job and no amount is said before anything is sent", async () => {
  const { got, fetch } = answering(answer);
  for (const wrong of [{ key: "" }, { lasts: 2 }, { lasts: 3.5 }, { estimate: 0.5 }, { estimate: "-1" }])
    expect(await failure(groatOn(fetch).metered({ ...WORK, ...wrong }, () => {}))).toBeInstanceOf(TypeError);
  expect(got).toHaveLength(0);
  await groatOn(fetch).metered(WORK, (job) => {
    for (const amount of [0.1, "1e3", "", "-1", "1.1234567890123456789"])
      expect(() => job.use(amount)).toThrow(TypeError);
  });
});
