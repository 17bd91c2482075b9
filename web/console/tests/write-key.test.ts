import { GroatError } from "@groat/client";
import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { useWrite } from "../src/lib/write-key";

test("a key stays while the body does, and goes when the verdict is in", async () => {
  const { result, rerender } = renderHook(() => useWrite());
  const lost = new GroatError("unknown_outcome", "");
  const keyOf = async (body: unknown, outcome?: Error) => {
    let used = "";
    const written = result.current(body, async (key) => {
      used = key;
      if (outcome) throw outcome;
    });
    await (outcome ? expect(written).rejects.toBe(outcome) : written);
    return used;
  };
  const first = await keyOf({ amount: "5" }, lost);
  rerender();
  expect(await keyOf({ amount: "5" }, lost)).toBe(first);
  const second = await keyOf({ amount: "6" }, lost);
  expect(second).not.toBe(first);
  expect(await keyOf({ amount: "6" })).toBe(second);
  const third = await keyOf({ amount: "6" }, new GroatError("insufficient_funds", "", 422));
  expect(third).not.toBe(second);
  expect(await keyOf({ amount: "6" })).not.toBe(third);
});
