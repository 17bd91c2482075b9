/** Everything that can go wrong, as one class with a stable `code`. */
import type { ProblemView } from "./wire.js";

/** Codes this client makes itself; all others come from the server. */
export type ClientCode =
  | "network"
  | "unknown_outcome"
  | "signed_out"
  | "session_ended"
  | "bad_answer"
  | "aborted"
  | "view_refused"
  | "origin_refused"
  | "unknown_write"
  | "done_before";

const ORDINARY: readonly string[] = ["signed_out", "session_ended", "token_expired", "token_revoked"];

/**
 * A refusal or failure. `code` is stable ("insufficient_funds", "network" ...), `status` is the HTTP status or 0 when
 * there was no answer, `fields` are the further members of the server's problem document.
 */
export class GroatError extends Error {
  override readonly name = "GroatError";
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** True when this very verdict was given before under the same key. */
  readonly replayed: boolean;

  constructor(
    code: string,
    detail: string,
    status = 0,
    fields: Record<string, unknown> = {},
    cause?: unknown,
  ) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
    this.status = status;
    this.fields = fields;
    this.replayed = fields.replayed === true;
  }

  /** Reads an RFC 9457 problem document; a body that is none becomes `http_<status>`. */
  static fromProblem(status: number, body: unknown): GroatError {
    if (!isProblem(body)) return new GroatError(`http_${status}`, `The server answered ${status}.`, status);
    const { code, detail, title, type: _type, status: _status, ...fields } = body;
    return new GroatError(code, detail ?? title ?? code, status, fields);
  }

  /** True when the same request may succeed later: no answer, or the server was too busy. */
  get retryable(): boolean {
    return this.code === "network" || [429, 502, 503, 504].includes(this.status);
  }

  /** True when it says no more than that a session ended, as sessions do. */
  get ordinary(): boolean {
    return ORDINARY.includes(this.code);
  }

  /** True when the session is over: the token is missing, expired, revoked or wrong. */
  get unauthorized(): boolean {
    return this.status === 401 || this.code === "signed_out";
  }
}

const UNSETTLED: readonly string[] = ["unknown_outcome", "bad_answer", "aborted"] satisfies ClientCode[];

/**
 * Whether a failure leaves the outcome of a write open: then the same write goes again under the same key, in the name of the same
 * person. A session that ended (`session_ended`, `fields.user` says whose) leaves open what the server may have got. An answer that
 * cannot be read and any 5xx leave it open, and so does a last attempt that was turned away for its rate or its token, for one
 * before it may have been committed. What is no GroatError is no verdict either.
 */
export function isUnsettled(failure: unknown): boolean {
  if (!(failure instanceof GroatError)) return true;
  const { code, status, fields, retryable, unauthorized } = failure;
  if (code === "session_ended") return fields.sent === true;
  return retryable || unauthorized || status >= 500 || UNSETTLED.includes(code);
}

function isProblem(body: unknown): body is ProblemView {
  return typeof body === "object" && body !== null && typeof (body as ProblemView).code === "string";
}
