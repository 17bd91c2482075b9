/**
 * The browser's one connection, seen from one tab. The leader runs the ladder, takes in what comes and passes each
 * input on; the others take the same inputs, so all tabs reduce to the same picture. A tab that comes late, or that
 * missed something, asks for the leader's whole picture.
 */
import { Arrival, type Away } from "./arrival.js";
import { Boards, isBoard } from "./boards.js";
import { type Confirmed, type Input, pictureOf, printPosition } from "./book.js";
import type { DebugSink } from "./debug.js";
import { type Environment, randomId, sleep } from "./environment.js";
import { GroatError } from "./errors.js";
import { attempt } from "./guard.js";
import type { Http } from "./http.js";
import { Ladder } from "./ladder.js";
import { Door, EventStreamLine, type LineHost, LongPollLine, POLL_MS, PollLine, takePage } from "./lines.js";
import type { Message, SessionNews } from "./messages.js";
import type { ViewStatus } from "./model.js";
import type { Receipt } from "./seen.js";
import { Socket, type SocketEvents } from "./socket.js";
import { StatusMachine } from "./status.js";
import { Tabs } from "./tabs.js";
import { heardError, streamOf, type ToldViews, toldViews, viewed } from "./told.js";
import { REPEAT_MS, Watches } from "./watches.js";
import type { MarkView, Me, StreamPage } from "./wire.js";

export interface ConnectionHost {
  confirmed(): Confirmed;
  take(input: Input): void;
  /** The status or the last error changed. */
  changed(): void;
  away(away: Away): void;
  /** Roles may have changed: ask who this is. */
  rightsChanged(): void;
  /** The session is over for this tab. */
  unauthorized(why: GroatError | null): void;
  /** Another tab signed in or out. */
  heardSession(news: SessionNews): void;
  /** This tab leads now and should report again what it has shown. */
  pageSeen(): void;
}

const BEAT_MS = 5_000;
/** Timers of a page in the background come once a minute. */
const LATE_MS_MAX = 90_000;
const SLEEP_MS_MIN = 5_000;
/** For so long a view that was refused over HTTP is left out. */
const REFUSED_MS = 60_000;
/** So much of an address may name views; servers take 8 KiB of it in all. */
const ADDRESS_BYTES = 6_000;
/** One request carries this many boards; the others are asked for now and then. */
const BOARDS_MAX = 20;
/** Wishes that change in quick succession are one change of what the line asks for. */
const REWIRE_MS = 50;
/** A catch-up never asks for more pages than this; the rest comes with the next gap. */
const CATCH_UP_PAGES_MAX = 100;
const CATCH_UP_RETRY_MS = 5_000;

