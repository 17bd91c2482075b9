/** One request and its answer. */
import { Problem, Unreachable } from "./errors.js";

export interface Request {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | FormData | undefined;
  reads: "json" | "text" | "bytes";
}

/** An attempt that brought no answer. */
export class Lost extends Unreachable {
  constructor(
    message: string,
    /** Tells whether the server may have got the request. */
    readonly sent: boolean,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** Failures of a connection that was never made: no such host, no way to it, refused, a certificate that is not trusted. */
const NEVER_SENT =
  /^(ENOTFOUND|EAI_|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * Send a request and read its whole answer, within `timeoutMs` milliseconds. Throws Problem, Lost, or the reason of the
 * signal.
 */
export async function exchange<T>(
  fetch: typeof globalThis.fetch,
  request: Request,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted();
  const { method, url, headers, body, reads } = request;
  const attempt = new AbortController();
  const giveUp = () => attempt.abort();
  const late = setTimeout(giveUp, timeoutMs);
  signal?.addEventListener("abort", giveUp);
  try {
    // A redirect would make a GET of a POST.
    const init = { method, headers, signal: attempt.signal, redirect: "manual" as const };
    const response = await fetch(url, body === undefined ? init : { ...init, body });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) throw problemOf(response, new TextDecoder().decode(bytes));
    return read(bytes, reads) as T;
  } catch (error) {
    if (error instanceof Problem || error instanceof Lost) throw error;
    signal?.throwIfAborted();
    if (attempt.signal.aborted) throw new Lost(`no answer within ${timeoutMs / 1_000} s`, true, error);
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    const sent = !NEVER_SENT.test(cause?.code ?? "");
    throw new Lost(cause?.message || cause?.code || String(error), sent, error);
  } finally {
    clearTimeout(late);
    signal?.removeEventListener("abort", giveUp);
  }
}

function read(bytes: Uint8Array, reads: Request["reads"]): unknown {
  if (reads === "bytes") return bytes;
  const text = new TextDecoder().decode(bytes);
  if (reads === "text") return text;
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Lost("an answer that is no JSON, so not groat's", true, cause);
  }
}

function problemOf(response: Response, text: string): Problem {
  const { status, headers } = response;
  const retryAfter = retryAfterOf(headers);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {}
  const { code, detail, title: _title, type: _type, status: _status, ...fields } = Object(body);
  if (typeof code === "string") return new Problem(code, status, String(detail ?? code), fields, retryAfter);
  const location = headers.get("location");
  const elsewhere = location === null ? "" : ` It says ${location}: give that address as url.`;
  return new Problem(
    `http_${status}`,
    status,
    `The answer is not groat's, but of something in between.${elsewhere}`,
    {},
    retryAfter,
  );
}

/** The number of seconds that Retry-After asks to wait, by a number or until a date; null for none. */
function retryAfterOf(headers: Headers): number | null {
  const said = headers.get("retry-after") ?? "";
  if (/^\d{1,9}(\.\d+)?$/.test(said)) return Number(said);
  const then = timeOf(said);
  if (then === null) return null;
  // The clock of the date's writer counts, which the answer shows, and not the caller's.
  return Math.max(0, then - (timeOf(headers.get("date") ?? "") ?? Date.now())) / 1_000;
}

/** The milliseconds since 1970 of a date of HTTP (RFC 9110), null for another text. */
function timeOf(date: string): number | null {
  // Date.parse finds a date in many texts. All dates of HTTP are in UTC; one of their forms does not say so.
  if (!/^[A-Z][a-z]{2,8},? .*\d\d:\d\d:\d\d/.test(date)) return null;
  const found = Date.parse(date.endsWith("GMT") ? date : `${date} GMT`);
  return Number.isNaN(found) ? null : found;
}
