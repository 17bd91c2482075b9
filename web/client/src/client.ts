/** `createGroat`: one page's client, put together from the picture, the session and the connection. */

import { type Api, createApi } from "./api.js";
import type { Away } from "./arrival.js";
import { type Book, EMPTY_BOOK, firstBook, type Input, reduce } from "./book.js";
import { type ClientApi, createCalls } from "./calls.js";
import { Connection } from "./connection.js";
import { type DebugSink, debugSink } from "./debug.js";
import { negate } from "./decimal.js";
import { Diagnosis } from "./diagnosis.js";
import { backoff, browserEnvironment, type Environment, randomId, sleep } from "./environment.js";
import { GroatError } from "./errors.js";
import type { ActOptions, Groat, GroatOptions } from "./groat.js";
import { guarded } from "./guard.js";
import { given, Http, type TokenProvider } from "./http.js";
import type { SessionNews } from "./messages.js";
import type { Change, GroatState, Overlay, Phase, Position, Toast, ToastOptions } from "./model.js";
import { Requests } from "./requests/store.js";
import { isEmpty, sameFields, samePositions } from "./same.js";
import { Seen } from "./seen.js";
import { type Proof, Session, type SessionHost } from "./session.js";
import { watchToasts } from "./toasts.js";
import type {
  ActionInput,
  Credentials,
  Me,
  ReadInput,
  Session as SignedIn,
  TransactionView,
} from "./wire.js";
import { Writes, type WriteTold } from "./writes.js";

const HISTORY_MAX = 200;
/** Longer than a write is repeated, so an overlay never ends while its write is still under way. */
const OVERLAY_MS_MAX = 60_000;
/** Nobody's id: of a sign-out before it was known who was signed in. */
const ANYBODY = "*";
const ENTER_MIN_MS = 500;
const ENTER_MAX_MS = 20_000;
const REFUSED_MIN_MS = 5_000;
const REFUSED_MAX_MS = 60_000;

/** Makes a client. Nothing happens before `start` (or `login`). */
export function createGroat(options: GroatOptions = {}): Groat {
  return new Client(options);
}

