import type { ProblemStatus } from "./codes.js";

/** A stable code of the server's problems. */
export type ProblemCode = keyof ProblemStatus;

/** A code of every server's, or one of a program that a server has beside. */
export type AnyCode = ProblemCode | (string & {});

/** The base of all errors of a call, except of one that a signal has ended. */
export abstract class GroatError extends Error {
  /** Says what happened, in words that do not change. */
  abstract readonly code: string;
  abstract override readonly name: string;
}

/**
 * The server said no, by problem details (RFC 9457). After a problem nothing has been written, and a refusal of a write
 * is kept under its key: the same call is refused again.
 */
export class Problem<Code extends AnyCode = AnyCode> extends GroatError {
  override readonly name = "Problem";

  constructor(
    /** A stable code, such as `insufficient_funds`; `http_<status>` for an answer that is not the server's own. */
    readonly code: Code,
    /** The HTTP status. */
    readonly status: Code extends ProblemCode ? ProblemStatus[Code] : number,
    /** The meaning, for people; the text may change. */
    readonly detail: string,
    /** Further members of the problem, such as `account` and `asset`. */
    readonly fields: Readonly<Record<string, unknown>> = {},
    /** The number of seconds after which the server wants to be asked again. */
    readonly retryAfter: number | null = null,
  ) {
    super(`${code}: ${detail}`);
  }

  /** Tells whether this very refusal was given before under the same key. */
  get replayed(): boolean {
    return this.fields.replayed === true;
  }

  /** Tells whether the same wish may succeed under a new key, once something else has changed. */
  get retryableWithNewKey(): boolean {
    return this.fields.retryable_with_new_key === true;
  }
}

/** No answer came, and nothing has been written: the call was a read, or the server never got it. */
export class Unreachable extends GroatError {
  readonly code = "unreachable";
  override readonly name = "Unreachable";
}

/** A write may have been done or not. Repeat it with the same `key` to learn which; that never does it twice. */
export class UnknownOutcome extends GroatError {
  readonly code = "unknown_outcome";
  override readonly name = "UnknownOutcome";

  constructor(
    message: string,
    /** The idempotency key of the write; undefined for an operation that has none. */
    readonly key: string | undefined,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/**
 * Tells whether an error is a problem with one of these codes, or with any. Codes of programs that the server has
 * beside its own are allowed, too.
 */
export function isProblem<Code extends AnyCode>(error: unknown, ...codes: Code[]): error is Problem<Code> {
  return (
    error instanceof Problem && (codes.length === 0 || (codes as readonly string[]).includes(error.code))
  );
}
