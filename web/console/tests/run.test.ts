import { type BulkInput, GroatError, type TransactionInput } from "@groat/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { forget, type RunRecord, recordOf, records, remember } from "../src/bulk/records";
import { fingerprint, run, undo } from "../src/bulk/run";
import { groat } from "../src/groat";

const items = (count: number): TransactionInput[] =>
  Array.from({ length: count }, (_, index) => ({
    postings: [{ source: "house:bonus", destination: `user:${index}`, amount: "1", asset: "CREDIT" }],
    reason: "Bonus",
  }));

/** A server that takes each key once; `fail` decides which calls get no answer. */
function fakeServer(fail: (call: number) => boolean = () => false) {
  const done = new Map<string, number>();
  let calls = 0;
  return {
    done,
    bulk: vi.spyOn(groat.api, "bulk").mockImplementation(async (input: BulkInput, options = {}) => {
      calls += 1;
      if (fail(calls)) throw new GroatError("network", "no answer");
      const key = options.key ?? "";
      const replayed = done.has(key);
      done.set(key, input.items.length);
      return {
        mode: input.mode,
        replayed,
        results: input.items.map((_, index) => ({
          index,
          status: 201,
          transaction: { id: `${key}/${index}` } as never,
        })),
        summary: { committed: input.items.length, refused: 0 },
      };
    }),
  };
}

beforeEach(() => {
  vi.spyOn(groat, "bind").mockReturnValue(groat.api);
});
afterEach(() => vi.restoreAllMocks());

describe("a run", () => {
  test("of all or nothing is one call", async () => {
    const { bulk } = fakeServer();
    const result = await run("atomic", items(1200), "Bonus", "k", () => undefined);
    expect(bulk).toHaveBeenCalledTimes(1);
    expect(result).toMatchObject({ committed: 1200, refused: 0, replayed: false });
  });

  test("row by row goes in pieces, with progress, and outcomes keep their place", async () => {
    fakeServer();
    const progress: number[] = [];
    const result = await run("independent", items(1200), "Bonus", "k", (count) => progress.push(count));
    expect(progress).toEqual([500, 1000, 1200]);
    expect(result.outcomes.map((outcome) => outcome.index)).toEqual(
      Array.from({ length: 1200 }, (_, index) => index),
    );
  });

  test("that was interrupted and repeated under its key gives every row once", async () => {
    const server = fakeServer((call) => call === 2);
    await expect(run("independent", items(1200), "Bonus", "k", () => undefined)).rejects.toThrow("no answer");
    const result = await run("independent", items(1200), "Bonus", "k", () => undefined);
    expect(result.committed).toBe(1200);
    expect([...server.done]).toEqual([
      ["k.0", 500],
      ["k.1", 500],
      ["k.2", 200],
    ]);
  });

  test("that had been done before says so", async () => {
    fakeServer();
    await run("atomic", items(3), "Bonus", "k", () => undefined);
    expect((await run("atomic", items(3), "Bonus", "k", () => undefined)).replayed).toBe(true);
  });

  test("tells of refused rows why", async () => {
    const title = "Ceiling exceeded";
    const refusal = { type: "urn:x", title, status: 422, code: "ceiling_exceeded", detail: "Too much." };
    vi.spyOn(groat.api, "bulk").mockResolvedValue({
      mode: "independent",
      replayed: false,
      results: [{ index: 0, status: 422, problem: refusal }],
      summary: { committed: 0, refused: 1 },
    });
    const result = await run("independent", items(1), "Bonus", "k", () => undefined);
    expect(result.outcomes).toEqual([
      { index: 0, transaction: null, problem: "That would go over the highest balance allowed here." },
    ]);
  });
});

describe("undoing a run", () => {
  test("reverses each transaction once, under keys of its own, and names those that could not be", async () => {
    const keys: string[] = [];
    vi.spyOn(groat.api, "reverse").mockImplementation(async (id, _input, options = {}) => {
      keys.push(options.key ?? "");
      if (id === "t7") throw new GroatError("insufficient_funds", "Spent.", 422);
      return {} as never;
    });
    const ids = Array.from({ length: 20 }, (_, index) => `t${index}`);
    const progress: number[] = [];
    const result = await undo(ids, "Wrong file", "k", (count) => progress.push(count));
    expect(new Set(keys).size).toBe(20);
    expect(keys).toContain("k.undo.7");
    expect(progress.at(-1)).toBe(20);
    expect(result).toEqual({
      reversed: 19,
      failed: [{ transaction: "t7", problem: "There is not enough available for that." }],
    });
  });
});

describe("the print of a run", () => {
  test("is the same for the same items and another for any other", () => {
    const prints = [
      fingerprint("atomic", items(3)),
      fingerprint("independent", items(3)),
      fingerprint("atomic", items(4)),
      fingerprint("atomic", items(3).toReversed()),
    ];
    expect(fingerprint("atomic", items(3))).toBe(prints[0]);
    expect(new Set(prints).size).toBe(prints.length);
  });
});

describe("the last runs of a browser", () => {
  const record = (key: string): RunRecord => ({
    key,
    fingerprint: `print-${key}`,
    at: "2026-11-20T12:00:00Z",
    file: "a.csv",
    asset: "CREDIT",
    people: 1,
    total: "1",
    transactions: [],
    undone: false,
  });
  beforeEach(() => localStorage.clear());

  test("are found by their print, newest first, five at most", () => {
    for (const key of ["a", "b", "c", "d", "e", "f"]) remember(record(key));
    expect(records().map(({ key }) => key)).toEqual(["f", "e", "d", "c", "b"]);
    expect(recordOf("print-c")?.key).toBe("c");
    expect(recordOf("print-a")).toBeNull();
  });

  test("are one record per key, and can be let go", () => {
    remember(record("a"));
    remember({ ...record("a"), undone: true });
    expect(records()).toEqual([{ ...record("a"), undone: true }]);
    forget("a");
    expect(records()).toEqual([]);
  });

  test("are a person's own; those of the version before are anybody's", () => {
    const state = groat.getState();
    const is = (user: string) => vi.spyOn(groat, "getState").mockReturnValue({ ...state, user });
    is("1");
    remember({ ...record("first's"), by: "1" });
    is("2");
    for (const key of ["a", "b", "c", "d", "e", "f"]) remember({ ...record(key), by: "2" });
    expect(records().map(({ key }) => key)).toEqual(["f", "e", "d", "c", "b"]);
    expect(recordOf("print-first's")).toBeNull();
    remember(record("before"));
    is("1");
    expect(records().map(({ key }) => key)).toEqual(["before", "first's"]);
  });

  test("survive a storage that holds something else", () => {
    localStorage.setItem("groat:bulk-runs", "{not json");
    expect(records()).toEqual([]);
  });
});
