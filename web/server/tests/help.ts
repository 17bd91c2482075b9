import { Groat, type GroatOptions } from "../src/index.js";

/** A request that a fake server got. */
export interface Got {
  method: string;
  path: string;
  headers: Headers;
  body: unknown;
}

type Answer = (got: Got, signal: AbortSignal) => Response | Promise<Response>;

/** A fetch that gives these answers in turn, the last one for ever, and all that it got. */
export function answering(...answers: Answer[]) {
  const got: Got[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const body = typeof init?.body === "string" ? JSON.parse(init.body) : init?.body;
    const { pathname, search } = new URL(String(url));
    got.push({
      method: init?.method ?? "",
      path: pathname + search,
      headers: new Headers(init?.headers),
      body,
    });
    const answer = answers[Math.min(got.length, answers.length) - 1] as Answer;
    return answer(got.at(-1) as Got, init?.signal as AbortSignal);
  };
  return { got, fetch };
}

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  () =>
    Response.json(body, { status, headers });

export const problem = (
  code: string,
  status: number,
  more: object = {},
  headers: Record<string, string> = {},
): Answer =>
  json(
    { type: `urn:groat:${code}`, title: code, status, code, detail: `About ${code}.`, ...more },
    status,
    headers,
  );

/** A connection that fails as Node's fetch says it: with a code in the cause. */
export const broken =
  (code: string): Answer =>
  () => {
    throw new TypeError("fetch failed", { cause: Object.assign(new Error(`it was ${code}`), { code }) });
  };

/** Never answers. */
export const silent: Answer = (_, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

/** An answer whose body breaks off. */
export const cutOff: Answer = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"id": "01'));
        controller.error(new TypeError("terminated"));
      },
    }),
    { status: 201 },
  );

export function groatOn(fetch: typeof globalThis.fetch, options: Partial<GroatOptions> = {}) {
  return new Groat({ url: "http://groat.example:8000/", apiKey: "groat_k", fetch, ...options });
}

/** Returns the error of a promise that rejects. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`it brought ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
