/** `createGroat`: one page's client, put together from the picture, the session and the connection. */

import { type Api, createApi } from "./api.js";
import type { Away } from "./arrival.js";
import { type Book, EMPTY_BOOK, type Input, reduce } from "./book.js";
import { Connection } from "./connection.js";
import { type DebugSink, debugSink } from "./debug.js";
import { negate } from "./decimal.js";
import { backoff, browserEnvironment, type Environment, randomId, sleep } from "./environment.js";
import { GroatError } from "./errors.js";
import type { ActOptions, Groat, GroatOptions } from "./groat.js";
import { guarded } from "./guard.js";
import { Http, type TokenProvider, TokenSource } from "./http.js";
import type { Change, GroatState, Overlay, Phase, Position } from "./model.js";
import { Seen } from "./seen.js";
import { type Toast, type ToastOptions, watchToasts } from "./toasts.js";
import type { ActionInput, Credentials, Me, ReadInput, Session, TransactionView } from "./wire.js";

const HISTORY_MAX = 200;
/** Longer than a write is repeated, so an overlay never ends while its write is still under way. */
const OVERLAY_MS_MAX = 60_000;
const ENTER_MIN_MS = 500;
const ENTER_MAX_MS = 20_000;

/** Makes a client. Nothing happens before `start` (or `login`). */
export function createGroat(options: GroatOptions = {}): Groat {
  return new Client(options);
}

