/** The WebSocket line: the stock Centrifuge client, which reconnects, recovers and refreshes its token by itself. */
import { Centrifuge, type ServerSubscribedContext, State, UnauthorizedError } from "centrifuge";
import { isBoard } from "./boards.js";
import type { DebugSink } from "./debug.js";
import { backoff, type Environment } from "./environment.js";
import { GroatError } from "./errors.js";
import type { TokenSource } from "./http.js";
import type { Sink } from "./line.js";
import type { ViewStatus } from "./model.js";
import type { Receipt } from "./seen.js";
import { Views } from "./views.js";
import type { EventData, SnapshotData } from "./wire.js";

export interface SocketEvents extends Sink {
  /** A board shows another state. */
  board(name: string, state: unknown): void;
  /** Connected; what the server recovered follows at once, until `recovered`. */
  opened(): void;
  /** A view was taken up again; what was missed of it follows at once, until `recovered`. */
  recovering(): void;
  /** What comes from now on is seen as it happens. */
  recovered(): void;
  /** Lost, or one more attempt failed. It goes on trying. */
  failed(error: GroatError, silence_ms?: number): void;
  /** The server closed because the person's rights changed; it connects again with a new token. */
  rightsChanged(): void;
  /** Connected with these roles, as the rooms say that the server subscribed. */
  roles(roles: ReadonlySet<string>): void;
  /** The status of a view has changed. */
  viewsChanged(): void;
  /** The token is refused and no other is to be had. */
  unauthorized(): void;
}

/** The room that needs no role. */
const EVERYBODY = "role:all";
/** Codes of the SDK's own (`connectingCodes`, `disconnectedCodes`). */
const CONNECT_CALLED = 0;
const NO_PING = 2;
const UNAUTHORIZED = 1;
const STATE_INVALIDATED = 3014;
/** The server pings every 25 s and the SDK allows 10 s more: so old is the last word when it gives up. */
const SILENCE_MS = 35_000;
/** A server that is asked whether the connection lives answers within this time. */
const PROBE_MS_MAX = 3_000;
const RECONNECT_MIN_MS = 500;
const RECONNECT_MAX_MS = 20_000;
/** After a close that the SDK takes as final, such as a bad token: tried again, but not soon. */
const REVIVE_MIN_MS = 20_000;
const REVIVE_MAX_MS = 60_000;

export class Socket {
  private centrifuge: Centrifuge | null = null;
  private views: Views | null = null;
  /** Tells the SDK of the network, and when it had better begin anew. */
  private readonly network = new EventTarget();
  /** For how long nothing may have come before the present loss. */
  private silence_ms = 0;
  private readonly epochs = new Map<string, string>();
  private watched: ReadonlySet<string> = new Set();
  private roles = new Set<string>();
  private probing = false;
  private reviving: ReturnType<typeof setTimeout> | undefined;
  /** The receipt of events shown while there was no socket, such as those of a long poll: sent once there is one. */
  private untold: Receipt | null = null;

  constructor(
    private readonly url: string,
    private readonly device: string,
    private readonly tokens: TokenSource,
    private readonly environment: Environment,
    private readonly debug: DebugSink,
    private readonly events: SocketEvents,
  ) {}

  get connected(): boolean {
    return this.centrifuge?.state === State.Connected;
  }

  start(): void {
    const { WebSocket: websocket } = this.environment;
    if (!websocket) return;
    let first = true;
    const centrifuge = new Centrifuge(this.url, {
      websocket,
      name: "groat",
      data: { device: this.device },
      minReconnectDelay: RECONNECT_MIN_MS,
      maxReconnectDelay: RECONNECT_MAX_MS,
      networkEventTarget: this.network,
      // The client as a whole stops on pagehide; two hands on this would pull at each other.
      pageEventTarget: new EventTarget(),
      getToken: async () => {
        const token = await (first ? this.tokens.get() : this.tokens.renew());
        first = false;
        if (!token) throw new UnauthorizedError("signed out");
        return token;
      },
    });
    this.centrifuge = centrifuge;
    centrifuge.on("connected", () => {
      this.debug("socket connected", {});
      this.roles = new Set();
      this.events.opened();
      if (this.untold) void this.seen(this.untold);
      // The SDK tells of the rooms, and of what was missed, in the same breath, after this.
      this.afterwards(() => {
        this.events.recovered();
        this.events.roles(this.roles);
      });
    });
    centrifuge.on("connecting", ({ code, reason }) => {
      this.debug("socket connecting", { code, reason });
      if (code === CONNECT_CALLED) return;
      if (code === STATE_INVALIDATED) this.events.rightsChanged();
      const silence_ms = code === NO_PING ? SILENCE_MS : this.silence_ms;
      this.events.failed(new GroatError("network", `The connection was lost: ${reason}.`), silence_ms);
    });
    centrifuge.on("error", ({ type, error }) => {
      this.debug("socket error", { type, code: error.code, reason: error.message });
      if (centrifuge.state === State.Connecting) {
        this.events.failed(new GroatError("network", `No connection: ${error.message}.`));
      }
    });
    centrifuge.on("disconnected", ({ code, reason }) => this.closed(code, reason));
    centrifuge.on("subscribed", (context) => this.subscribed(context.channel, context));
    centrifuge.on("publication", ({ channel, offset, data }) => this.published(channel, offset, data));
    this.views = new Views(centrifuge, this.environment, this.debug, {
      subscribed: (context) => {
        if (context.recovered) {
          this.events.recovering();
          this.afterwards(() => this.events.recovered());
        }
        this.subscribed(context.channel, context);
      },
      published: (channel, offset, data) => this.published(channel, offset, data),
      ended: (channel) => this.epochs.delete(channel),
      changed: () => this.events.viewsChanged(),
      confused: () => this.restart(),
    });
    centrifuge.connect();
    this.watch(this.watched);
  }

