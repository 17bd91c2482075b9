import { expect, test } from "vitest";
import { changesOf } from "../src/lib/facts";

test.each([
  // before, after, what changed
  [null, null, []],
  [{ balance: "5" }, { balance: "5" }, []],
  [{ balance: "5" }, { balance: "7" }, [{ name: "balance", before: "5", after: "7" }]],
  [null, { roles: ["admin"] }, [{ name: "roles.0", before: null, after: "admin" }]],
  [{ floor: "0" }, { floor: null }, [{ name: "floor", before: "0", after: null }]],
  [{ a: { b: true } }, { a: { b: false } }, [{ name: "a.b", before: "true", after: "false" }]],
  ["x", "y", [{ name: "value", before: "x", after: "y" }]],
])("from %j to %j", (before, after, changes) => {
  expect(changesOf(before, after)).toEqual(changes);
});
