/** HTTP with a token: renewed once on 401, retried where that is safe, every failure a GroatError. */
import type { DebugSink } from "./debug.js";
import { backoff, type Environment, sleep } from "./environment.js";
import { GroatError } from "./errors.js";
import { Watchdog } from "./watchdog.js";

/** Gives the present access token; null (or an empty string) when nobody is signed in. Called again when it expires. */
export type TokenProvider = () => Promise<string | null> | string | null;

/** Keeps one token and asks for a new one at most once at a time. */
export class TokenSource {
  private token: string | null = null;
  private asking: Promise<string | null> | null = null;
  private era = 0;

  constructor(private provider: TokenProvider) {}

  /** The token at hand, or the provider's first. */
  async get(): Promise<string | null> {
    return this.token ?? this.renew();
  }

  /** A new token from the provider. */
  renew(): Promise<string | null> {
    if (this.asking) return this.asking;
    const asking = this.ask().finally(() => {
      if (this.asking === asking) this.asking = null;
    });
    this.asking = asking;
    return asking;
  }

  /** Puts a token in by hand (a login's answer), or forgets it. */
  set(token: string | null): void {
    this.era += 1;
    this.asking = null;
    this.token = token;
  }

  private async ask(): Promise<string | null> {
    this.token = null;
    const era = this.era;
    let token: string | null;
    try {
      token = (await this.provider()) || null;
    } catch (error) {
      if (error instanceof GroatError) throw error;
      throw new GroatError("network", "No token could be had.", 0, {}, error);
    }
    // Somebody signed in or out while the provider was asked: its answer is of the past.
    if (era !== this.era) return this.token;
    this.token = token;
    return token;
  }
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
  /** How long one attempt may take; 15 s by default. */
  timeout_ms?: number;
  /** False for the few routes that need no token. */
  auth?: boolean;
}

const ATTEMPT_MS_MAX = 15_000;
const RETRY_FOR_MS = 30_000;
const READ_ATTEMPTS_MAX = 3;

export class Http {
  /** Called when a request was refused for good: no token, or one that cannot be renewed. */
  onUnauthorized: (error: GroatError) => void = () => undefined;

  constructor(
    readonly base: string,
    readonly tokens: TokenSource,
    private readonly environment: Environment,
    private readonly debug: DebugSink,
  ) {}

  /** One exchange. Throws GroatError `network` or `signed_out`; any HTTP status is returned as it is. */
  async send(path: string, options: RequestOptions = {}): Promise<Response> {
    const { auth = true } = options;
    const token = auth ? await this.tokens.get() : null;
    if (auth && !token) throw new GroatError("signed_out", "Nobody is signed in.", 401);
    const response = await this.exchange(path, options, token);
    if (response.status !== 401 || !auth) return response;
    const renewed = await this.tokens.renew();
    if (!renewed || renewed === token) return response;
    return this.exchange(path, options, renewed);
  }

  /**
   * The answer's JSON. Reads are repeated a few times, writes with a key for 30 s under the same key, when there was no
   * answer or the server was too busy. Throws GroatError.
   */
  async json<T>(path: string, options: RequestOptions = {}): Promise<T> {
    const started = this.environment.clock();
    const reading = (options.method ?? "GET") === "GET";
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.once<T>(path, options);
      } catch (error) {
        if (!(error instanceof GroatError)) throw error;
        if (error.unauthorized && options.auth !== false) this.onUnauthorized(error);
        const wait = retryAfter(error) ?? backoff(attempt, 250, 4_000, this.environment.random);
        const late = this.environment.clock() + wait - started > RETRY_FOR_MS;
        const again = reading ? attempt + 1 < READ_ATTEMPTS_MAX : options.key !== undefined && !late;
        if (!error.retryable || !again) throw error;
        this.debug("retry", { path, attempt, wait_ms: wait, code: error.code });
        await sleep(wait, options.signal);
      }
    }
  }

  /** A file, as it is. Throws GroatError. */
  async file(path: string, options: RequestOptions = {}): Promise<Blob> {
    const response = await this.send(path, { ...options, headers: { Accept: "*/*" } });
    if (!response.ok) throw GroatError.fromProblem(response.status, await readJson(response));
    try {
      return await response.blob();
    } catch (cause) {
      throw new GroatError("network", "The answer broke off.", 0, {}, cause);
    }
  }

  private async once<T>(path: string, options: RequestOptions): Promise<T> {
    const watchdog = new Watchdog(options.signal);
    watchdog.within(options.timeout_ms ?? ATTEMPT_MS_MAX);
    try {
      return await this.answer<T>(path, { ...options, signal: watchdog.signal });
    } finally {
      watchdog.stop();
    }
  }

  private async answer<T>(path: string, options: RequestOptions): Promise<T> {
    const response = await this.send(path, options);
    const body = await readJson(response);
    if (response.ok) return body as T;
    const error = GroatError.fromProblem(response.status, body);
    const header = response.headers.get("retry-after");
    if (header === null) throw error;
    const fields = { ...error.fields, retry_after: Number(header) };
    throw new GroatError(error.code, error.detail, error.status, fields);
  }

  private async exchange(path: string, options: RequestOptions, token: string | null): Promise<Response> {
    const { method = "GET", body, key, signal } = options;
    const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (key !== undefined) headers["Idempotency-Key"] = key;
    const form = typeof FormData !== "undefined" && body instanceof FormData;
    if (body !== undefined && !form) headers["Content-Type"] = "application/json";
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (body !== undefined) init.body = form ? body : JSON.stringify(body);
    if (signal) init.signal = signal;
    this.debug("request", { method, path, key });
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
