/** The server's end of a WebSocket: the Centrifuge protocol in JSON, as much of it as the client uses. */
import type { Position } from "../model.js";
import type { Receipt } from "../seen.js";
import type { EventData } from "../wire.js";

export interface SocketServer {
  ttl: number | null;
  readonly seen: Receipt[];
  connect(socket: FakeSocket): boolean;
  disconnect(socket: FakeSocket): void;
  authenticate(token: string): { user: string; roles: string[] } | null;
  channelsOf(person: { user: string; roles: string[] }): string[];
  resume(channel: string, from: Position | null): object;
  /** The error that the next subscription to a view gets. */
  viewRefusal(): object | null;
  viewTurns: () => number;
}

interface Command {
  id?: number;
  connect?: { token?: string; subs?: Record<string, { epoch?: string; offset?: number }> };
  subscribe?: Subscribe;
  unsubscribe?: { channel: string };
  refresh?: { token: string };
  rpc?: { method: string; data: { stream: string; offset: number } };
}

interface Subscribe {
  channel: string;
  epoch?: string;
  offset?: number;
  recover?: boolean;
}

const PING_S = 25;

/** A browser finishes one task, microtasks included, before the next event; here microtasks get so many turns. */
const TASK_TURNS = 12;
let tasks = 0;

/** Waits until no socket is within an event. Whoever acts as a person or a network does so between tasks. */
export async function betweenTasks(): Promise<void> {
  while (tasks > 0) await null;
}

export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readyState: number = FakeSocket.CONNECTING;
  binaryType = "blob";
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: object) => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  private queue: Promise<void> = Promise.resolve();
  private readonly channels = new Set<string>();
  /** Attempts at views that are on their way. */
  private readonly coming = new Map<string, object>();
  /** True: the connection is half open. What either side says is lost, and nobody is told. */
  deaf = false;
  private ping: ReturnType<typeof setInterval> | undefined;

  constructor(
    readonly url: string,
    private readonly server: SocketServer,
  ) {
    this.task(() => {
      if (this.readyState !== FakeSocket.CONNECTING) return;
      if (!server.connect(this)) return this.fail();
      this.readyState = FakeSocket.OPEN;
      this.onopen?.();
    });
  }

  /** Does something in a task of its own, after those before it. */
  private task(action: () => void): void {
    tasks += 1;
    this.queue = this.queue.then(async () => {
      try {
        action();
      } finally {
        for (let turn = 0; turn < TASK_TURNS; turn += 1) await null;
        tasks -= 1;
      }
    });
  }

  /** From the client. */
  send(text: string): void {
    if (this.deaf) return;
    for (const line of text.split("\n")) this.take(JSON.parse(line) as Command);
  }

  /** From the client. */
  close(code = 1000, reason = ""): void {
    this.end(code, reason);
  }

  /** The connection breaks, or the server closes it. */
  fail(code = 1006, reason = ""): void {
    if (this.readyState === FakeSocket.CLOSED) return;
    if (code === 1006) this.onerror?.({});
    this.end(code, reason);
  }

  push(stream: string, offset: number, data: EventData): void {
    for (const channel of [stream, stream.replace(/^user:/, "view:")]) {
      if (this.channels.has(channel)) this.say({ push: { channel, pub: { data, offset } } });
    }
  }

  /** A board shows another state. */
  show(channel: string, data: unknown): void {
    if (this.channels.has(channel)) this.say({ push: { channel, pub: { data } } });
  }

  private end(code: number, reason: string): void {
    if (this.readyState === FakeSocket.CLOSED) return;
    this.readyState = FakeSocket.CLOSED;
    clearInterval(this.ping);
    this.server.disconnect(this);
    this.task(() => this.onclose?.({ code, reason }));
  }

  private say(message: object): void {
    const data = JSON.stringify(message);
    this.task(() => {
      if (this.readyState === FakeSocket.OPEN && !this.deaf) this.onmessage?.({ data });
    });
  }

  private take({ id, connect, subscribe, unsubscribe, refresh, rpc }: Command): void {
    if (connect) this.welcome(id, connect);
    else if (subscribe) {
      void this.view(id, subscribe);
    } else if (unsubscribe) {
      this.coming.delete(unsubscribe.channel);
      this.channels.delete(unsubscribe.channel);
      this.say({ id, unsubscribe: {} });
    } else if (refresh) {
      const good = this.server.authenticate(refresh.token) !== null;
      if (good) this.say({ id, refresh: { client: "client", ...this.expiry() } });
      else this.fail(3005, "connection expired");
    } else if (rpc) {
      if (rpc.method === "seen") this.server.seen.push(rpc.data);
      this.say({ id, rpc: { data: {} } });
    }
  }

  private welcome(id: number | undefined, { token = "", subs = {} }: NonNullable<Command["connect"]>): void {
    const person = this.server.authenticate(token);
    if (!person) {
      this.say({ id, error: { code: 109, message: "token expired" } });
      return;
    }
    const granted = this.server.channelsOf(person).map((channel) => {
      this.channels.add(channel);
      const known = subs[channel];
      const from = known ? { epoch: known.epoch ?? "", offset: known.offset ?? 0 } : null;
      return [channel, this.server.resume(channel, from)];
    });
    const common = { client: "client", version: "fake", ping: PING_S, pong: true, ...this.expiry() };
    this.say({ id, connect: { ...common, subs: Object.fromEntries(granted) } });
    this.ping = setInterval(() => this.say({}), PING_S * 1_000);
  }

  private async view(
    id: number | undefined,
    { channel, epoch = "", offset = 0, recover }: Subscribe,
  ): Promise<void> {
    if (this.channels.has(channel) || this.coming.has(channel)) {
      this.say({ id, error: { code: 105, message: "already subscribed" } });
      return;
    }
    const attempt = {};
    this.coming.set(channel, attempt);
    for (let turns = this.server.viewTurns(); turns > 0; turns -= 1) await Promise.resolve();
    const mine = this.coming.get(channel) === attempt;
    if (mine) this.coming.delete(channel);
    const refusal = this.server.viewRefusal();
    if (refusal || !mine) {
      const lost = { code: 100, message: "internal server error", temporary: true };
      this.say({ id, error: refusal ?? lost });
      return;
    }
    this.channels.add(channel);
    this.say({ id, subscribe: this.server.resume(channel, recover ? { epoch, offset } : null) });
  }

  private expiry(): object {
    return this.server.ttl === null ? {} : { expires: true, ttl: this.server.ttl };
  }
}
