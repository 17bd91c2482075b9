import { afterEach, expect, test, vi } from "vitest";
import { again, Problem } from "../src/index.js";

afterEach(() => vi.useRealTimers());

test("each try has a key made of the first, and only what may pass is tried again", async () => {
  vi.useFakeTimers();
  const keys: string[] = [];
  const answers = ["insufficient_funds", "insufficient_funds", "ok", "key_reused"];
  const call = async (key: string) => {
    keys.push(key);
    const verdict = answers.shift() as string;
    if (verdict === "ok") return verdict;
    throw new Problem(verdict, 422, "no", { retryable_with_new_key: verdict === "insufficient_funds" });
  };
  const done = again(call, { key: "fee" });
  await vi.runAllTimersAsync();
  expect(await done).toBe("ok");
  expect(keys).toEqual(["fee", "fee/try-2", "fee/try-3"]);
  await expect(again(call)).rejects.toThrow("key_reused");
});
