import { session } from "../session/session";
import { Problem, problemFrom, Unreachable } from "./problem";

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Left out of the address where undefined or empty. */
  query?: Record<string, string | number | undefined>;
  /** Sent as JSON, or as it is when it is a form. */
  body?: unknown;
  /** Idempotency-Key: the same key and body have at most one effect. */
  key?: string;
  signal?: AbortSignal | undefined;
}

/**
 * One call to `/v1`, as the person who is signed in; a token that ran out meanwhile is renewed once.
 * @throws Problem when the server says no, Unreachable when it cannot be asked.
 */
export async function call<Answer>(path: string, options: Call = {}): Promise<Answer> {
  const response = await send(path, options, await session.token());
  if (response.status === 401) {
    const again = await send(path, options, await session.renew());
    return read<Answer>(again);
  }
  return read<Answer>(response);
}

/** The same without a token: config, demo people, login. */
export async function callPublic<Answer>(path: string, options: Call = {}): Promise<Answer> {
  return read<Answer>(await send(path, options, null));
}

async function send(path: string, options: Call, token: string | null): Promise<Response> {
  const { method = "GET", query = {}, body, key, signal } = options;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const search = parameters.size > 0 ? `?${parameters}` : "";
  const headers = new Headers({ Accept: "application/json" });
  if (token) headers.set("Authorization", `Bearer ${token}`);
  if (key) headers.set("Idempotency-Key", key);
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers.set("Content-Type", "application/json");
  try {
    return await fetch(`/v1${path}${search}`, {
      method,
      headers,
      body: body === undefined ? null : form ? body : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (error) {
    if (error instanceof TypeError) throw new Unreachable("the server cannot be reached", { cause: error });
    throw error;
  }
}

async function read<Answer>(response: Response): Promise<Answer> {
  if (!response.ok) throw await problemFrom(response);
  if (response.status === 204) return undefined as Answer;
  const text = await response.text();
  if (text === "") return undefined as Answer;
  try {
    return JSON.parse(text) as Answer;
  } catch (error) {
    throw new Problem(response.status, "not_json", "The answer was not understood.", { cause: String(error) });
  }
}

/** A path segment: account paths keep their colons, anything else is escaped. */
export function segment(text: string): string {
  return encodeURIComponent(text).replaceAll("%3A", ":");
}
