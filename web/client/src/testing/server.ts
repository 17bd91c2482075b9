/**
 * A server in memory, for tests of the client and of apps that use it. It keeps balances and streams like the real one,
 * answers the routes a browser needs, speaks the Centrifuge protocol, and can be told to fail: refuse sockets, hold
 * answers back, lose, repeat or reorder pushes, start over from a backup, be away.
 */
import { parsePosition, printPosition } from "../book.js";
import { add, compare, negate, subtract } from "../decimal.js";
import type { Position } from "../model.js";
import type { Receipt } from "../seen.js";
import type {
  BalanceView,
  EventData,
  Me,
  NotificationInput,
  NotificationView,
  SnapshotData,
  TransactionView,
} from "../wire.js";
import { orAborted } from "./aborted.js";
import { eventOf } from "./events.js";
import { FakeNotices } from "./notices.js";
import { FakeSocket, type SocketServer } from "./socket.js";

/** An event-stream on which nothing happens says so this often, as the real server's does. */
const BEAT_MS = 15_000;

interface Stream {
  epoch: string;
  events: EventData[];
  /** Offset of the first event that is kept, less one. */
  trimmed: number;
}

interface Person {
  user: string;
  roles: string[];
  tokens: Set<string>;
}

export interface ChangeOptions {
  asset?: string;
  reason?: string;
  /** Put into the event, as for a command of the person's own. */
  key?: string;
  kind?: string;
}

export interface Resumed {
  recoverable: boolean;
  positioned: boolean;
  epoch: string;
  offset: number;
  was_recovering: boolean;
  recovered: boolean;
  publications: { data: EventData; offset: number }[];
  data?: SnapshotData;
}

/** A board: `mark` grows with each state. */
interface Shown {
  mark: number;
  state: unknown;
}

type Handler = (url: URL, init: RequestInit, person: Person | null) => Response | Promise<Response>;

/** The services that are reachable at the moment. */
export interface Reach {
  server: boolean;
  websocket: boolean;
  eventStream: boolean;
  longPoll: boolean;
  /** `GET /v1/streams/events`, which servers of earlier versions have not. */
  severalStreams: boolean;
}

export class FakeServer implements SocketServer {
  readonly reach: Reach = {
    server: true,
    websocket: true,
    eventStream: true,
    longPoll: true,
    severalStreams: true,
  };
  /** Requests as "GET /v1/me", in order. */
  readonly requests: string[] = [];
  /** Their whole addresses. */
  readonly addresses: string[] = [];
  readonly keys: string[] = [];
  readonly seen: Receipt[] = [];
  readonly sockets = new Set<FakeSocket>();
  /** Seconds a token lives; the client refreshes before. Null for ever. */
  ttl: number | null = null;
  tokensGiven = 0;
  /** The owner of the browser's cookie: `login` sets it, `logout` takes it away. */
  cookie: string | null = null;
  private readonly balances = new Map<string, BalanceView>();
  private readonly streams = new Map<string, Stream>();
  private readonly boards = new Map<string, Shown>();
  private readonly people = new Map<string, Person>();
  private readonly notices = new FakeNotices((stream, data) => this.publish(stream, data));
  private readonly results = new Map<string, TransactionView>();
  private readonly held = new Map<string, Promise<void>[]>();
  private readonly refusals = new Map<string, { status: number; code: string }[]>();
  private readonly answers = new Map<string, (() => Response)[]>();
  private readonly waiting = new Set<() => void>();
  private readonly ends = new Set<() => void>();
  /** Codes that the next subscriptions to `view:<user>` are refused with. */
  private readonly viewRefusals: { code: number; message: string; temporary?: boolean }[] = [];
  /** Says for how many turns of the event loop each answer about a view is held back. */
  viewTurns: () => number = () => 0;
  private withheld: (() => void)[] | null = null;
  private count = 0;

  constructor() {
    this.addUser("42", { CREDIT: "100" });
  }

  /** WebSocket constructor for the client's environment. */
  get WebSocket(): typeof WebSocket {
    const server = this;
    return class extends FakeSocket {
      constructor(url: string) {
        super(url, server);
      }
    } as unknown as typeof WebSocket;
  }

