/** Calls: authorised, repeated as long as their outcome is open, and paged. */
import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { exchange, type Request } from "./exchange.js";
import { type Job, type Metered, type MeteredOptions, metered } from "./metered.js";
import { failureOf, leavesOpen, mayPass, pause, waitFor } from "./repeating.js";

export interface GroatOptions {
  /** The server's address, such as `http://127.0.0.1:8000`; with the prefix where groat is mounted in another app. */
  url: string;
  /** A service's API key (`groat_...`), or a JSON Web Token; null for nobody. A function is asked before each attempt. */
  apiKey: string | (() => string | Promise<string>) | null;
  /** The number of milliseconds that one attempt may take: 15,000 by default, 120,000 for bulks and files. */
  timeoutMs?: number;
  /** The number of milliseconds after its first failure in which a call is repeated: 30,000 by default, 0 for one attempt only. */
  retryForMs?: number;
  /** Sends the requests; Node's own by default. */
  fetch?: typeof globalThis.fetch;
}

export interface CallOptions {
  /** Gives the call up. It rejects with the signal's reason; the outcome of a write is then open. */
  signal?: AbortSignal | undefined;
  /** The number of milliseconds that one attempt at this call may take. */
  timeoutMs?: number | undefined;
}

export interface WriteOptions extends CallOptions {
  /**
   * The idempotency key, 1 to 255 printable ASCII characters: the write happens once under it, however often it is
   * called. Name what is paid for, such as `order-4711`. Without one the call makes a key for itself, which covers its own
   * repetitions, and none of yours.
   */
  key?: string | undefined;
}

/** A page of a list. */
export interface Page {
  items: unknown[];
  cursor: string | null;
}

/**
 * A list: `await` brings its first page, `for await` every item of all pages, and `pages()` the pages. Each further page is
 * read when its turn comes.
 */
export type Listed<P extends Page> = Promise<P> &
  AsyncIterable<P["items"][number]> & { pages(): AsyncIterable<P> };

type Query = Record<string, unknown>;

/** A call. `options` may have those that every call has; the rest of them is its query. */
export interface Call {
  method: string;
  path: string;
  body?: unknown;
  /** Tells that the body goes as a form. */
  form?: true;
  /** Tells that the call is a write with an idempotency key. */
  keyed?: true;
  /** Tells that it may take its time. */
  slow?: true;
  reads?: Request["reads"];
}

const SLOW_MS = 120_000;
/** Methods that do the same when they are done twice. */
const REPEATABLE = ["GET", "PUT", "DELETE"];
const SENDABLE = /^[\x21-\x7e]+$/;
const KEY = /^[\x20-\x7e]{1,255}$/;

export class Door {
  readonly #base: string;
  readonly #apiKey: GroatOptions["apiKey"];
  readonly #timeoutMs: number;
  readonly #retryForMs: number;
  readonly #fetch: typeof globalThis.fetch;

  /** Throws TypeError for an address or an API key that cannot be one. */
  constructor({ url, apiKey, timeoutMs = 15_000, retryForMs = 30_000, fetch }: GroatOptions) {
    this.#base = address(url);
    this.#apiKey = typeof apiKey === "string" || apiKey === undefined ? sendable(apiKey) : apiKey;
    this.#timeoutMs = timeoutMs;
    this.#retryForMs = retryForMs;
    this.#fetch = fetch ?? globalThis.fetch;
  }

  /**
   * Call an operation that is not among the methods, such as one of a program that this server has. Errors and repetitions
   * are those of every call; a write is repeated only with a `key`.
   */
  request<T>(
    method: string,
    path: string,
    { body, query = {}, ...options }: WriteOptions & { body?: unknown; query?: Query } = {},
  ): Promise<T> {
    if (!path.startsWith("/"))
      throw new TypeError(`path begins with "/", such as "/v1/kinds", not ${JSON.stringify(path)}`);
    return this.call<T>({ method, path, body }, { ...query, ...options });
  }

