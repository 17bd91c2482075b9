import { expect, test } from "vitest";
import { GroatError, isUnsettled } from "../src/index.js";

test.each([
  [new GroatError("network", ""), true],
  [new GroatError("unknown_outcome", ""), true],
  [new GroatError("aborted", ""), true],
  [new GroatError("bad_answer", "", 200), true],
  [new GroatError("rate_limited", "", 429), true],
  [new GroatError("token_expired", "", 401), true],
  [new GroatError("internal", "", 500), true],
  [new GroatError("overloaded", "", 503), true],
  [new GroatError("http_524", "", 524), true],
  [new TypeError("not a verdict"), true],
  [new GroatError("invalid_amount", "", 400), false],
  [new GroatError("key_reused", "", 409), false],
  [new GroatError("insufficient_funds", "", 422), false],
])("%s leaves open what became of a write: %s", (failure, open) => {
  expect(isUnsettled(failure)).toBe(open);
});