class Client implements Groat {
  readonly api: ClientApi;
  readonly requests: Requests;
  private readonly environment: Environment;
  private readonly debug: DebugSink;
  private readonly http: Http;
  private readonly host: SessionHost;
  private readonly ownsSession: boolean;
  private readonly leftName: string;
  private readonly historyMax: number;
  private readonly connection: Connection;
  private readonly seen: Seen;
  private readonly writes: Writes;
  private readonly diagnosis: Diagnosis;
  private readonly listeners = new Set<() => void>();
  private readonly changeListeners = new Set<(change: Change) => void>();
  private book: Book = EMPTY_BOOK;
  private phase: Phase = "loading";
  private paused: { book: Book; buffered: number } | null = null;
  private state: GroatState;
  private readonly first: GroatState;
  private started = false;
  private session: Session;
  /** Finding out who is signed in is under way, or done. */
  private entering: AbortController | null = null;
  /** Calls of `login`, `logout` and `switchUser`: the last one counts. */
  private turn = 0;
  private signing: Promise<unknown> = Promise.resolve();
  private refreshing: Promise<void> | null = null;
  private expiry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: GroatOptions) {
    const { url = "", token, share = true, historyMax = HISTORY_MAX } = options;
    this.environment = { ...browserEnvironment(), ...options.environment };
    this.debug = debugSink(options.debug);
    this.historyMax = historyMax;
    this.ownsSession = token === undefined;
    this.leftName = `groat:left:${url.replace(/\/$/, "")}`;
    this.host = {
      prove: token ? (last) => this.proveGiven(token, last) : () => this.proveCookie(),
      replaced: (session, proof) => this.replaced(session, proof),
      over: (session, why) => this.over(session, why),
    };
    this.session = new Session(this.host);
    this.http = new Http(url.replace(/\/$/, ""), () => this.session, this.environment, this.debug);
    this.http.onUnauthorized = (session, error) => this.over(session, error);
    this.diagnosis = new Diagnosis(this.http.base, this.environment);
    this.api = { ...createApi(this.http), ...createCalls((what, send) => this.write(what, send)) };
    this.connection = new Connection(this.http, this.environment, this.debug, share, {
      confirmed: () => this.book.confirmed,
      take: (input) => this.take(input),
      changed: () => this.publish(),
      away: (away: Away) => this.tell(away),
      rightsChanged: () => this.check(),
      unauthorized: (why) => this.over(this.session, why),
      heardSession: (news) => this.heardSession(news),
      pageSeen: () => this.noteSeen(),
    });
    this.seen = new Seen(this.environment, (receipt) => this.connection.seen(receipt));
    this.writes = new Writes(this.http.base, this.environment, () => this.publish());
    if (options.initial) this.book = firstBook(options.initial);
    this.state = this.picture();
    this.first = this.state;
    this.requests = new Requests(this, this.environment.clock);
  }

  getState = (): GroatState => this.state;

  getInitialState = (): GroatState => this.first;

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

  bind(): Api {
    return createApi(this.http.bound());
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
    this.writes.start();
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
    this.writes.stop();
    this.rest();
  }

  async login(credentials: Credentials): Promise<SignedIn> {
    this.turn += 1;
    const { turn } = this;
    const answer = await this.inTurn(() => this.api.createSession(credentials));
    if (turn !== this.turn) {
      throw new GroatError("aborted", "Somebody signed in or out meanwhile, which counts.");
    }
    const { token, user } = answer;
    this.leftBehind = "";
    const was = this.session.user;
    this.drop({ token, user, principal: `user:${user}`, me: null });
    this.started ? this.enter() : this.start();
    this.connection.announce({ type: "session", user, was });
    return answer;
  }

  switchUser(): void {
    this.turn += 1;
    const was = this.session.user;
    this.drop();
    this.started ? this.enter() : this.start();
    this.connection.announce({ type: "switch", was });
  }

  async logout(): Promise<void> {
    this.turn += 1;
    const was = this.session.user;
    this.connection.announce({ type: "session", user: null, was });
    this.drop();
    if (!this.ownsSession) return;
    this.leftBehind = was ?? ANYBODY;
    await this.inTurn(() => this.endCookie());
  }

  async refresh({ anew = false } = {}): Promise<void> {
    if (anew) await this.refreshing?.catch(() => undefined);
    return this.refreshOnce();
  }

  private refreshOnce(): Promise<void> {
    if (this.refreshing) return this.refreshing;
    const { session } = this;
    const refreshing = this.load()
      .catch((error: unknown) => {
        if (error instanceof GroatError && this.phase === "ready" && !session.ended) {
          this.connection.error = error;
          this.publish();
        }
        throw error;
      })
      .finally(() => {
        if (this.refreshing === refreshing) this.refreshing = null;
      });
    this.refreshing = refreshing;
    return refreshing;
  }

  pause(): void {
    this.paused ??= { book: this.book, buffered: 0 };
    this.publish();
  }

  resume(): void {
    const paused = this.paused;
    if (!paused) return;
    this.paused = null;
    // A change during the pause appears as a jump, not as something seen as it happened.
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
    const { session } = this;
    const effect = options.overlay ?? this.expected(input);
    if (effect) this.take({ type: "overlay", overlay: this.overlay(key, effect) });
    try {
      const view = await this.api.action(name, input, { key, ...(signal && { signal }) });
      const { balances, positions, recorded_at } = view;
      this.take({ type: "answer", balances, positions, key, recorded_at });
      // An answer that says neither value nor position: ask, rather than wait for the overlay's time.
      if (this.book.overlays.some((overlay) => overlay.key === key && isEmpty(overlay.positions))) {
        this.take({ type: "overlay-end", key });
        this.check();
      }
      return view;
    } catch (error) {
      // With the session its overlays went, and another's picture is no concern of this one.
      if (session.ended) throw error;
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

  write<Result>(
    what: readonly unknown[],
    send: (key: string, api: Api) => Promise<Result>,
    told: WriteTold = {},
  ): Promise<Result> {
    return this.writes.send(this.session, this.bind(), what, send, told);
  }

  async repeatWrite(key: string): Promise<unknown> {
    return this.writes.repeat(this.session, this.bind(), key);
  }

  dropWrite(key: string): void {
    this.writes.drop(key);
  }

  async markRead(input: ReadInput): Promise<void> {
    const { session } = this;
    const { marks } = await this.api.readNotifications(input);
    if (!session.ended) this.connection.takeRead(marks);
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
    const { session } = this;
    const end = this.connection.watch(user);
    return () => {
      // With its session a watch ended by itself.
      if (!session.ended) end();
    };
  }

  provisional(account: string, asset: string, balance: string): void {
    this.take({ type: "provisional", account, asset, balance });
  }

  // The session

  /** The built-in login: the session cookie is exchanged for a token, and the answer says whose it is. */
  private async proveCookie(): Promise<Proof | null> {
    try {
      const { token, user } = await this.api.renewSession();
      const left = this.leftBehind;
      if (left === user || left === ANYBODY) {
        await this.endCookie();
        return null;
      }
      return { token, user, principal: `user:${user}`, me: null };
    } catch (error) {
      if (error instanceof GroatError && (error.status === 401 || error.status === 403)) return null;
      throw error;
    }
  }

  /** Whose cookie a sign-out left behind that has not reached the server: it opens nothing, in any tab, until it has. "" for nobody's. */
  private get leftBehind(): string {
    return this.environment.recall(this.leftName) ?? "";
  }

  private set leftBehind(user: string) {
    if (user !== this.leftBehind) this.environment.keep(this.leftName, user);
  }

  private async endCookie(): Promise<void> {
    await this.api.endSession();
    this.leftBehind = "";
  }

  /** A token of the app's own: whose it is, only the server can say. */
  private async proveGiven(
    provider: TokenProvider,
    last: Parameters<SessionHost["prove"]>[0],
  ): Promise<Proof | null> {
    for (let again = true; ; again = false) {
      const token = await given(provider);
      if (!token) return null;
      if (token === last?.token) return { ...last, me: null };
      try {
        const me = await this.http.withToken<Me>("/v1/me", token);
        return { token, user: me.user, principal: me.principal, me };
      } catch (error) {
        // The app may have had one at hand that is used up; asked again it gives another.
        if (!again || !(error instanceof GroatError) || !error.unauthorized) throw error;
      }
    }
  }

  /** The token provider, or the cookie, answered another person: this page and the others follow. */
  private replaced(session: Session, proof: Proof): void {
    if (session !== this.session) return;
    const was = session.user;
    this.debug("another person is signed in", { was, user: proof.user });
    this.drop(proof);
    if (this.started) this.enter();
    this.connection.announce({ type: "session", user: proof.user, was });
  }

  /** The session cannot be renewed: other tabs of the person had better ask, too. */
  private over(session: Session, why: GroatError | null): void {
    // Calls of a page on which nobody is signed in end nobody's session.
    if (session !== this.session || (this.phase === "signed-out" && !session.isKnown)) return;
    if (session.isKnown) this.connection.announce({ type: "ask", was: session.user });
    this.drop();
    if (why && !why.ordinary) this.trouble(why);
  }

  /** Shows why nothing can be had, and says it once where developers look. */
  private trouble(error: GroatError): void {
    this.connection.error = error;
    this.diagnosis.say(error);
    this.publish();
  }

  /** Takes another tab's news of sessions. A tab of somebody else is not meant. */
  private heardSession(news: SessionNews): void {
    const ready = this.phase === "ready";
    const mine = this.session.user;
    const { was = null } = news;
    if (ready && was !== null && was !== mine) return;
    if (news.type === "ask") {
      if (ready) this.session.renew().catch(() => undefined);
    } else if (news.type === "session" && news.user === null) {
      if (this.phase !== "signed-out") this.drop();
    } else if (news.type === "switch" || !ready || news.user !== mine) {
      this.drop();
      this.enter();
    }
  }

  /** After a rest the session must be proved anew, and where other tabs signed in or out nothing of it stays until then. */
  private begin(): void {
    if (this.phase === "ready" && this.connection.missedNews()) this.drop();
    this.connection.open();
    this.enter(this.phase === "ready");
  }

  /** Ends connections and timers; the picture stays. */
  private rest(): void {
    this.entering?.abort();
    this.entering = null;
    clearTimeout(this.expiry);
    this.seen.reset();
    this.connection.close();
    this.publish();
  }

  /** Finds out who is signed in (`anew`: by another token), loads, and joins the other tabs. Tries until it knows. */
  private enter(anew = false): void {
    this.entering?.abort();
    const entering = new AbortController();
    this.entering = entering;
    if (this.phase !== "ready") this.phase = "loading";
    this.connection.status.signIn();
    this.publish();
    void this.load({ signal: entering.signal, anew }).then(
      () => {
        if (!entering.signal.aborted) this.connection.join(this.book.confirmed.user);
      },
      (error: unknown) => {
        if (entering.signal.aborted) return;
        this.debug("nobody is signed in", { error });
        this.drop();
        if (error instanceof GroatError && !error.ordinary) this.trouble(error);
      },
    );
  }

  /**
   * Takes in `/v1/me`. On arrival it tries until the server says yes or no; else it throws. Values that were asked for before the
   * stream started over are asked for again.
   */
  private async load(arrival?: { signal: AbortSignal; anew: boolean }): Promise<void> {
    const { session } = this;
    let anew = arrival?.anew ?? false;
    for (let attempt = 0; ; attempt += 1) {
      const epochs = this.epochs();
      try {
        const proved = arrival ? await session.identify(anew) : null;
        anew = false;
        const me =
          proved ??
          // On arrival this loop is what tries again.
          (await this.http.json<Me>("/v1/me", arrival ? { signal: arrival.signal, attempts: 1 } : {}));
        if (arrival?.signal.aborted) return;
        if (session.ended) throw session.failure();
        if (attempt < 3 && this.phase === "ready" && this.epochs() !== epochs) continue;
        this.welcome(me);
        return;
      } catch (error) {
        const failure = error instanceof GroatError ? error : null;
        if (arrival?.signal.aborted || session.ended || !failure) throw error;
        if (!arrival || failure.unauthorized || failure.status === 403) throw failure;
        this.connection.lost(failure);
        const cause = await this.diagnosis.of(failure);
        if (arrival.signal.aborted || session.ended) throw cause;
        this.trouble(cause);
        // The server will refuse the same again until somebody changes its settings.
        const [min, max] = cause.retryable ? [ENTER_MIN_MS, ENTER_MAX_MS] : [REFUSED_MIN_MS, REFUSED_MAX_MS];
        await this.wait(backoff(attempt, min, max, this.environment.random), arrival.signal);
      }
    }
  }

  /** Waits, or returns at once when the network comes back. */
  private async wait(ms: number, signal: AbortSignal): Promise<void> {
    const early = new AbortController();
    const wake = () => early.abort();
    this.environment.window?.addEventListener("online", wake);
    signal.addEventListener("abort", wake);
    try {
      await sleep(ms, early.signal);
    } catch (error) {
      if (!early.signal.aborted) throw error;
    } finally {
      this.environment.window?.removeEventListener("online", wake);
      signal.removeEventListener("abort", wake);
    }
  }

  private welcome(me: Me): void {
    const arriving = this.phase !== "ready";
    this.diagnosis.well();
    const { user } = this.book.confirmed;
    // The app handed in another person's picture.
    if (arriving && user !== null && user !== me.user) this.book = EMPTY_BOOK;
    this.phase = "ready";
    this.connection.status.confirmed();
    this.connection.error = null;
    this.connection.takeMe(me);
    this.writes.identify(me.user);
    if (arriving) this.tell({ type: "identity", user: me.user });
  }

  /** Ends the session and lets go of all that belongs to it. With a proof the next one is known already. */
  private drop(proof: Proof | null = null): void {
    const had = this.phase !== "signed-out";
    this.session.end();
    this.session = new Session(this.host, proof);
    this.entering?.abort();
    this.entering = null;
    this.refreshing = null;
    clearTimeout(this.expiry);
    this.seen.reset();
    this.connection.forget();
    this.book = EMPTY_BOOK;
    this.paused = null;
    this.phase = "signed-out";
    this.writes.identify(null);
    this.publish();
    if (had) this.tell({ type: "identity", user: null });
  }

  /** Signing in and out changes one cookie: one after the other, so that the last call has the last word. */
  private inTurn<T>(call: () => Promise<T>): Promise<T> {
    const done = this.signing.then(call);
    this.signing = done.catch(() => undefined);
    return done;
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
      session: this.session.number,
      user: confirmed.user,
      name: confirmed.name,
      roles: confirmed.roles,
      status: this.connection.status.get(this.connection.leading),
      views: this.connection.views,
      boards: this.connection.boards,
      balances: shown,
      shared: confirmed.shared,
      events: confirmed.events,
      notifications,
      positions,
      ahead: confirmed.aheadSeconds === null ? null : confirmed.aheadSeconds * 1_000,
      pending: overlays,
      unconfirmed: this.writes.open,
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
    if (this.connection.missedNews()) {
      // No channel brought it, for there is none, or the page was frozen.
      this.drop();
      this.connection.open();
      this.enter();
    }
    this.noteSeen();
    this.connection.wake();
  };

  /** A page that is put away ends its timers and sockets; another tab takes the lead. */
  private readonly onPageHide = () => this.rest();

  /** The page comes back out of the browser's cache and knows nothing of what happened meanwhile. */
  private readonly onPageShow = (event: Event) => {
    this.connection.wake();
    if (!(event as PageTransitionEvent).persisted || !this.started || this.entering) return;
    if (this.phase === "signed-out" && !this.connection.missedNews()) this.connection.open();
    else this.begin();
  };
}
