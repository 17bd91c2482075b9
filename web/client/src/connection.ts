/**
 * The browser's one connection, seen from one tab. The leader runs the ladder, takes in what comes and passes each
 * input on; the others take the same inputs, so all tabs reduce to the same picture. A tab that comes late, or that
 * missed something, asks for the leader's whole picture.
 */
import { Arrival, type Away } from "./arrival.js";
import { type Confirmed, type Input, printPosition } from "./book.js";
import type { DebugSink } from "./debug.js";
import { type Environment, randomId, sleep } from "./environment.js";
import { GroatError } from "./errors.js";
import type { Http } from "./http.js";
import { Ladder } from "./ladder.js";
import { EventStreamLine, type LineHost, LongPollLine, POLL_MS, PollLine, takePage } from "./lines.js";
import type { Status } from "./model.js";
import type { Receipt } from "./seen.js";
import { Socket, type SocketEvents } from "./socket.js";
import { StatusMachine } from "./status.js";
import { type TabMessage, Tabs } from "./tabs.js";
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
  unauthorized(): void;
  /** Another tab signed in or out. */
  heardSession(news: SessionNews): void;
  /** This tab leads now and should report again what it has shown. */
  pageSeen(): void;
}

/**
 * What a tab tells the others of sessions. `was` is whose session ended there, null where that was not known; tabs of the version before
 * do not say.
 */
export type SessionNews =
  /** Signed in as `user`, or out. */
  | { type: "session"; user: string | null; was?: string | null }
  /** The app has switched; who it is now, its provider knows. */
  | { type: "switch"; was: string | null }
  /** The session could not be renewed. */
  | { type: "ask"; was: string | null };

