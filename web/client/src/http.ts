/** HTTP with a session's token: renewed once on 401, retried where that is safe, every failure a GroatError. */
import type { DebugSink } from "./debug.js";
import { backoff, type Environment, sleep } from "./environment.js";
import { GroatError } from "./errors.js";
import type { Session } from "./session.js";
import { Watchdog } from "./watchdog.js";

/** Gives the present access token; null (or an empty string) when nobody is signed in. Called again when it expires. */
export type TokenProvider = () => Promise<string | null> | string | null;

/** Gives tokens of the session that there is when it is asked. */
export interface TokenSource {
  /** The token at hand, or the first; null when nobody is signed in. */
  get(): Promise<string | null>;
  /** A new one. */
  renew(): Promise<string | null>;
}

export interface RequestOptions {
  method?: string;
  /** Sent as JSON, unless it is FormData. */
  body?: unknown;
  /** Idempotency key: makes a write safe to repeat, so it is repeated. */
  key?: string;
  headers?: Record<string, string>;
  query?: Record<string, string | number | null | undefined>;
  signal?: AbortSignal;
  /** The time that one attempt may take; 15 s by default. */
  timeout_ms?: number;
  /** False for the few routes that need no token. */
  auth?: boolean;
  /** The number of attempts at a read; 3 by default. */
  attempts?: number;
}

/** Fields of a failure that is not this server's. */
const NO_TOKEN = { of: "token" };
/** An app's function that gives no token for so long will give none. */
const TOKEN_MS_MAX = 20_000;
/** The characters that a header can carry. */
const SENDABLE = /^[\x21-\x7e]+$/;
const ATTEMPT_MS_MAX = 15_000;
const RETRY_FOR_MS = 30_000;
const READ_ATTEMPTS_MAX = 3;

/** One call under way, in the session in which it began; without one for routes that need no token. */
interface Call {
  session: Session | null;
  signal: AbortSignal | undefined;
  /** Whether the server may have got it. */
  sent: boolean;
}

/** Returns the token of the app's provider. Throws GroatError. */
export async function given(provider: TokenProvider): Promise<string | null> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    const error = new GroatError("network", `No token came within ${TOKEN_MS_MAX / 1_000} s.`, 0, NO_TOKEN);
    late = setTimeout(() => reject(error), TOKEN_MS_MAX);
  });
  try {
    const token: unknown = (await Promise.race([provider(), limit])) || null;
    if (token === null || (typeof token === "string" && SENDABLE.test(token))) return token;
    throw new GroatError("network", "The token provider gave something that is no token.", 0, NO_TOKEN);
  } catch (error) {
    if (error instanceof GroatError) throw error;
    throw new GroatError("network", "No token could be had.", 0, NO_TOKEN, error);
  } finally {
    clearTimeout(late);
  }
}

export class Http {
  /** Called when a request was refused for good: the session's token is refused and cannot be renewed. */
  onUnauthorized: (session: Session, error: GroatError) => void = () => undefined;
  readonly tokens: TokenSource;

  constructor(
    readonly base: string,
    /** The session that new calls belong to. */
    private readonly session: () => Session,
    private readonly environment: Environment,
    private readonly debug: DebugSink,
  ) {
    this.tokens = { get: () => session().get(), renew: () => session().renew() };
  }

  /** The same, for the present session only: once that has ended, every call throws `session_ended`. */
  bound(): Http {
    const session = this.session();
    const http = new Http(this.base, () => session, this.environment, this.debug);
    http.onUnauthorized = this.onUnauthorized;
    return http;
  }

  /** One exchange. Throws GroatError `network`, `signed_out` or `session_ended`; any HTTP status is returned as it is. */
  send(path: string, options: RequestOptions = {}): Promise<Response> {
    // The answer's body is read after this: the caller's own signal goes with it.
    return this.within(options, (call) => this.once(call, path, options, options.signal ?? call.signal));
  }

