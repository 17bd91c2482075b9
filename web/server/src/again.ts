/** Tries again what was refused for a reason that may pass: each attempt has a key of its own. */
import { Problem } from "./errors.js";

const FIRST_WAIT_MS = 500;
const WAIT_MS_MAX = 30_000;
const KEY_MAX = 240;

/**
 * Makes a call with a key, and again with a new one while its refusal may pass, for at most `forMs` milliseconds (30 s).
 * The first attempt has `key` (one of its own unless given), the others keys that are made of it: so whoever repeats the
 * whole gets the verdicts of before, and nothing is done twice. Throws the last Problem, and what else the call throws.
 */
export async function again<T>(
  call: (key: string) => Promise<T>,
  { key = crypto.randomUUID() as string, forMs = 30_000 }: { key?: string; forMs?: number } = {},
): Promise<T> {
  if (key.length > KEY_MAX) throw new RangeError(`a key has at most ${KEY_MAX} characters here`);
  const until = performance.now() + forMs;
  let wait = FIRST_WAIT_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(attempt === 1 ? key : `${key}/try-${attempt}`);
    } catch (error) {
      if (!(error instanceof Problem) || !error.retryableWithNewKey) throw error;
      // One that was given before is of an attempt of an earlier run: pass over it at once.
      if (error.replayed) continue;
      if (performance.now() + wait > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
    wait = Math.min(WAIT_MS_MAX, 2 * wait);
  }
}
