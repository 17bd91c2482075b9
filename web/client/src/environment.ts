/**
 * The client's interface to its surroundings, so that tests (and other runtimes) can give their own. That a name
 * exists says little: sandboxed frames, private windows and servers have some that throw when used. So abilities are tried.
 */
import { attempt } from "./guard.js";

export interface Environment {
  fetch: typeof fetch;
  /** WebSocket constructor; null where there is none. */
  WebSocket: typeof WebSocket | null;
  /** Makes a channel between the tabs of this browser; null where there is none. It may throw: then there is none. */
  openChannel: ((name: string) => TabChannel) | null;
  /** Web Locks; null where there are none. A request may be refused: then the tabs elect by messages. */
  locks: Pick<LockManager, "request"> | null;
  /** Source of `online`, `offline`, `pagehide`, `pageshow`; null outside a page. */
  window: EventTarget | null;
  /** Source of `visibilitychange`; null outside a page. */
  document: (EventTarget & { readonly visibilityState: DocumentVisibilityState }) | null;
  /** False only when the device knows that it has no network. */
  isOnline: () => boolean;
  /** A name of this browser that lasts, for receipts; it says nothing of the person. */
  device: string;
  /** A name of this tab, which a reload keeps. */
  tab: string;
  /** The text that this browser keeps under a name, for all pages of an origin; null where there is none, or no storage. */
  recall: (name: string) => string | null;
  keep: (name: string, value: string) => void;
  forget: (name: string) => void;
  /** The names kept that begin so. */
  names: (prefix: string) => string[];
  /** Milliseconds since 1970. */
  now: () => number;
  /** Milliseconds of a clock that nobody sets, for durations. */
  clock: () => number;
  /** Calls back when what the page has now is on the screen; where there is no screen, soon. */
  painted: (then: () => void) => void;
  /** Uniform in [0, 1). */
  random: () => number;
}

/** The part of BroadcastChannel that is used. */
export interface TabChannel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}

export function browserEnvironment(): Environment {
  const page = typeof window === "undefined" ? null : window;
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    WebSocket: typeof WebSocket === "undefined" ? null : WebSocket,
    openChannel: typeof BroadcastChannel === "undefined" ? null : (name) => new BroadcastChannel(name),
    locks: attempt(() => navigator.locks) ?? null,
    window: page,
    document: page ? page.document : null,
    isOnline: () => typeof navigator === "undefined" || navigator.onLine !== false,
    device: nameIn("localStorage", "groat:device"),
    tab: nameIn("sessionStorage", "groat:tab"),
    recall: (name) => attempt(() => localStorage.getItem(name)),
    keep: (name, value) => void attempt(() => localStorage.setItem(name, value)),
    forget: (name) => void attempt(() => localStorage.removeItem(name)),
    names: (prefix) =>
      attempt(() => Object.keys(localStorage).filter((name) => name.startsWith(prefix))) ?? [],
    now: () => Date.now(),
    clock: () => performance.now(),
    // A frame's callbacks run before it is painted, a task that they make after.
    painted: (then) => {
      if (typeof requestAnimationFrame === "undefined") setTimeout(then);
      else requestAnimationFrame(() => setTimeout(then));
    },
    random: () => Math.random(),
  };
}

function nameIn(storage: "localStorage" | "sessionStorage", item: string): string {
  const fresh = randomId();
  // Without storage the name lasts as long as the page.
  const known = attempt(() => {
    const kept = globalThis[storage].getItem(item);
    if (!kept) globalThis[storage].setItem(item, fresh);
    return kept;
  });
  return known || fresh;
}

/** Full jitter: a random wait in milliseconds, between half of and the whole exponential step. */
export function backoff(attempt: number, min_ms: number, max_ms: number, random: () => number): number {
  const step = Math.min(max_ms, min_ms * 2 ** Math.min(attempt, 16));
  return Math.round(step / 2 + (random() * step) / 2);
}

/** Resolves after `ms`, or rejects with the signal's reason when that comes first. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** A random id (UUID version 4) that also works on pages without a secure context. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