  /**
   * Make a call, and repeat it under the same key while its outcome is open. Throws Problem, Unreachable, UnknownOutcome, or
   * the reason of the signal.
   */
  protected async call<T>(what: Call, options: WriteOptions = {}): Promise<T> {
    const {
      signal,
      timeoutMs = what.slow ? Math.max(this.#timeoutMs, SLOW_MS) : this.#timeoutMs,
      key = what.keyed && randomUUID(),
      ...query
    } = options as WriteOptions & Query;
    const { method } = what;
    // Many calls may share a signal, and Node takes the eleventh listener for a leak.
    if (signal) setMaxListeners(0, signal);
    const request = this.#request(what, key, query);
    const limitMs = timeoutMs + Number(query.wait ?? 0) * 1_000;
    const repeatable = key !== undefined || REPEATABLE.includes(method);
    let open = false;
    let until: number | undefined;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await exchange<T>(this.#fetch, await this.#authorized(request), limitMs, signal);
      } catch (error) {
        signal?.throwIfAborted();
        open ||= leavesOpen(error);
        until ??= Date.now() + this.#retryForMs;
        const waitMs = waitFor(error, attempt);
        const again = mayPass(error, attempt) && (repeatable || !open) && Date.now() + waitMs <= until;
        if (again) await pause(waitMs, signal);
        else throw failureOf(error, { request, attempt, key, open: open && method !== "GET" });
      }
    }
  }

  async #authorized(request: Request): Promise<Request> {
    if (this.#apiKey === null) return request;
    const apiKey = typeof this.#apiKey === "string" ? this.#apiKey : sendable(await this.#apiKey());
    return { ...request, headers: { ...request.headers, Authorization: `Bearer ${apiKey}` } };
  }

  #request(
    { method, path, body, form, reads = "json" }: Call,
    key: string | undefined,
    query: Query,
  ): Request {
    const headers: Record<string, string> = { Accept: reads === "json" ? "application/json" : "*/*" };
    if (key !== undefined) headers["Idempotency-Key"] = checked(key);
    if (body !== undefined && !form) headers["Content-Type"] = "application/json";
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
    const url = this.#base + path + (given.length > 0 ? `?${search}` : "");
    return { method, url, headers, reads, body: form ? formOf(body) : JSON.stringify(body) };
  }

  /**
   * Does metered work: reserves an estimate, extends the hold while the work goes on, settles what it used when it is done,
   * and releases the hold when it fails. When this process dies, the hold ends by itself. Throws what the work throws, and
   * as any call.
   */
  metered<T>(options: MeteredOptions, work: (job: Job) => Promise<T> | T): Promise<Metered<T>> {
    const write = <A>(path: string, body: unknown, own: WriteOptions) =>
      this.call<A>({ method: "POST", path, body, keyed: true }, own);
    return metered(write, options, work);
  }

  protected list<P extends Page>(what: Call, options: CallOptions = {}): Listed<P> {
    const first = this.call<P>(what, options);
    const next = (cursor: string) => this.call<P>(what, { ...options, ...{ cursor } });
    async function* pages(): AsyncGenerator<P, void, undefined> {
      let page = await first;
      yield page;
      while (page.cursor !== null) {
        page = await next(page.cursor);
        yield page;
      }
    }
    async function* items() {
      for await (const page of pages()) yield* page.items;
    }
    return Object.assign(first, { pages, [Symbol.asyncIterator]: items }) as Listed<P>;
  }
}

/** A path with its parts encoded. Throws TypeError for a part that would lead elsewhere. */
export function at(texts: TemplateStringsArray, ...parts: string[]): string {
  return String.raw(
    texts,
    ...parts.map((part: string | null | undefined) => {
      if (["", ".", ".."].includes(part ?? ""))
        throw new TypeError(`${JSON.stringify(part)} is no id or name for ${texts.join("…")}`);
      return encodeURIComponent(String(part));
    }),
  );
}

function formOf(body: unknown): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body as Record<string, unknown>)) {
    if (value instanceof Uint8Array) form.set(name, new Blob([value]), "sheet");
    else if (value !== undefined) form.set(name, String(value));
  }
  return form;
}

/** The address without a slash at its end. */
function address(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.search || parsed.hash)
    throw new TypeError(
      `url is the server's address, such as "http://127.0.0.1:8000", not ${JSON.stringify(url)}`,
    );
  return parsed.href.replace(/\/+$/, "");
}

function sendable(apiKey: string | undefined): string {
  if (typeof apiKey === "string" && SENDABLE.test(apiKey)) return apiKey;
  throw new TypeError("apiKey is a service's key (groat_...) or a token, without spaces or line breaks");
}

function checked(key: string): string {
  if (typeof key === "string" && KEY.test(key)) return key;
  throw new TypeError(`key is 1 to 255 printable ASCII characters, not ${JSON.stringify(key)}`);
}