  stop(): void {
    clearTimeout(this.reviving);
    this.views?.stop();
    this.views = null;
    const centrifuge = this.centrifuge;
    this.centrifuge = null;
    this.untold = null;
    centrifuge?.removeAllListeners();
    centrifuge?.disconnect();
    this.epochs.clear();
  }

  /** Subscribes to `view:<user>` for just these users, and to just these boards. */
  watch(users: ReadonlySet<string>): void {
    this.watched = users;
    this.views?.want(users);
  }

  /** The status of the view of a user; null when there is none. */
  viewStatus(user: string): ViewStatus | null {
    return this.views?.status(user) ?? null;
  }

  /** The device went on or off the network. */
  online(online: boolean): void {
    this.network.dispatchEvent(new Event(online ? "online" : "offline"));
  }

  /**
   * Makes sure at once: of a connection that stands, by asking the server; of one that is lost, by trying now. `slept_ms` is
   * how long this page may have slept.
   */
  async probe(slept_ms: number): Promise<void> {
    const { centrifuge } = this;
    if (!centrifuge || this.probing) return;
    if (!this.connected) return this.online(true);
    this.probing = true;
    const silent = setTimeout(() => {
      this.debug("nobody answers", {});
      if (this.centrifuge === centrifuge) this.restart(SILENCE_MS + slept_ms);
    }, PROBE_MS_MAX);
    try {
      // A server of an earlier version knows no ping: that it says so is as good.
      await centrifuge.rpc("ping", {}).catch(() => undefined);
    } finally {
      clearTimeout(silent);
      this.probing = false;
    }
  }

  /** Gives the connection up and opens the next one at once, from where it was. */
  private restart(silence_ms = 0): void {
    this.silence_ms = silence_ms;
    this.online(false);
    this.silence_ms = 0;
    this.online(true);
  }

  /** Tells the server how far this device has shown a stream. A lost report is made up by the next. */
  async seen(receipt: Receipt): Promise<void> {
    if (!this.centrifuge || !this.connected) {
      const { stream, offset } = receipt;
      this.untold = { stream, offset };
      return;
    }
    this.untold = null;
    try {
      await this.centrifuge.rpc("seen", receipt);
    } catch (error) {
      this.debug("seen was not taken", { ...receipt, error });
    }
  }

  /** Calls back when the SDK has told all that the present answer brought, unless the connection is gone by then. */
  private afterwards(call: () => void): void {
    queueMicrotask(() => {
      if (this.connected) call();
    });
  }

  private subscribed(
    channel: string,
    context: Pick<ServerSubscribedContext, "streamPosition" | "recovered" | "data">,
  ): void {
    if (isBoard(channel)) {
      this.events.board(channel, context.data);
      return;
    }
    if (channel.startsWith("role:") && channel !== EVERYBODY) this.roles.add(channel.slice("role:".length));
    const position = context.streamPosition;
    if (!position) return;
    this.epochs.set(channel, position.epoch);
    // After a recovery the missed events follow; its position counts them already.
    if (context.recovered) return;
    const data: SnapshotData = context.data ?? { balances: [] };
    this.events.snapshot(channel, position, data, false);
  }

  private published(channel: string, offset: number | undefined, data: EventData): void {
    if (isBoard(channel)) {
      this.events.board(channel, data);
      return;
    }
    const epoch = this.epochs.get(channel);
    if (epoch === undefined || offset === undefined) return;
    this.events.event(channel, epoch, offset, data);
  }

  private closed(code: number, reason: string): void {
    this.debug("socket closed", { code, reason });
    if (code === UNAUTHORIZED) {
      this.events.unauthorized();
      return;
    }
    this.events.failed(new GroatError("network", `The server closed the connection: ${reason}.`));
    const wait = backoff(1, REVIVE_MIN_MS, REVIVE_MAX_MS, this.environment.random);
    this.reviving = setTimeout(() => {
      this.centrifuge?.setToken("");
      this.centrifuge?.connect();
    }, wait);
  }
}