export class Connection {
  readonly status: StatusMachine;
  error: GroatError | null = null;
  private readonly tabs: Tabs<Message>;
  private readonly socket: Socket;
  private readonly ladder: Ladder;
  private readonly arrival: Arrival;
  private readonly watches: Watches;
  private readonly shown = new Boards();
  /** The name under which each announcement leaves a mark, and the last mark that this tab knows. */
  private readonly markName: string;
  private mark: string | null = null;
  /** Streams that are caught up, and whether one of them was found lacking once more meanwhile. */
  private readonly catching = new Map<string, { controller: AbortController; again: boolean }>();
  private readonly door = new Door();
  /** Views that the server refused over HTTP, and when. */
  private readonly refusals = new Map<string, { error: GroatError; at: number }>();
  /** The leader's status of views. */
  private told: ToldViews = {};
  private known: Readonly<Record<string, ViewStatus>> = {};
  /** The streams that the line over HTTP follows. */
  private followed = "";
  private rewiring: ReturnType<typeof setTimeout> | undefined;
  private joined = false;
  private repeating: ReturnType<typeof setInterval> | undefined;
  private sleeping: ReturnType<typeof setInterval> | undefined;
  private viewing: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly http: Http,
    private readonly environment: Environment,
    private readonly debug: DebugSink,
    private readonly share: boolean,
    private readonly host: ConnectionHost,
  ) {
    this.markName = `groat:session:${http.base}`;
    this.mark = environment.recall(this.markName);
    this.status = new StatusMachine(environment, () => this.tellStatus());
    this.arrival = new Arrival(environment, host.confirmed, (away) => this.away(away));
    this.watches = new Watches(environment.clock);
    this.tabs = new Tabs<Message>(`groat:${http.base}`, environment, debug, {
      message: (message) => this.heard(message),
      lead: () => this.lead(),
      follow: () => this.follow(),
    });
    const events: SocketEvents = {
      snapshot: (...told) => this.snapshot(...told),
      event: (stream, epoch, offset, data) =>
        this.spread({ type: "event", stream, epoch, offset, data, live: this.seesLive() }),
      board: (name, state) => this.board(name, state),
      opened: () => this.ladder.socketOpened(),
      recovering: () => this.arrival.opened(),
      recovered: () => this.arrival.settle(),
      failed: (error, silence_ms) => this.ladder.socketFailed(error, silence_ms),
      rightsChanged: () => host.rightsChanged(),
      // They may have changed while nothing was connected that could have been told.
      roles: (roles) => {
        const known = host.confirmed().roles;
        if (known.length !== roles.size || known.some((role) => !roles.has(role))) host.rightsChanged();
      },
      viewsChanged: () => this.tellViews(),
      unauthorized: () => host.unauthorized(null),
    };
    const lineHost: LineHost = {
      snapshot: events.snapshot,
      event: events.event,
      positions: () => {
        const positions = this.positions();
        this.followed = Object.keys(positions).sort().join(" ");
        return positions;
      },
      refused: (stream, error) => this.refused(stream, error),
      me: (me) => {
        this.takeMe(me);
        this.catchUp(Object.keys(host.confirmed().readings).filter((stream) => this.lacksSnapshot(stream)));
      },
      confirmed: () => this.status.confirmed(),
    };
    this.socket = new Socket(
      socketUrl(http.base),
      environment.device,
      http.tokens,
      environment,
      debug,
      events,
    );
    const lines = [
      new EventStreamLine(http, lineHost, this.door),
      new LongPollLine(http, lineHost, this.door),
      new PollLine(http, lineHost, environment),
    ];
    this.ladder = new Ladder(this.socket, lines, environment, debug, {
      opened: (transport) => {
        const fresh = !this.status.open;
        this.status.opened(transport);
        this.error = null;
        if (fresh || transport === "websocket") this.arrival.opened();
        this.tellStatus();
      },
      closed: (error, silence_ms) => this.lost(error, silence_ms),
    });
  }

  get leading(): boolean {
    return this.tabs.leading;
  }

  open(): void {
    this.tabs.open(this.share);
    this.mark = this.environment.recall(this.markName);
  }

  close(): void {
    this.leave();
    this.tabs.close();
  }

  /** Begins to follow this person, as leader or behind one. */
  join(user: string | null): void {
    this.joined = true;
    this.tabs.join(user ?? "");
    if (!this.tabs.leading) this.hello();
    this.repeating = setInterval(() => this.wish(), REPEAT_MS);
    this.sleeping = this.noticeSleep();
  }

  /** Follows nobody for now. What this tab wants to watch, and the age of its values, stay. */
  leave(): void {
    this.joined = false;
    clearInterval(this.repeating);
    clearInterval(this.sleeping);
    if (this.status.open) this.arrival.lost();
    this.endLead();
    this.tabs.leave();
    this.status.rest();
  }

  /** Leaves, and lets go of all that belongs to the person. */
  forget(): void {
    this.leave();
    this.arrival.reset();
    this.status.reset();
    this.watches.clear();
    this.shown.clear();
    this.refusals.clear();
    this.told = {};
    this.known = {};
    this.error = null;
  }

  /** Tells the other tabs, and pages that hear nothing now, whose session this browser has. */
  announce(news: SessionNews): void {
    if (!this.share) return;
    if (news.type === "ask") {
      this.tabs.announce(news);
      return;
    }
    const mark = randomId();
    this.mark = mark;
    this.environment.keep(this.markName, mark);
    this.tabs.announce({ ...news, mark });
  }

  /** Whether other tabs announced something that this one did not hear, since it last opened or heard. */
  missedNews(): boolean {
    const found = this.share ? this.environment.recall(this.markName) : null;
    return found !== null && found !== this.mark;
  }

  lost(error: GroatError, silence_ms = 0): void {
    this.error = error;
    if (this.status.open) this.arrival.lost();
    this.status.closed(silence_ms);
    if (error.unauthorized) this.host.unauthorized(error);
    else this.tellStatus();
  }

  /** The states of the boards that are watched here. */
  get boards(): Readonly<Record<string, unknown>> {
    return this.shown.states;
  }

  /** The status of the people and boards that are followed here. */
  get views(): Readonly<Record<string, ViewStatus>> {
    return this.known;
  }

  /** The device went on or off the network. */
  network(): void {
    const online = this.environment.isOnline();
    this.socket.online(online);
    if (online) this.wake();
    this.tellStatus();
  }

  /**
   * The page came back to the screen, the device to the network, or the machine from its sleep: what looks open may be
   * dead. `slept_ms` is how long this page may have slept.
   */
  wake(slept_ms = 0): void {
    if (!this.joined) return;
    if (this.leading) {
      void this.socket.probe(slept_ms);
      this.ladder.retry();
      return;
    }
    this.hello();
    // The leader may be a tab that hears nothing of it, for it is not on the screen.
    this.tabs.send({ type: "wake" });
  }

  /** Notices that the machine slept: by one clock that went on without the other, or by a timer that came far too late. */
  private noticeSleep(): ReturnType<typeof setInterval> {
    const { now, clock } = this.environment;
    let last = { now: now(), clock: clock() };
    return setInterval(() => {
      const passed = { now: now() - last.now, clock: clock() - last.clock };
      last = { now: now(), clock: clock() };
      const slept = Math.max(Math.abs(passed.now - passed.clock), passed.clock - LATE_MS_MAX);
      if (slept > SLEEP_MS_MIN) this.wake(slept);
    }, BEAT_MS);
  }

  watch(user: string): () => void {
    if (this.watches.add(user)) this.wish();
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      if (!this.watches.remove(user)) return;
      if (!this.leading) this.forgetView(user);
      this.wish();
    };
  }

  seen(receipt: Receipt): void {
    if (this.leading) void this.socket.seen(receipt);
    else this.tabs.send({ type: "seen", ...receipt });
  }

  takeRead(marks: Record<string, MarkView>): void {
    this.spread({ type: "read", marks });
  }

  takeMe(me: Me): void {
    this.spread({ type: "me", me });
  }

  /** Fetches the events that are missing, each stream once at a time. */
  catchUp(streams: readonly string[]): void {
    for (const stream of streams) {
      const under = this.catching.get(stream);
      if (under) {
        under.again = true;
        continue;
      }
      if (!this.leading) {
        this.hello();
        continue;
      }
      const controller = new AbortController();
      const turn = { controller, again: false };
      this.catching.set(stream, turn);
      void this.fill(stream, controller.signal).finally(() => {
        if (this.catching.get(stream) !== turn) return;
        this.catching.delete(stream);
        // A caller who asked while this was ending relies on it.
        if (turn.again && this.lacks(stream)) this.catchUp([stream]);
      });
    }
  }

  /** Whether events are missing that other events or answers have shown to exist. */
  private lacks(stream: string): boolean {
    const reading = this.host.confirmed().readings[stream];
    return reading !== undefined && reading.offset < Math.max(reading.covered, reading.ahead.at(-1) ?? 0);
  }

  private async fill(stream: string, signal: AbortSignal): Promise<void> {
    const route = `/v1/streams/${encodeURIComponent(stream.replace(/^view:/, "user:"))}/events`;
    for (let pages = 0; pages < CATCH_UP_PAGES_MAX; pages += 1) {
      const reading = this.host.confirmed().readings[stream];
      if (reading && !this.lacks(stream) && pages > 0) return;
      const after = this.position(stream) || undefined;
      const query = { after, wait: 0 };
      try {
        const page = await this.http.json<StreamPage>(route, { query, signal });
        if (signal.aborted) return;
        if (this.refusals.delete(stream)) this.tellViews();
        takePage(
          {
            snapshot: (...told) => this.snapshot(...told),
            event: (_, epoch, offset, data) =>
              this.spread({ type: "event", stream, epoch, offset, data, live: false }),
          },
          stream,
          page,
        );
        if (page.events.length === 0) return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof GroatError)) throw error;
        this.debug("catching up failed", { stream, error });
        if (!error.retryable) {
          this.refused(stream, error);
          return;
        }
        await sleep(CATCH_UP_RETRY_MS, signal).catch(() => undefined);
        if (signal.aborted) return;
      }
    }
  }

  private lead(): void {
    if (this.status.open) this.arrival.lost();
    this.status.closed();
    this.tabs.send({ type: "lead" });
    this.refusals.clear();
    this.followViews();
    this.ladder.start();
    this.viewing = setInterval(() => this.followViews(), POLL_MS);
    this.host.pageSeen();
    this.tellStatus();
  }

  private follow(): void {
    this.endLead();
    this.arrival.reset();
    this.told = {};
    this.hello();
    this.host.changed();
  }

  /** Ends what a leader does. */
  private endLead(): void {
    clearInterval(this.viewing);
    clearTimeout(this.rewiring);
    this.rewiring = undefined;
    this.ladder.stop();
    for (const { controller } of this.catching.values()) controller.abort();
    this.catching.clear();
  }

  /** Asks the leader for its whole picture. */
  private hello(): void {
    this.tabs.send({ type: "hello", watched: this.watches.mine });
  }

  private wish(): void {
    if (this.leading) this.followViews();
    else if (this.status.open) this.tabs.send({ type: "watch", watched: this.watches.mine });
    else this.hello();
    this.tellViews();
  }

  /** Follows just those whom some tab wants, and keeps nothing of the others. */
  private followViews(): void {
    const wanted = this.watches.union();
    for (const stream of Object.keys({ ...this.host.confirmed().readings, ...this.boards })) {
      const user = viewed(stream);
      if (user !== null && !wanted.has(user)) this.forgetView(user);
    }
    for (const stream of this.refusals.keys()) {
      const user = viewed(stream);
      if (user !== null && !wanted.has(user)) this.refusals.delete(stream);
    }
    this.socket.watch(wanted);
    if (!this.status.open || this.socket.connected) return;
    // Ask now and then for views that no line carries.
    const carried = this.carried();
    this.catchUp([...wanted].map(streamOf).filter((stream) => !carried.includes(stream)));
    this.rewiring ??= setTimeout(() => this.rewire(), REWIRE_MS);
  }

  private forgetView(user: string): void {
    if (isBoard(user)) this.shown.forget(user);
    else this.host.take({ type: "forget", stream: `view:${user}`, account: `user:${user}` });
  }

  /** Lets the line over HTTP ask for other streams than it does. */
  private rewire(): void {
    this.rewiring = undefined;
    if (this.socket.connected || Object.keys(this.positions()).sort().join(" ") === this.followed) return;
    this.ladder.renew();
  }

  private snapshot(...[stream, position, data, reset]: Parameters<SocketEvents["snapshot"]>): void {
    if (isBoard(stream)) this.board(stream, data, printPosition(position));
    else this.spread({ type: "snapshot", stream, position, ...pictureOf(data), reset });
  }

  /** Takes a board's state in, here and in the tabs that follow. */
  private board(name: string, state: unknown, position = ""): void {
    this.shown.take(name, state, position);
    this.tellViews();
    this.host.changed();
    if (this.leading) this.tabs.send({ type: "board", name, state });
  }

  /** Takes an input in, here and in the tabs that follow. */
  private spread(input: Input): void {
    this.arrival.heard();
    this.host.take(input);
    if ("stream" in input && viewed(input.stream) !== null) this.tellViews();
    if (this.leading) this.tabs.send({ type: "input", input });
  }

  private seesLive(): boolean {
    return this.status.open && !this.arrival.settling;
  }

  /** The positions of streams followed over HTTP: one's own and, where one request carries them all, the views. */
  private positions(): Record<string, string> {
    const { user, readings } = this.host.confirmed();
    const own = Object.keys(readings).filter((stream) => viewed(stream) === null);
    if (user !== null && !own.includes(`user:${user}`)) own.unshift(`user:${user}`);
    const views = this.carried();
    return Object.fromEntries(
      [...own, ...views.filter((stream) => !this.isRefused(stream))].map((stream) => [
        stream,
        this.position(stream),
      ]),
    );
  }

  /** The position to ask from; "" where a snapshot or a state is wanted. */
  private position(stream: string): string {
    if (isBoard(stream)) return this.shown.position(stream);
    const reading = this.host.confirmed().readings[stream];
    return reading && !this.lacksSnapshot(stream) ? printPosition(reading) : "";
  }

  /** Views that one request carries: as many as its address has room for. */
  private carried(): string[] {
    if (this.door.missing || this.status.get(true).transport === "poll") return [];
    let room = ADDRESS_BYTES;
    let boards = 0;
    return [...this.watches.union()].map(streamOf).filter((stream) => {
      if (isBoard(stream) && ++boards > BOARDS_MAX) return false;
      room -= encodeURIComponent(`${stream},`).length;
      return room >= 0;
    });
  }

  /** True when the others can go on without this stream. */
  private refused(stream: string, error: GroatError): boolean {
    if (viewed(stream) === null) {
      // A role that this person had.
      this.host.rightsChanged();
      return false;
    }
    this.refusals.set(stream, { error, at: this.environment.clock() });
    this.tellViews();
    return true;
  }

  private isRefused(stream: string): boolean {
    const refusal = this.refusals.get(stream);
    return refusal !== undefined && this.environment.clock() - refusal.at < REFUSED_MS;
  }

  private tellViews(): void {
    const { readings } = this.host.confirmed();
    const status = (user: string): ViewStatus => {
      const stream = streamOf(user);
      const refusal = this.refusals.get(stream);
      const told = this.told[user];
      const known = this.leading && this.socket.connected ? this.socket.viewStatus(user) : null;
      if (known) return known;
      if (this.leading && refusal) return { state: "failed", error: refusal.error };
      if (!this.leading && told) return { state: told.state, error: heardError(told.error) };
      const comes = stream in readings || stream in this.boards;
      return { state: this.status.open && comes ? "live" : "connecting", error: null };
    };
    const of = (users: Iterable<string>) =>
      Object.fromEntries([...users].map((user) => [user, status(user)]));
    if (this.leading) {
      const views = of(this.watches.union());
      const told = toldViews(views);
      if (JSON.stringify(told) !== JSON.stringify(this.told)) {
        this.told = told;
        this.tabs.send({ type: "views", views: told });
      }
    }
    const mine = of(this.watches.mine);
    if (JSON.stringify(toldViews(mine)) === JSON.stringify(toldViews(this.known))) return;
    this.known = mine;
    this.host.changed();
  }

  /** `/v1/me` tells balances and positions, but not what else a snapshot says. */
  private lacksSnapshot(stream: string): boolean {
    return viewed(stream) === null && !(stream in this.host.confirmed().notices.inboxes);
  }

  private away(away: Away): void {
    this.host.away(away);
    if (this.leading) this.tabs.send({ type: "away", away });
  }

  private tellStatus(): void {
    this.tellViews();
    this.host.changed();
    if (this.leading) this.tabs.send({ type: "status", status: this.status.get(true) });
  }

  private heard(message: Message): void {
    switch (message.type) {
      case "session":
      case "switch":
      case "ask":
        // By the message, for what another process kept may be seen here later than its message.
        this.mark = message.mark ?? this.mark;
        this.host.heardSession(message);
        break;
      case "ping":
        if (this.leading) this.tabs.send({ type: "pong" });
        break;
      case "hello":
        if (!this.leading) break;
        this.watches.other(message.from, message.watched);
        this.followViews();
        this.tellViews();
        this.welcome(message.from);
        // A tab that says hello may have led beside this one, and the others may have its last word on the status.
        this.tellStatus();
        break;
      case "watch": {
        if (!this.leading) break;
        const fresh = this.watches.other(message.from, message.watched);
        this.followViews();
        this.tellViews();
        // A person whom another tab follows already is followed from that tab's position.
        if (fresh.some((user) => streamOf(user) in { ...this.host.confirmed().readings, ...this.boards }))
          this.welcome(message.from);
        break;
      }
      case "wake":
        if (this.leading) this.wake();
        break;
      case "seen":
        if (this.leading) {
          const { stream, offset, ago_ms } = message;
          void this.socket.seen({ stream, offset, ...(ago_ms !== undefined && { ago_ms }) });
        }
        break;
      default:
        if (!this.leading) this.heardLeader(message);
    }
  }

  private welcome(to: string): void {
    const status = this.status.get(true);
    const { boards, told: views } = this;
    this.tabs.send({ type: "welcome", to, confirmed: this.host.confirmed(), status, views, boards });
  }

  /** Takes a leader's message in a tab that follows. */
  private heardLeader(message: Message): void {
    switch (message.type) {
      case "lead":
        this.hello();
        break;
      case "welcome":
        if (message.to !== this.tabs.id) break;
        this.host.take({ type: "adopt", confirmed: this.wanted(message.confirmed) });
        this.status.adopt(message.status);
        this.told = message.views ?? {};
        for (const [name, state] of Object.entries(message.boards ?? {}))
          if (this.watches.has(name)) this.shown.take(name, state, "");
        this.tellViews();
        this.host.changed();
        break;
      case "board":
        if (this.watches.has(message.name)) this.board(message.name, message.state);
        break;
      case "views":
        this.told = message.views;
        this.tellViews();
        break;
      case "input":
        if (this.isWanted("stream" in message.input ? message.input.stream : ""))
          this.host.take(message.input);
        this.tellViews();
        break;
      case "status":
        this.status.adopt(message.status);
        this.tellViews();
        this.host.changed();
        break;
      case "away":
        this.host.away(message.away);
        break;
    }
  }

  private isWanted(stream: string): boolean {
    const watched = viewed(stream);
    return watched === null || this.watches.has(watched);
  }

  /** The leader's picture without the views that only other tabs want. */
  private wanted(confirmed: Confirmed): Confirmed {
    const dropped = Object.keys(confirmed.readings).filter((stream) => !this.isWanted(stream));
    const keeps = (account: string) =>
      !dropped.some((stream) => {
        const owner = stream.replace(/^view:/, "user:");
        return account === owner || account.startsWith(`${owner}:`);
      });
    return {
      ...confirmed,
      readings: Object.fromEntries(Object.entries(confirmed.readings).filter(([s]) => this.isWanted(s))),
      balances: Object.fromEntries(Object.entries(confirmed.balances).filter(([, v]) => keeps(v.account))),
      events: confirmed.events.filter(({ stream }) => this.isWanted(stream)),
    };
  }
}

function socketUrl(base: string): string {
  // In a frame of a document of its own (`srcdoc`) `location` has no origin; what its addresses are relative to has one.
  const page = attempt(() => document.baseURI) ?? attempt(() => location.href) ?? undefined;
  const path = `${base}/connection/websocket`;
  return (attempt(() => new URL(path, page).href) ?? path).replace(/^http/, "ws");
}