type Message = TabMessage &
  (
    | { type: "hello"; watched: readonly string[] }
    | { type: "welcome"; to: string; confirmed: Confirmed; status: Status }
    | { type: "input"; input: Input }
    | { type: "status"; status: Status }
    | { type: "away"; away: Away }
    | { type: "watch"; watched: readonly string[] }
    | ({ type: "seen" } & Receipt)
    | { type: "lead" }
    | { type: "ping" }
    | { type: "pong" }
    | SessionNews
  );

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
  /** Where each announcement leaves a mark, and the last mark that this tab knows. */
  private readonly markName: string;
  private mark: string | null = null;
  private readonly catching = new Map<string, AbortController>();
  private repeating: ReturnType<typeof setInterval> | undefined;
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
      snapshot: (stream, position, { balances, notifications }, reset) =>
        this.spread({ type: "snapshot", stream, position, balances, notifications, reset }),
      event: (stream, epoch, offset, data) =>
        this.spread({ type: "event", stream, epoch, offset, data, live: this.seesLive() }),
      opened: () => this.ladder.socketOpened(),
      failed: (error, silence_ms) => this.ladder.socketFailed(error, silence_ms),
      rightsChanged: () => host.rightsChanged(),
      // They may have changed while nothing was connected that could have been told.
      roles: (roles) => {
        const known = host.confirmed().roles;
        if (known.length !== roles.size || known.some((role) => !roles.has(role))) host.rightsChanged();
      },
      unauthorized: () => host.unauthorized(),
    };
    const lineHost: LineHost = {
      snapshot: events.snapshot,
      event: events.event,
      positions: () => this.positions(),
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
      new EventStreamLine(http, lineHost),
      new LongPollLine(http, lineHost),
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
    this.tabs.join(user ?? "");
    if (!this.tabs.leading) this.tabs.send({ type: "hello", watched: this.watches.mine });
    this.repeating = setInterval(() => this.wish(), REPEAT_MS);
  }

  /** Follows nobody for now. What this tab wants to watch, and the age of its values, stay. */
  leave(): void {
    clearInterval(this.repeating);
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
    this.error = null;
  }

  /** Tells the other tabs, and pages that hear nothing now, whose session this browser has. */
  announce(news: SessionNews): void {
    this.tabs.announce(news);
    if (!this.share || news.type === "ask") return;
    this.environment.keep(this.markName, randomId());
    this.mark = this.environment.recall(this.markName);
  }

  /** Whether other tabs announced something that this one did not hear, since it last opened or heard. */
  missedNews(): boolean {
    return this.share && this.environment.recall(this.markName) !== this.mark;
  }

  lost(error: GroatError, silence_ms = 0): void {
    this.error = error;
    if (this.status.open) this.arrival.lost();
    this.status.closed(silence_ms);
    if (error.unauthorized) this.host.unauthorized();
    else this.tellStatus();
  }

  /** The device went on or off the network. */
  network(): void {
    if (this.environment.isOnline()) this.ladder.retry();
    this.tellStatus();
  }

  /** The page came back to the screen: make sure of the leader's picture. */
  wake(): void {
    if (!this.leading) this.tabs.send({ type: "hello", watched: this.watches.mine });
  }

  watch(user: string): () => void {
    if (this.watches.add(user)) this.wish();
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      if (!this.watches.remove(user)) return;
      this.host.take({ type: "forget", stream: `view:${user}`, account: `user:${user}` });
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
      if (this.catching.has(stream)) continue;
      if (!this.leading) {
        this.wake();
        continue;
      }
      const controller = new AbortController();
      this.catching.set(stream, controller);
      void this.fill(stream, controller.signal).finally(() => {
        if (this.catching.get(stream) === controller) this.catching.delete(stream);
      });
    }
  }

  private async fill(stream: string, signal: AbortSignal): Promise<void> {
    const route = `/v1/streams/${encodeURIComponent(stream.replace(/^view:/, "user:"))}/events`;
    for (let pages = 0; pages < CATCH_UP_PAGES_MAX; pages += 1) {
      const reading = this.host.confirmed().readings[stream];
      const goal = reading ? Math.max(reading.covered, reading.ahead.at(-1) ?? 0) : 0;
      if (reading && reading.offset >= goal && pages > 0) return;
      const after = reading && !this.lacksSnapshot(stream) ? printPosition(reading) : undefined;
      const query = { after, wait: 0 };
      try {
        const page = await this.http.json<StreamPage>(route, { query, signal });
        if (signal.aborted) return;
        takePage(
          {
            snapshot: (_, position, { balances, notifications }, reset) =>
              this.spread({ type: "snapshot", stream, position, balances, notifications, reset }),
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
        if (!error.retryable) return;
        await sleep(CATCH_UP_RETRY_MS, signal).catch(() => undefined);
        if (signal.aborted) return;
      }
    }
  }

  private lead(): void {
    if (this.status.open) this.arrival.lost();
    this.status.closed();
    this.tabs.send({ type: "lead" });
    this.socket.watch(this.watches.union());
    this.ladder.start();
    this.viewing = setInterval(() => this.pollViews(), POLL_MS);
    this.host.pageSeen();
    this.tellStatus();
  }

  private follow(): void {
    this.endLead();
    this.arrival.reset();
    this.wake();
    this.host.changed();
  }

  /** Ends what a leader does. */
  private endLead(): void {
    clearInterval(this.viewing);
    this.ladder.stop();
    for (const controller of this.catching.values()) controller.abort();
    this.catching.clear();
  }

  private wish(): void {
    if (this.leading) this.socket.watch(this.watches.union());
    else this.tabs.send({ type: "watch", watched: this.watches.mine });
    if (this.leading && this.status.open && !this.socket.connected) this.pollViews();
  }

  /** Without the socket there are no views: their streams are asked now and then. */
  private pollViews(): void {
    this.socket.watch(this.watches.union());
    if (this.socket.connected || !this.status.open) return;
    this.catchUp([...this.watches.union()].map((user) => `view:${user}`));
  }

  /** Takes an input in, here and in the tabs that follow. */
  private spread(input: Input): void {
    this.arrival.heard();
    this.host.take(input);
    if (this.leading) this.tabs.send({ type: "input", input });
  }

  private seesLive(): boolean {
    return this.status.open && !this.arrival.settling;
  }

  private positions(): Record<string, string> {
    const { readings } = this.host.confirmed();
    return Object.fromEntries(
      Object.entries(readings)
        .filter(([stream]) => !stream.startsWith("view:"))
        .map(([stream, reading]) => [stream, this.lacksSnapshot(stream) ? "" : printPosition(reading)]),
    );
  }

  /** `/v1/me` tells balances and positions, but not what else a snapshot says. */
  private lacksSnapshot(stream: string): boolean {
    return !stream.startsWith("view:") && !(stream in this.host.confirmed().notices.inboxes);
  }

  private away(away: Away): void {
    this.host.away(away);
    if (this.leading) this.tabs.send({ type: "away", away });
  }

  private tellStatus(): void {
    this.host.changed();
    if (this.leading) this.tabs.send({ type: "status", status: this.status.get(true) });
  }

  private heard(message: Message): void {
    switch (message.type) {
      case "session":
      case "switch":
      case "ask":
        this.mark = this.environment.recall(this.markName);
        this.host.heardSession(message);
        break;
      case "ping":
        if (this.leading) this.tabs.send({ type: "pong" });
        break;
      case "hello":
        if (!this.leading) break;
        this.watches.other(message.from, message.watched);
        this.socket.watch(this.watches.union());
        this.tabs.send({
          type: "welcome",
          to: message.from,
          confirmed: this.host.confirmed(),
          status: this.status.get(true),
        });
        break;
      case "watch":
        if (!this.leading) break;
        this.watches.other(message.from, message.watched);
        this.socket.watch(this.watches.union());
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

  /** What a leader says to those who follow. */
  private heardLeader(message: Message): void {
    switch (message.type) {
      case "lead":
        this.wake();
        break;
      case "welcome":
        if (message.to !== this.tabs.id) break;
        this.host.take({ type: "adopt", confirmed: this.wanted(message.confirmed) });
        this.status.adopt(message.status);
        this.host.changed();
        break;
      case "input":
        if (this.isWanted("stream" in message.input ? message.input.stream : ""))
          this.host.take(message.input);
        break;
      case "status":
        this.status.adopt(message.status);
        this.host.changed();
        break;
      case "away":
        this.host.away(message.away);
        break;
    }
  }

  private isWanted(stream: string): boolean {
    return !stream.startsWith("view:") || this.watches.has(stream.slice("view:".length));
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
  const origin = base || (typeof location === "undefined" ? "" : location.origin);
  return `${origin.replace(/^http/, "ws")}/connection/websocket`;
}