  /**
   * The answer's JSON. Reads are repeated a few times, writes with a key for 30 s under the same key, when there was no
   * answer or the server was too busy. All of that happens in the session in which it began: when it ends, this throws
   * `session_ended` at once. Throws GroatError.
   */
  json<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return this.within(options, (call) => this.repeated<T>(call, path, options));
  }

  /** A file, as it is. Throws GroatError. */
  file(path: string, options: RequestOptions = {}): Promise<Blob> {
    return this.within(options, async (call) => {
      const response = await this.once(call, path, { ...options, headers: { Accept: "*/*" } }, call.signal);
      if (!response.ok) throw GroatError.fromProblem(response.status, await readJson(response));
      try {
        return await response.blob();
      } catch (cause) {
        throw new GroatError("network", "The answer broke off.", 0, {}, cause);
      }
    });
  }

  /** One exchange with a token that no session has taken yet. Throws GroatError. */
  async withToken<T>(path: string, token: string): Promise<T> {
    const watchdog = new Watchdog(undefined);
    watchdog.within(ATTEMPT_MS_MAX);
    const call: Call = { session: null, signal: undefined, sent: false };
    try {
      return await readAnswer<T>(await this.exchange(call, path, {}, token, watchdog.signal));
    } finally {
      watchdog.stop();
    }
  }

  /** Does something in the present session; when that ends first, it is given up, whatever comes of it. */
  private async within<T>(options: RequestOptions, work: (call: Call) => Promise<T>): Promise<T> {
    const { auth = true, key, method = "GET" } = options;
    const call: Call = { session: auth ? this.session() : null, signal: options.signal, sent: false };
    const { session } = call;
    if (!session) return work(call);
    const failure = () => session.failure(method === "GET" ? undefined : { sent: call.sent, key });
    const either = new AbortController();
    const giveUp = () => either.abort(options.signal?.reason);
    let forget = () => {};
    const ended = new Promise<never>((_, reject) => {
      const end = () => {
        const error = failure();
        either.abort(error);
        reject(error);
      };
      if (session.ended) end();
      else forget = session.onEnd(end);
    });
    if (options.signal?.aborted) giveUp();
    options.signal?.addEventListener("abort", giveUp);
    call.signal = either.signal;
    try {
      return await Promise.race([ended, work(call)]);
    } catch (error) {
      throw session.ended ? failure() : error;
    } finally {
      options.signal?.removeEventListener("abort", giveUp);
      forget();
    }
  }

  private async repeated<T>(call: Call, path: string, options: RequestOptions): Promise<T> {
    const started = this.environment.clock();
    const reading = (options.method ?? "GET") === "GET";
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.attempt<T>(call, path, options);
      } catch (error) {
        if (!(error instanceof GroatError)) throw error;
        if (error.unauthorized && call.session) this.onUnauthorized(call.session, error);
        const wait = retryAfter(error) ?? backoff(attempt, 250, 4_000, this.environment.random);
        const late = this.environment.clock() + wait - started > RETRY_FOR_MS;
        const again = reading
          ? attempt + 1 < (options.attempts ?? READ_ATTEMPTS_MAX)
          : options.key !== undefined && !late;
        if (!error.retryable || !again) throw error;
        this.debug("retry", { path, attempt, wait_ms: wait, code: error.code });
        await sleep(wait, call.signal);
      }
    }
  }

  private async attempt<T>(call: Call, path: string, options: RequestOptions): Promise<T> {
    const watchdog = new Watchdog(call.signal);
    watchdog.within(options.timeout_ms ?? ATTEMPT_MS_MAX);
    try {
      return await readAnswer<T>(await this.once(call, path, options, watchdog.signal));
    } finally {
      watchdog.stop();
    }
  }

  private async once(
    call: Call,
    path: string,
    options: RequestOptions,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const { session } = call;
    if (!session) return this.exchange(call, path, options, null, signal);
    const token = await session.get();
    if (!token) throw new GroatError("signed_out", "Nobody is signed in.", 401);
    const response = await this.exchange(call, path, options, token, signal);
    if (response.status !== 401) return response;
    const renewed = await session.renew(token);
    if (!renewed || renewed === token) return response;
    return this.exchange(call, path, options, renewed, signal);
  }

  private async exchange(
    call: Call,
    path: string,
    options: RequestOptions,
    token: string | null,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    // The session may have ended while its token was asked for.
    if (call.session?.ended) throw call.session.failure();
    const { method = "GET", body, key } = options;
    const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (key !== undefined) headers["Idempotency-Key"] = key;
    const form = typeof FormData !== "undefined" && body instanceof FormData;
    if (body !== undefined && !form) headers["Content-Type"] = "application/json";
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (body !== undefined) init.body = form ? body : JSON.stringify(body);
    if (signal) init.signal = signal;
    this.debug("request", { method, path, key });
    call.sent = true;
    try {
      const response = await this.environment.fetch(this.base + path + query(options.query), init);
      this.debug("response", { method, path, status: response.status });
      return response;
    } catch (cause) {
      if (signal?.aborted && signal.reason instanceof GroatError) throw signal.reason;
      if (signal?.aborted) throw new GroatError("aborted", "The request was given up.", 0, {}, cause);
      throw new GroatError("network", "The server could not be reached.", 0, {}, cause);
    }
  }
}

async function readAnswer<T>(response: Response): Promise<T> {
  const body = await readJson(response);
  if (response.ok) return body as T;
  const error = GroatError.fromProblem(response.status, body);
  const header = response.headers.get("retry-after");
  if (header === null) throw error;
  const fields = { ...error.fields, retry_after: Number(header) };
  throw new GroatError(error.code, error.detail, error.status, fields);
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  let text: string;
  try {
    text = await response.text();
  } catch (cause) {
    throw new GroatError("network", "The answer broke off.", 0, {}, cause);
  }
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    // An error page of a proxy is judged by its status; a success that cannot be read is a fault of its own.
    if (!response.ok) return undefined;
    throw new GroatError("bad_answer", "The server's answer is not JSON.", response.status, {}, cause);
  }
}

function retryAfter(error: GroatError): number | null {
  const seconds = error.fields.retry_after;
  return typeof seconds === "number" && seconds >= 0 && seconds <= 30 ? seconds * 1_000 : null;
}

function query(values: RequestOptions["query"]): string {
  const present = Object.entries(values ?? {}).filter(([, value]) => value !== undefined && value !== null);
  if (present.length === 0) return "";
  return `?${new URLSearchParams(present.map(([name, value]) => [name, String(value)]))}`;
}
