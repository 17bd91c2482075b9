/** The rules by which a call is repeated: when, after how long, and with what it ends. */
import { Problem, UnknownOutcome, Unreachable } from "./errors.js";
import { Lost, type Request } from "./exchange.js";

const FIRST_WAIT_MS = 100;
const WAIT_MS_MAX = 4_000;
/** The server failed for a reason that time alone seldom mends. */
const ATTEMPTS_AT_500_MAX = 3;

/** Tells whether the server may have done what was asked, though it has not said so. */
export function leavesOpen(error: unknown): boolean {
  if (error instanceof Lost) return error.sent;
  return error instanceof Problem && error.status >= 500 && error.code !== "command_failed";
}

/** Tells whether the same call may pass later. */
export function mayPass(error: unknown, attempt: number): boolean {
  if (error instanceof Lost) return true;
  if (!(error instanceof Problem)) return false;
  if (error.status === 500) return error.code !== "command_failed" && attempt < ATTEMPTS_AT_500_MAX;
  return error.status > 500 || error.status === 429 || error.status === 408;
}

/** Tells whether this answer decides an earlier attempt, too: no when it was given before the key was looked up. */
function decides(error: unknown): boolean {
  if (!(error instanceof Problem) || leavesOpen(error)) return false;
  return (
    ![401, 408, 429].includes(error.status) && error.code !== "forbidden" && !error.code.startsWith("http_")
  );
}

/** Twice as long with each attempt, at most WAIT_MS_MAX, of which the half is chance; on top of what the server asks for. */
export function waitFor(error: unknown, attempt: number): number {
  const most = Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** (attempt - 1));
  const wait = most / 2 + (Math.random() * most) / 2;
  return error instanceof Problem && error.retryAfter !== null ? error.retryAfter * 1_000 + wait : wait;
}

interface Ended {
  request: Request;
  attempt: number;
  key: string | undefined;
  open: boolean;
}

/** Returns the error with which a call that is not repeated any more ends. */
export function failureOf(error: unknown, { request: { method, url }, attempt, key, open }: Ended): unknown {
  const tried = `${method} ${url}, ${attempt === 1 ? "one attempt" : `${attempt} attempts`}`;
  const said = error instanceof Error ? error.message : String(error);
  if (open && !decides(error)) {
    const advice =
      key === undefined
        ? "Look whether it was done before you repeat it."
        : `Repeat it with the key ${JSON.stringify(key)}.`;
    return new UnknownOutcome(`${tried}: ${said}. It may have been done or not. ${advice}`, key, error);
  }
  return error instanceof Lost ? new Unreachable(`${tried}: ${said}`, { cause: error.cause }) : error;
}

/** Wait. Throws the reason of the signal. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener("abort", end);
  });
}