class Client implements Groat {
  readonly api: Api;
  private readonly environment: Environment;
  private readonly debug: DebugSink;
  private readonly http: Http;
  private readonly ownsSession: boolean;
  private readonly historyMax: number;
  private readonly connection: Connection;
  private readonly seen: Seen;
  private readonly listeners = new Set<() => void>();
  private readonly changeListeners = new Set<(change: Change) => void>();
  private book: Book = EMPTY_BOOK;
  private phase: Phase = "signed-out";
  private paused: { book: Book; buffered: number } | null = null;
  private state: GroatState;
  private started = false;
  private session: AbortController | null = null;
  private refreshing: Promise<void> | null = null;
  private expiry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: GroatOptions) {
    const { url = "", token, share = true, historyMax = HISTORY_MAX } = options;
    this.environment = { ...browserEnvironment(), ...options.environment };
    this.debug = debugSink(options.debug);
    this.historyMax = historyMax;
    this.ownsSession = token === undefined;
    const provider: TokenProvider = token ?? (() => this.renewSession());
    this.http = new Http(url.replace(/\/$/, ""), new TokenSource(provider), this.environment, this.debug);
    this.http.onUnauthorized = () => this.endSession();
    this.api = createApi(this.http);
    this.connection = new Connection(this.http, this.environment, this.debug, share, {
      confirmed: () => this.book.confirmed,
      take: (input) => this.take(input),
      changed: () => this.publish(),
      away: (away: Away) => this.tell(away),
      rightsChanged: () => this.check(),
      unauthorized: () => this.endSession(),
      otherSession: (user) => this.otherSession(user),
      pageSeen: () => this.noteSeen(),
    });
    this.seen = new Seen(this.environment, (receipt) => this.connection.seen(receipt));
    this.state = this.picture();
  }

  getState = (): GroatState => this.state;

  subscribe(listener: () => void): () => void;
  subscribe<T>(
    select: (state: GroatState) => T,
    listener: (value: T, previous: T) => void,
    equal?: (a: T, b: T) => boolean,
  ): () => void;
  subscribe<T>(
    first: (() => void) | ((state: GroatState) => T),
    listener?: (value: T, previous: T) => void,
    equal: (a: T, b: T) => boolean = Object.is,
  ): () => void {
    let call = first as () => void;
    if (listener) {
      const select = first as (state: GroatState) => T;
      let value = select(this.state);
      call = () => {
        const next = select(this.state);
        if (equal(value, next)) return;
        const previous = value;
        value = next;
        listener(next, previous);
      };
    } else call = () => (first as () => void)();
    this.listeners.add(call);
    return () => this.listeners.delete(call);
  }

  onChange(listener: (change: Change) => void): () => void {
    const call = (change: Change) => listener(change);
    this.changeListeners.add(call);
    return () => this.changeListeners.delete(call);
  }

  start(): void {
    if (this.started) return;
    this.started = true;
    const { window, document } = this.environment;
    window?.addEventListener("online", this.onNetwork);
    window?.addEventListener("offline", this.onNetwork);
    window?.addEventListener("pagehide", this.onPageHide);
    window?.addEventListener("pageshow", this.onPageShow);
    document?.addEventListener("visibilitychange", this.onVisibility);
    this.begin();
  }

  stop(): void {
    if (!this.started) return;
    this.started = false;
    const { window, document } = this.environment;
    window?.removeEventListener("online", this.onNetwork);
    window?.removeEventListener("offline", this.onNetwork);
    window?.removeEventListener("pagehide", this.onPageHide);
    window?.removeEventListener("pageshow", this.onPageShow);
    document?.removeEventListener("visibilitychange", this.onVisibility);
    this.rest();
  }

  async login(credentials: Credentials): Promise<Session> {
    const session = await this.api.createSession(credentials);
    this.drop();
    this.http.tokens.set(session.token);
    this.started ? this.enter() : this.start();
    this.connection.announce(session.user);
    return session;
  }

  switchUser(): void {
    this.drop();
    this.http.tokens.set(null);
    this.started ? this.enter() : this.start();
  }

  async logout(): Promise<void> {
    this.connection.announce(null);
    this.endSession();
    if (this.ownsSession) await this.api.endSession();
  }

  refresh(): Promise<void> {
    this.refreshing ??= this.load()
      .catch((error: unknown) => {
        if (error instanceof GroatError && this.phase === "ready") this.connection.error = error;
        this.publish();
        throw error;
      })
      .finally(() => {
        this.refreshing = null;
      });
    return this.refreshing;
  }

  pause(): void {
    this.paused ??= { book: this.book, buffered: 0 };
    this.publish();
  }

  resume(): void {
    const paused = this.paused;
    if (!paused) return;
    this.paused = null;
    // What changed behind the pause is a jump, not something seen as it happened.
    const shown = { ...this.book.shown };
    for (const [key, balance] of Object.entries(shown)) {
      const { change } = balance;
      if (change && change !== paused.book.shown[key]?.change) {
        shown[key] = { ...balance, change: { ...change, live: false } };
      }
    }
    this.book = { ...this.book, shown };
    this.publish();
  }

  async act(name: string, input: ActionInput, options: ActOptions = {}): Promise<TransactionView> {
    const { key = randomId(), signal } = options;
    const effect = options.overlay ?? this.expected(input);
    if (effect) this.take({ type: "overlay", overlay: this.overlay(key, effect) });
    try {
      const view = await this.api.action(name, input, { key, ...(signal && { signal }) });
      this.take({ type: "answer", balances: view.balances, positions: view.positions, key });
      // An answer that says neither value nor position: ask, rather than wait for the overlay's time.
      if (this.book.overlays.some((overlay) => overlay.key === key && isEmpty(overlay.positions))) {
        this.take({ type: "overlay-end", key });
        this.check();
      }
      return view;
    } catch (error) {
      this.take({ type: "overlay-end", key });
      if (!(error instanceof GroatError) || !error.retryable) throw error;
      this.check();
      throw new GroatError(
        "unknown_outcome",
        "The server could not be reached. Repeat with the same key to be sure.",
        error.status,
        { key },
        error,
      );
    }
  }

  spend(input: ActionInput, options?: ActOptions): Promise<TransactionView> {
    return this.act("spend", input, options);
  }

  async markRead(input: ReadInput): Promise<void> {
    const { marks } = await this.api.readNotifications(input);
    this.connection.takeRead(marks);
  }

  toasts(
    show: (toast: Toast) => void,
    hide: (key: string) => void = () => undefined,
    options: ToastOptions = {},
  ): () => void {
    return watchToasts(this, this.environment, show, hide, options);
  }

  watch(user: string): () => void {
    if (user === this.book.confirmed.user) return () => undefined;
    return this.connection.watch(user);
  }

  provisional(account: string, asset: string, balance: string): void {
    this.take({ type: "provisional", account, asset, balance });
  }

  // The session

  /** The built-in login's token: the session cookie is exchanged for one. */
  private async renewSession(): Promise<string | null> {
    try {
      return (await this.api.renewSession()).token;
    } catch (error) {
      if (error instanceof GroatError && (error.status === 401 || error.status === 403)) return null;
      throw error;
    }
  }

  private begin(): void {
    this.connection.open();
    this.enter();
  }

  /** Ends connections and timers; the picture stays. */
  private rest(): void {
    this.session?.abort();
    this.session = null;
    clearTimeout(this.expiry);
    this.seen.reset();
    this.connection.close();
    this.publish();
  }

  /** Finds out who is signed in, loads, and joins the other tabs. Tries until it knows. */
  private enter(): void {
    this.session?.abort();
    const session = new AbortController();
    this.session = session;
    if (this.phase !== "ready") this.phase = "loading";
    this.connection.status.signIn();
    this.publish();
    void this.load(session.signal, ENTER_MIN_MS).then(
      () => {
        if (!session.signal.aborted) this.connection.join(this.book.confirmed.user);
      },
      (error: unknown) => {
        if (session.signal.aborted) return;
        this.debug("nobody is signed in", { error });
        this.endSession();
      },
    );
  }

  /**
   * Takes in `/v1/me`. With `retry_ms` it tries until the server says yes or no; without, it throws. Values that were
   * asked for before the stream started over are asked for again.
   */
  private async load(signal?: AbortSignal, retry_ms?: number): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const epochs = this.epochs();
      try {
        const me = await this.http.json<Me>("/v1/me", signal ? { signal } : {});
        if (signal?.aborted) return;
        if (attempt < 3 && this.phase === "ready" && this.epochs() !== epochs) continue;
        this.welcome(me);
        return;
      } catch (error) {
        const failure = error instanceof GroatError ? error : null;
        if (signal?.aborted || !failure) throw error;
        if (retry_ms === undefined || failure.unauthorized || failure.status === 403) throw failure;
        this.connection.lost(failure);
        await this.wait(backoff(attempt, retry_ms, ENTER_MAX_MS, this.environment.random), signal);
      }
    }
  }

  /** Waits, or returns at once when the network comes back. */
  private async wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const early = new AbortController();
    const wake = () => early.abort();
    this.environment.window?.addEventListener("online", wake);
    signal?.addEventListener("abort", wake);
    try {
      await sleep(ms, early.signal);
    } catch (error) {
      if (!early.signal.aborted) throw error;
    } finally {
      this.environment.window?.removeEventListener("online", wake);
      signal?.removeEventListener("abort", wake);
    }
  }

  private welcome(me: Me): void {
    if (this.phase === "ready" && me.user !== this.book.confirmed.user) {
      // The session behind the token is another person's now.
      this.drop();
      this.enter();
      return;
    }
    const arriving = this.phase !== "ready";
    this.phase = "ready";
    this.connection.status.confirmed();
    this.connection.error = null;
    this.connection.takeMe(me);
    if (arriving) this.tell({ type: "identity", user: me.user });
  }

  private otherSession(user: string | null): void {
    if (user === null) this.endSession();
    else if (user !== this.book.confirmed.user) this.switchUser();
  }

  private endSession(): void {
    const had = this.phase !== "signed-out";
    this.drop();
    this.http.tokens.set(null);
    if (had) this.tell({ type: "identity", user: null });
  }

  /** Lets go of all that belongs to the person who was signed in. */
  private drop(): void {
    this.session?.abort();
    this.session = null;
    clearTimeout(this.expiry);
    this.seen.reset();
    this.connection.forget();
    this.book = EMPTY_BOOK;
    this.paused = null;
    this.phase = "signed-out";
    this.publish();
  }

  // The picture

  private take(input: Input): void {
    const { now, clock } = this.environment;
    const limits = { now: now(), clock: clock(), historyMax: this.historyMax };
    const { book, changes, wants } = reduce(this.book, input, limits);
    this.book = book;
    const events = changes.filter((change) => change.type === "event").length;
    if (this.paused) this.paused.buffered += events;
    this.publish();
    for (const change of changes) this.tell(change);
    this.armExpiry();
    this.noteSeen(input.type === "event" && input.live);
    if (wants.catchUp.length > 0) this.connection.catchUp(wants.catchUp);
    if (wants.refresh) this.check();
  }

  /** A refresh whose failure is shown as the status, for nobody waits for it. */
  private check(): void {
    if (this.phase !== "ready") return;
    this.refresh().catch((error: unknown) => {
      if (!(error instanceof GroatError)) throw error;
      this.debug("checking failed", { error });
    });
  }

  private picture(): GroatState {
    const { confirmed, overlays, shown, notifications } = this.paused?.book ?? this.book;
    const positions: Record<string, Position> = {};
    for (const [stream, { epoch, offset }] of Object.entries(confirmed.readings)) {
      positions[stream] = { epoch, offset };
    }
    return {
      phase: this.phase,
      user: confirmed.user,
      name: confirmed.name,
      roles: confirmed.roles,
      status: this.connection.status.get(this.connection.leading),
      balances: shown,
      events: confirmed.events,
      notifications,
      positions,
      pending: overlays,
      paused: this.paused !== null,
      buffered: this.paused?.buffered ?? 0,
      error: this.connection.error,
    };
  }

  /** Shows the present picture, keeping the parts that are as they were. */
  private publish(): void {
    const before = this.state;
    const next = this.picture();
    if (sameFields(before.status, next.status)) next.status = before.status;
    if (samePositions(before.positions, next.positions)) next.positions = before.positions;
    if (sameFields(before, next)) return;
    this.state = next;
    for (const listener of [...this.listeners]) guarded(listener);
  }

  private tell(change: Change): void {
    for (const listener of [...this.changeListeners]) guarded(listener, change);
  }

  private expected({
    amount,
    asset,
  }: ActionInput): { account: string; asset: string; delta: string } | false {
    const account = `user:${this.book.confirmed.user}`;
    const own = Object.values(this.book.shown).filter((balance) => balance.account === account);
    const only = own.length === 1 ? own[0]?.asset : undefined;
    const spent = asset ?? only;
    if (spent === undefined || !/^\d+(\.\d+)?$/.test(amount)) return false;
    return { account, asset: spent, delta: negate(amount) };
  }

  private overlay(key: string, effect: { account: string; asset: string; delta: string }): Overlay {
    return { key, ...effect, positions: {}, expiresAt: this.environment.clock() + OVERLAY_MS_MAX };
  }

  private armExpiry(): void {
    clearTimeout(this.expiry);
    const first = Math.min(...this.book.overlays.map((overlay) => overlay.expiresAt));
    if (!Number.isFinite(first)) return;
    const wait = Math.max(0, first - this.environment.clock());
    this.expiry = setTimeout(() => {
      this.take({ type: "tick" });
      this.check();
    }, wait);
  }

  private noteSeen(live = false): void {
    const { user, readings } = this.book.confirmed;
    if (this.paused || user === null || this.environment.document?.visibilityState === "hidden") return;
    const stream = `user:${user}`;
    const reading = readings[stream];
    if (reading && reading.offset > 0) this.seen.note(stream, reading.offset, live);
  }

  private epochs(): string {
    return Object.values(this.book.confirmed.readings)
      .map(({ epoch }) => epoch)
      .join(" ");
  }

  // The page

  private readonly onNetwork = () => this.connection.network();

  private readonly onVisibility = () => {
    if (this.environment.document?.visibilityState !== "visible") return;
    this.noteSeen();
    this.connection.wake();
  };

  /** A page that is put away ends its timers and sockets; another tab takes the lead. */
  private readonly onPageHide = () => this.rest();

  private readonly onPageShow = (event: Event) => {
    if ((event as PageTransitionEvent).persisted && this.started && !this.session) {
      this.phase === "signed-out" ? this.connection.open() : this.begin();
    }
  };
}

function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(record).length === 0;
}

function sameFields<T extends object>(a: T, b: T): boolean {
  return (Object.keys(b) as (keyof T)[]).every((name) => Object.is(a[name], b[name]));
}

function samePositions(a: GroatState["positions"], b: GroatState["positions"]): boolean {
  const streams = Object.keys(b);
  return (
    streams.length === Object.keys(a).length &&
    streams.every(
      (stream) => a[stream]?.offset === b[stream]?.offset && a[stream]?.epoch === b[stream]?.epoch,
    )
  );
}
