import type { RequestView } from "@groat/client";
import { describe, expect, test } from "vitest";
import { afterwards, arrange, beside, type InboxRow, LEAVE_MS, nextLeave } from "../src/inbox/list";

const request = (id: string, waits = true) => ({ id, waits }) as RequestView;
const shown = (rows: readonly InboxRow[]) =>
  rows.map(({ request: { id }, leftAt }) => (leftAt === null ? id : `(${id})`)).join(" ");
const first = arrange([], [request("a"), request("b"), request("c")], 0, null);

describe("the rows of the inbox", () => {
  test("what is decided keeps its place for a while, then goes", () => {
    const read = [request("a"), request("b", false), request("c")];
    const decided = arrange(first, read, 1_000, null);
    expect(shown(decided)).toBe("a (b) c");
    expect(nextLeave(decided, null)).toBe(1_000 + LEAVE_MS);
    const later = arrange(decided, read, 1_000 + LEAVE_MS - 1, null);
    expect(shown(later)).toBe("a (b) c");
    expect(shown(arrange(later, read, 1_000 + LEAVE_MS, null))).toBe("a c");
    expect(shown(arrange(arrange(later, read, 1_000 + LEAVE_MS, null), read, 9_999, null))).toBe("a c");
  });

  test("it stays where the server's list does without it already", () => {
    const decided = arrange(first, [request("a"), request("b", false), request("c")], 1_000, null);
    const again = arrange(decided, [request("x"), request("a"), request("c")], 2_000, null);
    expect(shown(again)).toBe("x a (b) c");
    expect(shown(arrange(again, [request("x"), request("a"), request("c")], 6_000, null))).toBe("x a c");
  });

  test("the one that is looked at stays until one looks elsewhere", () => {
    const read = [request("a"), request("b", false), request("c")];
    const held = arrange(arrange(first, read, 1_000, "b"), read, 99_000, "b");
    expect(shown(held)).toBe("a (b) c");
    expect(nextLeave(held, "b")).toBeNull();
    expect(shown(arrange(held, read, 99_000, "a"))).toBe("a c");
  });

  test("what was decided before it was ever shown is not shown", () => {
    expect(shown(arrange([], [request("a", false), request("b")], 0, null))).toBe("b");
  });

  test("what waits again is as before", () => {
    const decided = arrange(first, [request("a", false), request("b"), request("c")], 0, null);
    expect(shown(arrange(decided, [request("a"), request("b"), request("c")], 10, null))).toBe("a b c");
  });
});

describe("moving through it", () => {
  const rows = arrange(first, [request("a"), request("b", false), request("c")], 0, null);

  test.each([
    [null, 1, "a"],
    [null, -1, "c"],
    ["a", 1, "c"],
    ["c", -1, "a"],
    ["c", 1, "c"],
    ["b", 1, "c"],
    ["gone", 1, "a"],
  ] as const)("from %s by %i is %s: decided ones are passed over", (from, step, to) => {
    expect(beside(rows, from, step)).toBe(to);
  });

  test("after a decision comes the next one below, else the one above, else none", () => {
    expect([afterwards(rows, "a"), afterwards(rows, "c")]).toEqual(["c", "a"]);
    expect(afterwards(arrange([], [request("a")], 0, null), "a")).toBeNull();
  });
});