  addUser(user: string, balances: Record<string, string>, roles: string[] = []): void {
    this.people.set(user, { user, roles, tokens: new Set() });
    this.stream(`user:${user}`);
    for (const role of roles) this.stream(`role:${role}`);
    for (const [asset, balance] of Object.entries(balances)) {
      const account = `user:${user}`;
      const view = { account, asset, balance, available: balance, held: "0", version: 1, floor: "0" };
      this.balances.set(`${account} ${asset}`, { ...view, ceiling: null });
    }
  }

  /** A fresh token of a person. */
  token(user = "42"): string {
    const person = this.people.get(user);
    if (!person) throw new Error(`no user ${user}`);
    this.tokensGiven += 1;
    const token = `token-${user}-${this.tokensGiven}`;
    person.tokens.add(token);
    return token;
  }

  /** Makes all tokens of a person invalid. */
  revoke(user: string): void {
    this.people.get(user)?.tokens.clear();
  }

  /** Commits a change of a user's balance and pushes its event. */
  change(user: string, delta: string, options: ChangeOptions = {}): EventData {
    const { asset = "CREDIT", reason = "gift", key, kind = "post" } = options;
    const account = `user:${user}`;
    const before = this.balance(account, asset);
    const balance = add(before.balance, delta);
    const after = {
      ...before,
      balance,
      available: add(before.available, delta),
      version: before.version + 1,
    };
    this.balances.set(`${account} ${asset}`, after);
    this.count += 1;
    const { available, held, version } = after;
    const data = eventOf("balance_updated", {
      transaction: `transaction-${this.count}`,
      kind,
      reason,
      ...(key !== undefined && { key }),
      changes: [{ account, asset, delta, balance, available, held, version }],
    });
    this.publish(account, data);
    return data;
  }

  /** Notifies `user:42`, `role:partner` or `all`, and pushes the event. */
  notify(to: string, title: string, more: Partial<NotificationInput> = {}): NotificationView {
    return this.notices.send({ to, title, ...more });
  }

  /** Pushes what a program tells on a stream beside the money: "loan_updated" with the request, say. */
  tell(stream: string, type: string, data: unknown): void {
    this.publish(stream, eventOf(type, { data: data as Record<string, unknown> }));
  }

  balance(account: string, asset = "CREDIT"): BalanceView {
    const known = this.balances.get(`${account} ${asset}`);
    return known ?? { account, asset, balance: "0", available: "0", held: "0", version: 0, floor: "0" };
  }

  position(name: string): { epoch: string; offset: number } {
    const { epoch, events, trimmed } = this.stream(name);
    return { epoch, offset: trimmed + events.length };
  }

  /** Forgets old events: who is behind them gets a snapshot. */
  trim(name: string): void {
    const stream = this.stream(name);
    stream.trimmed += stream.events.length;
    stream.events = [];
  }

  /** The database was restored: `user` has an older balance again, under a new epoch. */
  restore(user: string, balance: string, version: number, asset = "CREDIT"): void {
    const account = `user:${user}`;
    const view = { ...this.balance(account, asset), balance, available: balance, version };
    this.balances.set(`${account} ${asset}`, view);
    const stream = this.stream(account);
    stream.epoch = `${stream.epoch}'`;
    stream.events = [];
    stream.trimmed = 0;
  }

  /** The server dies; nothing answers until `up`. */
  down(): void {
    this.reach.server = false;
    for (const socket of [...this.sockets]) socket.fail();
    for (const wake of [...this.waiting]) wake();
  }

  up(): void {
    this.reach.server = true;
  }

  /** Every socket is cut, and others may follow. */
  cut(code = 1006): void {
    for (const socket of [...this.sockets]) socket.fail(code);
  }

  /** Keeps pushes back; call the result to deliver them in the order it is given. */
  withhold(): (order?: number[]) => void {
    const pushes: (() => void)[] = [];
    this.withheld = pushes;
    return (order = pushes.map((_, index) => index)) => {
      this.withheld = null;
      for (const index of order) pushes[index]?.();
    };
  }

