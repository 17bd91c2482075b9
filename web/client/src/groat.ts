/** The client as an app sees it. `createGroat` makes one. */
import type { Api, WriteOptions } from "./api.js";
import type { ClientApi } from "./calls.js";
import type { DebugSink } from "./debug.js";
import type { Environment } from "./environment.js";
import type { TokenProvider } from "./http.js";
import type { Change, GroatState, Toast, ToastOptions } from "./model.js";
import type { Requests } from "./requests/store.js";
import type { ActionInput, BalanceView, Credentials, ReadInput, Session, TransactionView } from "./wire.js";
import type { WriteTold } from "./writes.js";

export interface GroatOptions {
  /** Origin (and path prefix) of the server, like "https://pay.example.com"; the page's own when absent. */
  url?: string;
  /**
   * Gives an access token, or null when nobody is signed in; called again whenever the old one is used up. Without it
   * the built-in login is used: a session cookie that is exchanged for tokens at `/v1/auth/token`.
   */
  token?: TokenProvider;
  /** The picture to show until the server has answered, such as the app's own server knew when it rendered the page. */
  initial?: InitialPicture;
  /** One connection for all tabs of this browser; true by default. */
  share?: boolean;
  /** The number of events to keep; 200 by default. */
  historyMax?: number;
  /** Logs what happens, tokens taken out: to the console, or to a sink of your own. */
  debug?: boolean | DebugSink;
  /** Replaces parts of the surroundings: for tests and other runtimes. */
  environment?: Partial<Environment>;
}

/** A first picture, in the form of the answer of `/v1/me`. When somebody else turns out to be signed in, it goes. */
export interface InitialPicture {
  user: string;
  name?: string | null;
  roles?: readonly string[];
  balances: readonly BalanceView[];
}

export interface ActOptions extends WriteOptions {
  /** The pending change to show meanwhile; false for none. By default `amount` leaves the user's own account. */
  overlay?: { account: string; asset: string; delta: string } | false;
}

export interface Groat {
  /** The `/v1` routes, typed, and calls that give `{ error }`. Each call belongs to the session in which it began. */
  readonly api: ClientApi;
  /**
   * The routes bound to the present session, for work of several steps: once the session has ended each of them throws
   * `session_ended`, where `api` would go on in the next person's name.
   */
  bind(): Api;

  /** The requests that this page shows, kept right by what the streams tell. */
  readonly requests: Requests;

  /** The present picture. The same object until something changes. */
  getState(): GroatState;

  /** The picture before anything began: what a server renders, and what a page shows first when it takes that over. */
  getInitialState(): GroatState;

  /** Calls back after every change of the picture. */
  subscribe(listener: () => void): () => void;
  /** Calls back only when what `select` picks has changed (by `Object.is`, or by `equal`). */
  subscribe<T>(
    select: (state: GroatState) => T,
    listener: (value: T, previous: T) => void,
    equal?: (a: T, b: T) => boolean,
  ): () => void;

  /** The change feed: each balance change and event, whether it was seen live, and what happened while away. */
  onChange(listener: (change: Change) => void): () => void;

  /** Begins: asks for a token, loads, connects. Does nothing when begun already. */
  start(): void;
  /** Ends timers and connections of this page and keeps the picture; `start` begins again. */
  stop(): void;

  /** Signs in with the built-in login. The former session ends, in every tab of its person. Throws GroatError. */
  login(credentials: Credentials): Promise<Session>;
  /** The app has signed in another person, or nobody: the session ends in every tab, and the provider is asked again. */
  switchUser(): void;
  /** Ends the session at once, in every tab of its person, and then the server's. Throws GroatError when that fails. */
  logout(): Promise<void>;

  /**
   * Asks the server for the present values. Calls while it is being asked get that answer; with `anew` it is asked once more after
   * that, for the answer may be older than the call. Throws GroatError; the last values stay.
   */
  refresh(options?: { anew?: boolean }): Promise<void>;

  /** "Pause live": the picture holds still while changes are counted in `buffered`. */
  pause(): void;
  /** Shows what happened meanwhile, as one jump. */
  resume(): void;

  /**
   * Calls an action on the signed-in user's own money, with a pending overlay until it is confirmed. Repeated under one
   * key for 30 s when the server cannot be reached; then it throws `unknown_outcome`, whose field `key` settles it. It belongs to the
   * present session: when that ends first, it throws `session_ended`.
   */
  act(name: string, input: ActionInput, options?: ActOptions): Promise<TransactionView>;
  /** `act("spend", ...)`. */
  spend(input: ActionInput, options?: ActOptions): Promise<TransactionView>;

  /**
   * Sends any write under an idempotency key that it keeps until its verdict. `what` says which write it is, with all of its content: the
   * same again, by the same person, goes out under the same key until the server has accepted or refused it, also if others were sent in
   * between; after that it is a new write. `send` makes one call of the API that it is given. With a `title` the write outlives the page.
   * Throws what `send` throws, and `session_ended`.
   */
  write<Result>(
    what: readonly unknown[],
    send: (key: string, api: Api) => Promise<Result>,
    told?: WriteTold,
  ): Promise<Result>;
  /** Sends a write of `state.unconfirmed` once more, as it was. Throws GroatError; `unknown_write` where none is open under this key. */
  repeatWrite(key: string): Promise<unknown>;
  /** Takes a write out of `state.unconfirmed`: what became of it stays unknown here. */
  dropWrite(key: string): void;

  /** Marks notifications as read, here and on all devices of the person. */
  markRead(input: ReadInput): Promise<void>;

  /**
   * Calls `show` for what should pop up on this tab, and `hide` when it was read, here or on another device. A toast with
   * the key of an earlier one takes its place; of many at once all but the first three share one. Returns the end.
   */
  toasts(show: (toast: Toast) => void, hide?: (key: string) => void, options?: ToastOptions): () => void;

  /**
   * Follows another person's balances (staff only) or a board (`boardName`), by one shared subscription; ends with the function
   * returned. The status is in `state.views`, what a board shows in `state.boards`.
   */
  watch(watched: string): () => void;

  /** Takes in a value that came without a version: shown as provisional, and checked at once. */
  provisional(account: string, asset: string, balance: string): void;
}
