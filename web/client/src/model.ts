/** The client's public state, its changes, and the options that shape them. */
import type { GroatError } from "./errors.js";
import type { Way } from "./types.js";
import type { MarkView, NotificationView, NumberedEvent, ShareView } from "./wire.js";

/** A position up to which a stream has been read. */
export interface Position {
  epoch: string;
  offset: number;
}

/** The last movement of a balance as this page showed it. */
export interface LastChange {
  /** Signed decimal string: "50", "-2.50". */
  delta: string;
  /** True when it was seen as it happened; false for a jump (first paint, reconnect, resume after a pause). */
  live: boolean;
  /** Milliseconds since 1970, this machine's clock. */
  at: number;
  /** Rises with every change on this page: a key for animations. */
  sequence: number;
}

/** One balance as it is shown: what the server confirmed plus what is still pending here. */
export interface Balance {
  account: string;
  asset: string;
  /** Confirmed balance plus pending overlays. */
  balance: string;
  /** Confirmed available amount plus pending overlays. */
  available: string;
  held: string;
  /** The server's last value, without overlays. */
  confirmed: string;
  /** Version of the confirmed value; 0 while only a provisional value is known. */
  version: number;
  floor: string | null;
  ceiling: string | null;
  /** True while an overlay of this page is part of the value. */
  pending: boolean;
  /** True when the value came without a version and is being checked. */
  provisional: boolean;
  change: LastChange | null;
}

/** An effect shown before the server confirmed it. */
export interface Overlay {
  /** Idempotency key of the write it stands for. */
  key: string;
  account: string;
  asset: string;
  /** Signed decimal string. */
  delta: string;
  /** Positions the server answered with: the overlay ends when they have arrived. */
  positions: Readonly<Record<string, string>>;
  /** The moment at which it ends by itself: milliseconds of the monotone clock (`performance.now()`). */
  expiresAt: number;
}

/** One event of a stream. `stream` and `offset` together are its identity. */
export interface StreamEvent extends NumberedEvent {
  stream: string;
}

/**
 * - `connecting`: trying, and nothing is known to be wrong yet
 * - `live`: changes arrive as they happen (WebSocket, event-stream or long-poll)
 * - `polling`: asked every 30 s
 * - `stale`: the server is away; values are as of the last contact
 * - `offline`: this device has no network, or nobody is signed in
 */
export type StatusState = "connecting" | "live" | "polling" | "stale" | "offline";

export type TransportName = "websocket" | "event-stream" | "long-poll" | "poll";

export interface Status {
  state: StatusState;
  /** Last moment (milliseconds since 1970) at which the values were known to be right; null while live: that is now. */
  asOf: number | null;
  /** The transport that carries the changes; null while none does. */
  transport: TransportName | null;
  /** True in the one tab that holds the browser's connection. */
  leader: boolean;
}

/**
 * A person or a board that is followed by `watch`: `connecting` until the first value, and again while the connection is away; `failed` when the
 * server refuses, as `error` says. It is tried again all the same, but not soon.
 */
export interface ViewStatus {
  state: "connecting" | "live" | "failed";
  error: GroatError | null;
}

/** A write of which it is not known what became; the server may have carried it out. */
export interface OpenWrite {
  /** Its idempotency key. */
  key: string;
  /** For people: "Transfer: 25.00 USD". */
  title: string;
  /** When it was last sent, milliseconds since 1970. */
  at: number;
}

/** Notifications as they are shown. */
export interface Notifications {
  /** The latest ones of all streams, newest first. */
  items: readonly NotificationView[];
  /** The number in all. */
  total: number;
  unread: number;
  /** The marks of each stream, for notifications that come from elsewhere: see `isRead`. */
  marks: Readonly<Record<string, MarkView>>;
  ways: Readonly<Record<string, readonly Way[]>>;
}

export type Phase = "signed-out" | "loading" | "ready";

export interface GroatState {
  phase: Phase;
  /**
   * The session that all this belongs to: another number after each sign-in, sign-out and switch of user, on this page never the
   * same twice. A key for what an app keeps of a person.
   */
  session: number;
  /** Id of the signed-in user ("42"), null when signed out or for a service. */
  user: string | null;
  name: string | null;
  roles: readonly string[];
  status: Status;
  /** By user, or by the board's name: what is followed on this page by `watch`. */
  views: Readonly<Record<string, ViewStatus>>;
  /** What boards show that are followed by `watch`, by their names: see `boardState`. */
  boards: Readonly<Record<string, unknown>>;
  /** By `balanceKey(account, asset)`. */
  balances: Readonly<Record<string, Balance>>;
  /** The accounts that the person is a member of, with their rights; their balances are among `balances`. */
  shared: readonly ShareView[];
  /** Events of all streams read here, newest first, bounded by the option `historyMax`. */
  events: readonly StreamEvent[];
  notifications: Notifications;
  /** Contiguously read position of each stream. */
  positions: Readonly<Record<string, Position>>;
  /**
   * Milliseconds by which the server's time is ahead of this machine's, as a sandbox's that was set forward; null unless it is a
   * sandbox. "In 7 days" counts from `Date.now() + (ahead ?? 0)`.
   */
  ahead: number | null;
  pending: readonly Overlay[];
  /** The person's writes that were told a title and have no verdict, also from before the page was loaded anew; the latest last. */
  unconfirmed: readonly OpenWrite[];
  /** True while "pause live" holds the picture still. */
  paused: boolean;
  /** Events that wait behind the pause. */
  buffered: number;
  /** The error of the last attempt to reach the server; null when it succeeded. */
  error: GroatError | null;
}

/** A change, as `onChange` tells it. */
export type Change =
  | {
      type: "balance";
      account: string;
      asset: string;
      before: string | null;
      after: string;
      delta: string;
      live: boolean;
    }
  | { type: "event"; event: StreamEvent; live: boolean }
  /** An event of any type by which balances changed. */
  | { type: "balance_updated"; event: StreamEvent; live: boolean }
  /** `toast`: it just happened, is not read, and the person wants to see such ones pop up. */
  | { type: "notification"; notification: NotificationView; live: boolean; toast: boolean }
  | {
      /** After a reconnect: what happened meanwhile, per balance ("+120 while you were away"). */
      type: "away";
      /** The moment at which contact was lost, milliseconds since 1970. */
      since: number;
      changes: readonly { account: string; asset: string; delta: string; balance: string }[];
    }
  | { type: "identity"; user: string | null };

/** A notification that pops up. */
export interface Toast {
  /** Show it in place of the one with the same key. */
  key: string;
  /** The latest of those that this stands for. */
  notification: NotificationView;
  /** The number of notifications it stands for. */
  count: number;
  /** True for the one that stands for all that were too many. */
  summary: boolean;
}

export interface ToastOptions {
  /** So many places within `within_ms`; what comes beyond shares one more. */
  atOnce?: number;
  within_ms?: number;
}

/** Key of `GroatState.balances`. */
export function balanceKey(account: string, asset: string): string {
  return `${account} ${asset}`;
}