  /** The next answer to "GET /v1/me" (say) is made at once, but given only when the result is called. */
  holdNext(route: string): () => void {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.held.set(route, [...(this.held.get(route) ?? []), gate]);
    return release;
  }

  /** The next request of this route is refused; status 0 drops the connection after it took effect. */
  refuseNext(route: string, status: number, code: string): void {
    this.refusals.set(route, [...(this.refusals.get(route) ?? []), { status, code }]);
  }

  /** The next request of this route gets this answer, and has no effect. */
  answerNext(route: string, body: unknown, status = 200, headers: Record<string, string> = {}): void {
    this.answers.set(route, [
      ...(this.answers.get(route) ?? []),
      () => Response.json(body, { status, headers }),
    ]);
  }

  /** A board shows another state from now on. */
  show(name: string, state: unknown): void {
    this.boards.set(name, { mark: (this.boards.get(name)?.mark ?? 0) + 1, state });
    for (const socket of this.sockets) socket.show(name, state);
    for (const wake of [...this.waiting]) wake();
  }

  /** The next subscription to a view is refused so. */
  refuseView(code: number, message = "refused", temporary = false): void {
    this.viewRefusals.push({ code, message, ...(temporary && { temporary }) });
  }

  viewRefusal(): object | null {
    return this.viewRefusals.shift() ?? null;
  }

  /** Ends all event-streams in order, as their tokens' end does. */
  endStreams(): void {
    for (const end of [...this.ends]) end();
  }

  /** The number of readers that wait over plain HTTP: event-streams and long-polls. */
  get waitingRequests(): number {
    return this.waiting.size;
  }

  /** Takes back the refusals and answers that are still waiting. */
  clearFaults(): void {
    this.refusals.clear();
    this.answers.clear();
    this.viewRefusals.length = 0;
  }

