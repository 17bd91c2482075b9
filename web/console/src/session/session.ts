import { callPublic } from "../api/http";
import { Problem, Unreachable } from "../api/problem";

/** Who is signed in. The token lives in memory only; the session cookie (HttpOnly) gives a new one. */
export interface Person {
  user: string;
  name: string;
  roles: readonly string[];
}

export type SessionState =
  | { phase: "starting" }
  | { phase: "out"; unreachable?: boolean }
  | { phase: "in"; person: Person };

interface Grant {
  token: string;
  expires_at: string | number;
  user: string;
  name?: string | null;
  roles?: string[];
}

/** A token is renewed when it has less than this left, in ms. */
const RENEW_BEFORE_MS = 30_000;

class Session {
  #state: SessionState = { phase: "starting" };
  #token: string | null = null;
  #expires = 0;
  #renewing: Promise<string> | null = null;
  #listeners = new Set<() => void>();
  #tabs = new BroadcastChannel("groat:session");

  constructor() {
    this.#tabs.onmessage = (event: MessageEvent<{ user: string | null }>) => {
      if (event.data.user === null) this.#leave();
      else if (this.#state.phase !== "in" || this.#state.person.user !== event.data.user) location.reload();
    };
  }

  get = (): SessionState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Picks up the session that this browser's cookie stands for, if there is one. */
  async start(): Promise<void> {
    try {
      await this.renew();
    } catch (error) {
      if (error instanceof Unreachable) this.#set({ phase: "out", unreachable: true });
      else if (!(error instanceof Problem)) throw error;
    }
  }

  /** @throws Problem when name or password are wrong. */
  async login(user: string, password: string): Promise<void> {
    const body = user.includes("@") ? { email: user, password } : { user, password };
    this.#enter(await callPublic<Grant>("/auth/login", { method: "POST", body }));
    this.#tabs.postMessage({ user: this.#person().user });
  }

  /** Ends the session in every tab of this browser, whether or not the server can be told. */
  async logout(): Promise<void> {
    const token = this.#token;
    this.#leave();
    this.#tabs.postMessage({ user: null });
    if (token === null) return;
    await fetch("/v1/auth/logout", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
  }

  /** A token that is good for a while. */
  async token(): Promise<string> {
    if (this.#token !== null && Date.now() < this.#expires - RENEW_BEFORE_MS) return this.#token;
    return this.renew();
  }

  /** A new token from the cookie; calls at the same time share one request. Signs out where the cookie is no longer good. */
  renew(): Promise<string> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renew(): Promise<string> {
    try {
      const grant = await callPublic<Grant>("/auth/token", { method: "POST" });
      if (this.#state.phase === "in" && this.#state.person.user !== grant.user) location.reload();
      this.#enter(grant);
      return grant.token;
    } catch (error) {
      if (error instanceof Problem && (error.status === 401 || error.status === 403)) this.#leave();
      throw error;
    }
  }

  #enter(grant: Grant): void {
    this.#token = grant.token;
    this.#expires =
      typeof grant.expires_at === "number" ? grant.expires_at * 1000 : Date.parse(grant.expires_at);
    const person = { user: grant.user, name: grant.name || grant.user, roles: grant.roles ?? [] };
    const known = this.#state.phase === "in" ? this.#state.person : null;
    if (JSON.stringify(known) !== JSON.stringify(person)) this.#set({ phase: "in", person });
  }

  #leave(): void {
    this.#token = null;
    this.#expires = 0;
    if (this.#state.phase !== "out") this.#set({ phase: "out" });
  }

  #person(): Person {
    if (this.#state.phase !== "in") throw new Error("nobody is signed in");
    return this.#state.person;
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

export const session = new Session();
