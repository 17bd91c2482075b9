// The session of a customer: the two tokens of SimpleJWT. Each tab keeps its own, so that two tabs can be two customers.
import { useSyncExternalStore } from "react";

interface Tokens {
  access: string;
  refresh: string;
}

const KEY = "fourpence";
const MARGIN_S = 20;
const listeners = new Set<() => void>();

function keep(tokens: Tokens | null) {
  if (tokens) sessionStorage.setItem(KEY, JSON.stringify(tokens));
  else sessionStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

function kept(): Tokens | null {
  return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells whether somebody is signed in; undefined while the server renders, which does not know. */
export function useSignedIn(): boolean | undefined {
  return useSyncExternalStore(
    subscribe,
    () => kept() !== null,
    () => undefined,
  );
}

async function post(path: string, body: object): Promise<Response> {
  const headers = { "Content-Type": "application/json" };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export async function signIn(username: string, password: string): Promise<void> {
  const answer = await post("/api/token", { username, password });
  if (!answer.ok) throw new Error(answer.status === 401 ? "Name or password is wrong." : "Please try again.");
  keep(await answer.json());
}

export function signOut() {
  keep(null);
}

/** Gives an access token that is good for a while yet. Django and the live server both take it. */
export async function accessToken(): Promise<string> {
  const tokens = kept();
  if (!tokens) throw new Error("Please sign in.");
  const { exp } = JSON.parse(atob(tokens.access.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  if (exp - MARGIN_S > Date.now() / 1000) return tokens.access;
  const answer = await post("/api/token/refresh", { refresh: tokens.refresh });
  if (answer.status === 401) signOut();
  if (!answer.ok) throw new Error("The bank cannot be reached.");
  const { access } = await answer.json();
  keep({ ...tokens, access });
  return access;
}