  /** `fetch` for the client's environment. */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    const url = new URL(String(input), "http://groat.test");
    const route = `${init.method ?? "GET"} ${url.pathname}`;
    this.requests.push(route);
    this.addresses.push(url.href);
    if (!this.reach.server) throw new TypeError("connection refused");
    const headers = new Headers(init.headers);
    const person = this.authenticate((headers.get("authorization") ?? "").replace("Bearer ", ""));
    const refusal = this.refusals.get(route)?.shift();
    if (refusal && refusal.status > 0) return problem(refusal.status, refusal.code);
    const answer = this.answers.get(route)?.shift();
    if (answer) return answer();
    const response = await this.handler(url)(url, init, person);
    await orAborted(this.held.get(route)?.shift(), init.signal);
    if (refusal) throw new TypeError("connection reset");
    if (init.signal?.aborted) throw init.signal.reason;
    return response;
  };

  // Sockets

  connect(socket: FakeSocket): boolean {
    if (!this.reach.server || !this.reach.websocket) return false;
    this.sockets.add(socket);
    return true;
  }

  disconnect(socket: FakeSocket): void {
    this.sockets.delete(socket);
  }

  authenticate(token: string): Person | null {
    for (const person of this.people.values()) if (person.tokens.has(token)) return person;
    return null;
  }

  channelsOf({ user, roles }: Person): string[] {
    return [`user:${user}`, ...roles.map((role) => `role:${role}`), "role:all"];
  }

  /** The start of a subscription: recovered publications, or a snapshot. */
  resume(channel: string, from: Position | null): Resumed {
    const shown = this.boards.get(channel);
    if (shown) return boardOf(shown, from);
    const name = channel.replace(/^view:/, "user:");
    const { epoch, events, trimmed } = this.stream(name);
    const { offset } = this.position(name);
    const common = { recoverable: true, positioned: true, epoch, offset };
    if (from && from.epoch === epoch && from.offset >= trimmed && from.offset <= offset) {
      const publications = events
        .slice(from.offset - trimmed)
        .map((data, index) => ({ data, offset: from.offset + index + 1 }));
      return { ...common, was_recovering: true, recovered: true, publications };
    }
    return {
      ...common,
      was_recovering: from !== null,
      recovered: false,
      publications: [],
      data: this.snapshot(name),
    };
  }

  private publish(name: string, data: EventData): void {
    const stream = this.stream(name);
    stream.events.push(data);
    const { offset } = this.position(name);
    const push = () => {
      for (const socket of this.sockets) socket.push(name, offset, data);
    };
    if (this.withheld) this.withheld.push(push);
    else push();
    for (const wake of [...this.waiting]) wake();
  }

  private stream(name: string): Stream {
    const known = this.streams.get(name);
    if (known) return known;
    const stream = { epoch: "e1", events: [], trimmed: 0 };
    this.streams.set(name, stream);
    return stream;
  }

  private snapshot(name: string): SnapshotData {
    const balances = [...this.balances.values()].filter(({ account }) => account === name);
    const notifications = this.notices.snapshot(name);
    const user = name.startsWith("user:") ? { user: name.slice("user:".length) } : {};
    return { ...user, balances, as_of: new Date().toISOString(), ...(notifications && { notifications }) };
  }

  // Routes

  private handler(url: URL): Handler {
    if (url.pathname === "/v1/auth/login") return (_, init) => this.login(init);
    if (url.pathname === "/v1/auth/token") return () => this.signedIn(this.cookie);
    if (url.pathname === "/v1/auth/logout") return () => this.logout();
    if (url.pathname === "/v1/me") return signedIn((_, init, person) => this.me(init, person));
    const about = /^\/v1\/notifications(?:\/(read|preferences))?$/.exec(url.pathname);
    if (about) return signedIn((at, init, person) => this.answerOf(about[1], at, init, person));
    const action = /^\/v1\/actions\/(\w+)$/.exec(url.pathname);
    if (action) return signedIn((_, init, person) => this.act(init, person));
    if (url.pathname === "/v1/streams/events" && this.reach.severalStreams) {
      return signedIn((at, init, person) => this.manyEvents(at, init, person));
    }
    const events = /^\/v1\/streams\/([^/]+)\/events$/.exec(url.pathname);
    if (events) {
      const name = decodeURIComponent(events[1] ?? "");
      return signedIn((at, init) => this.events(name, at, init));
    }
    const entries = /^\/v1\/accounts\/([^/]+)\/entries$/.exec(url.pathname);
    if (entries) {
      const account = decodeURIComponent(entries[1] ?? "");
      return signedIn((at) => this.entries(account, at));
    }
    return () => problem(404, "not_found");
  }

  private login(init: RequestInit): Response {
    const { user = "" } = JSON.parse(String(init.body)) as { user?: string };
    if (!this.people.has(user)) return problem(401, "login_failed");
    this.cookie = user;
    return this.signedIn(user);
  }

  private logout(): Response {
    this.cookie = null;
    return new Response(null, { status: 204 });
  }

  private signedIn(user: string | null): Response {
    const roles = user === null ? undefined : this.people.get(user)?.roles;
    if (user === null || !roles) return problem(401, "session_invalid");
    return Response.json({ token: this.token(user), expires_at: "2100-01-01T00:00:00Z", user, roles });
  }

  private me(init: RequestInit, person: Person): Response {
    const { user, roles } = person;
    const etag = `"${printPosition(this.position(`user:${user}`))}"`;
    if (new Headers(init.headers).get("if-none-match") === etag) return new Response(null, { status: 304 });
    const positions = Object.fromEntries(
      this.channelsOf(person).map((name) => [name, printPosition(this.position(name))]),
    );
    const { balances } = this.snapshot(`user:${user}`);
    const me: Me = { user, principal: `user:${user}`, name: `User ${user}`, roles, balances, positions };
    return Response.json(me, { headers: { etag } });
  }

  private answerOf(what: string | undefined, url: URL, init: RequestInit, person: Person): Response {
    const [reader = "", ...rooms] = this.channelsOf(person);
    const body = init.body ? JSON.parse(String(init.body)) : null;
    if (what === undefined) {
      if (body) return Response.json(this.notices.send(body), { status: 201 });
      return Response.json(this.notices.page(reader, [reader, ...rooms], url.searchParams));
    }
    if (what === "read") {
      const read = this.notices.read(reader, [reader, ...rooms], body);
      return Response.json({ ...read, positions: { [reader]: printPosition(this.position(reader)) } });
    }
    return Response.json(body ? this.notices.prefer(reader, body.ways) : this.notices.preferences(reader));
  }

  private act(init: RequestInit, { user }: Person): Response {
    const key = new Headers(init.headers).get("idempotency-key") ?? "";
    this.keys.push(key);
    const said = `${user} ${key}`;
    const known = this.results.get(said);
    if (known) return Response.json({ ...known, replayed: true });
    const { amount, asset = "CREDIT", reason = "" } = JSON.parse(String(init.body));
    const account = `user:${user}`;
    if (compare(subtract(this.balance(account, asset).balance, amount), "0") < 0) {
      return problem(422, "insufficient_funds");
    }
    const { transaction, at } = this.change(user, negate(amount), { asset, reason, key });
    const view: TransactionView = {
      id: transaction,
      kind: "post",
      postings: [{ source: account, destination: "house:sales", amount, asset }],
      reason,
      metadata: {},
      actor: account,
      principal: account,
      key,
      at,
      recorded_at: at,
      reverses: null,
      cause: null,
      hold: null,
      balances: [this.balance(account, asset)],
      positions: { [account]: printPosition(this.position(account)) },
      replayed: false,
    };
    this.results.set(said, view);
    return Response.json(view, { status: 201 });
  }

  private async events(name: string, url: URL, init: RequestInit): Promise<Response> {
    const position = parsePosition(url.searchParams.get("after") ?? "");
    const at = new Map([[name, position]]);
    if (wantsEventStream(init)) {
      return this.eventStream(at, init.signal ?? null, ({ resumed }) => {
        const reset = resumed.data
          ? `id: ${printPosition(resumed)}\nevent: reset\ndata: ${JSON.stringify(resumed.data)}\n\n`
          : "";
        return resumed.publications.reduce((text, { data, offset }) => {
          const id = printPosition({ epoch: resumed.epoch, offset });
          return `${text}id: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
        }, reset);
      });
    }
    const told = await this.poll(at, url, init);
    if (told instanceof Response) return told;
    return Response.json(pageOf(told[0]?.resumed ?? this.resume(name, at.get(name) ?? null)));
  }

  private async manyEvents(url: URL, init: RequestInit, person: Person): Promise<Response> {
    const own = this.channelsOf(person);
    const streams = url.searchParams.get("streams")?.split(",") ?? own;
    const staff = person.roles.some((role) => role === "admin" || role === "support");
    const missing = streams.find((name) => name.startsWith("board:") && !this.boards.has(name));
    if (missing !== undefined) return problem(404, "board_not_found", { stream: missing });
    const foreign = streams.find((name) => !own.includes(name) && !(staff && /^(user|board):/.test(name)));
    if (foreign !== undefined) return problem(403, "forbidden", { stream: foreign });
    const header = new Headers(init.headers).get("last-event-id");
    const after = header ?? url.searchParams.get("after") ?? "";
    const positions = new Map(
      after.split(",").map((part): [string, Position | null] => {
        const [name = "", position = ""] = part.split("=");
        return [name, parsePosition(position)];
      }),
    );
    const at = new Map(streams.map((name) => [name, positions.get(name) ?? null]));
    const vector = () =>
      [...at]
        .map(([name, position]) => `${name}=${printPosition(position ?? this.position(name))}`)
        .join(",");
    if (wantsEventStream(init)) {
      return this.eventStream(at, init.signal ?? null, ({ name, resumed }) => {
        const page = JSON.stringify({ stream: name, ...pageOf(resumed) });
        return `id: ${vector()}\ndata: ${page}\n\n`;
      });
    }
    const told = await this.poll(at, url, init);
    if (told instanceof Response) return told;
    const pages = told.map(({ name, resumed }) => ({ stream: name, ...pageOf(resumed) }));
    return Response.json({ pages, position: vector() });
  }

  /** The streams with news, whose positions move on; after a while at most. */
  private async poll(
    at: Map<string, Position | null>,
    url: URL,
    init: RequestInit,
  ): Promise<Told[] | Response> {
    const wait = Number(url.searchParams.get("wait") ?? 0);
    // A proxy that cuts long requests lets the short ones through.
    if (wait > 0 && !this.reach.longPoll) return problem(504, "gateway_timeout");
    const told = this.news(at);
    if (told.length > 0 || wait === 0) return told;
    await this.anything(wait * 1_000, init.signal ?? null);
    if (!this.reach.server) throw new TypeError("connection reset");
    return this.news(at);
  }

  private news(at: Map<string, Position | null>): Told[] {
    return [...at].flatMap(([name, position]) => {
      const resumed = this.resume(name, position);
      at.set(name, { epoch: resumed.epoch, offset: resumed.offset });
      return resumed.data || resumed.publications.length > 0 ? [{ name, resumed }] : [];
    });
  }

  private eventStream(
    at: Map<string, Position | null>,
    signal: AbortSignal | null,
    write: (told: Told) => string,
  ): Response {
    if (!this.reach.eventStream) return problem(502, "bad_gateway");
    const encoder = new TextEncoder();
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const say = (text: string) => controller.enqueue(encoder.encode(text));
        const tell = () => {
          for (const told of this.news(at)) say(write(told));
        };
        const wake = () => {
          if (this.reach.server && this.reach.eventStream) return tell();
          end();
          controller.error(new TypeError("connection reset"));
        };
        const close = () => {
          end();
          controller.close();
        };
        const beat = setInterval(() => say(": still here\n\n"), BEAT_MS);
        end = () => {
          clearInterval(beat);
          this.waiting.delete(wake);
          this.ends.delete(close);
        };
        this.waiting.add(wake);
        this.ends.add(close);
        signal?.addEventListener("abort", () => {
          end();
          controller.error(signal.reason);
        });
        say(": hello\n\n");
        tell();
      },
      cancel: () => {
        end();
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  /** Waits for an event, for at most so long. */
  private anything(ms: number, signal: AbortSignal | null): Promise<void> {
    let wake = () => {};
    const news = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const timer = setTimeout(wake, ms);
    this.waiting.add(wake);
    return orAborted(news, signal).finally(() => {
      clearTimeout(timer);
      this.waiting.delete(wake);
    });
  }

  /** History in pages of two, so that paging is met in tests. */
  private entries(account: string, url: URL): Response {
    const asset = url.searchParams.get("asset") ?? "";
    const before = Number(url.searchParams.get("cursor") ?? Number.MAX_SAFE_INTEGER);
    const all = this.stream(account)
      .events.flatMap((data) => (data.changes ?? []).map((change) => ({ ...data, ...change })))
      .filter((entry) => entry.asset === asset && entry.version < before)
      .reverse();
    const items = all.slice(0, 2).map(({ changes: _, type: __, ...entry }) => entry);
    return Response.json({ items, cursor: all.length > 2 ? String(items.at(-1)?.version) : null });
  }
}

/** A stream with news, and what they are. */
interface Told {
  name: string;
  resumed: Resumed;
}

function boardOf({ mark, state }: Shown, from: Position | null): Resumed {
  const epoch = String(mark);
  const known = from?.epoch === epoch;
  return {
    recoverable: false,
    positioned: false,
    epoch,
    offset: 0,
    was_recovering: false,
    recovered: false,
    publications: [],
    ...(!known && { data: state as SnapshotData }),
  };
}

function pageOf(resumed: Resumed): object {
  const events = resumed.publications.map(({ data, offset }) => ({ ...data, offset }));
  const reset = resumed.data && { reset: { snapshot: resumed.data } };
  return { events, position: printPosition(resumed), ...reset };
}

function wantsEventStream(init: RequestInit): boolean {
  return (new Headers(init.headers).get("accept") ?? "").includes("event-stream");
}

function problem(status: number, code: string, more: Record<string, unknown> = {}): Response {
  return Response.json({ type: `urn:groat:${code}`, title: code, status, code, ...more }, { status });
}

function signedIn(
  handler: (url: URL, init: RequestInit, person: Person) => Response | Promise<Response>,
): Handler {
  return (url, init, person) => (person ? handler(url, init, person) : problem(401, "token_invalid"));
}
