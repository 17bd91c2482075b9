/**
 * The lines over plain HTTP: event-stream, long-poll, poll. Stateless on the server, so each asks from a position. All streams
 * of a reader share one request, for a browser opens only six connections to a server that speaks HTTP/1.1.
 */
import { parsePosition } from "./book.js";
import { type Environment, sleep } from "./environment.js";
import { GroatError } from "./errors.js";
import type { Http, RequestOptions } from "./http.js";
import type { Line, Sink } from "./line.js";
import { Watchdog } from "./watchdog.js";
import type { EventData, Me, SnapshotData, StreamPage, StreamPages } from "./wire.js";

/** The lines' interface to the client. */
export interface LineHost extends Sink {
  /** Streams to follow, with the position of each; "" where the snapshot is wanted first. */
  positions(): Readonly<Record<string, string>>;
  /** The server does not let this stream be followed. True when the others can go on without it. */
  refused(stream: string, error: GroatError): boolean;
  me(me: Me): void;
  /** The values were checked and are still right. */
  confirmed(): void;
}

/** Headers must come within this time, and then something (an event or a comment) at least every so often. */
const HEADERS_MS_MAX = 8_000;
const FIRST_BYTES_MS_MAX = 5_000;
const SILENCE_MS_MAX = 45_000;
const WAIT_S = 25;
export const POLL_MS = 30_000;

const ALL_STREAMS = "/v1/streams/events";
const streamPath = (stream: string) => `/v1/streams/${encodeURIComponent(stream)}/events`;

/** The route for several streams at once, which a server of an earlier version has not. */
export class Door {
  missing = false;

  /** Runs a line over it; over single streams where there is none. */
  async through(all: () => Promise<void>, each: () => Promise<void>): Promise<void> {
    if (!this.missing) {
      try {
        return await all();
      } catch (error) {
        if (!(error instanceof GroatError) || ![404, 405].includes(error.status)) throw error;
        this.missing = true;
      }
    }
    return each();
  }
}

/** One request: the names of the streams on the wire, the vector, and the name of each stream here. */
function ask(host: LineHost): { streams: string; after: string | undefined; names: Map<string, string> } {
  const names = new Map<string, string>();
  const after: string[] = [];
  for (const [name, position] of Object.entries(host.positions())) {
    const stream = name.replace(/^view:/, "user:");
    names.set(stream, name);
    if (position) after.push(`${stream}=${position}`);
  }
  return { streams: [...names.keys()].join(","), after: after.join(",") || undefined, names };
}

/** Takes the pages of several streams in. */
function takePages(host: LineHost, names: Map<string, string>, pages: StreamPages["pages"]): void {
  for (const { stream, ...page } of pages) {
    const name = names.get(stream);
    if (name !== undefined) takePage(host, name, page);
  }
}

/** Asks until no stream is refused that the others can go without. Throws GroatError. */
async function askAll(
  http: Http,
  host: LineHost,
  how: (asked: ReturnType<typeof ask>) => RequestOptions,
): Promise<{ response: Response; names: Map<string, string> }> {
  for (;;) {
    const asked = ask(host);
    const response = await http.send(ALL_STREAMS, how(asked));
    if (response.ok) return { response, names: asked.names };
    const error = GroatError.fromProblem(response.status, await response.json().catch(() => null));
    const name = asked.names.get(String(error.fields.stream));
    if (![400, 403, 404].includes(response.status) || name === undefined || !host.refused(name, error))
      throw error;
  }
}

/** Runs one loop per stream; the first that breaks ends all. */
async function together(host: LineHost, signal: AbortSignal, loop: Loop): Promise<void> {
  const all = new AbortController();
  const end = () => all.abort(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  try {
    await Promise.all(Object.keys(host.positions()).map((stream) => loop(stream, all.signal)));
  } finally {
    signal.removeEventListener("abort", end);
    all.abort();
  }
}

type Loop = (stream: string, signal: AbortSignal) => Promise<void>;

/** Takes one page of events in, in order. Returns the position after it. */
export function takePage(sink: Sink, stream: string, page: StreamPage): string {
  const position = parsePosition(page.position);
  if (!position) throw new GroatError("bad_answer", `not a position: ${page.position}`);
  if (page.reset) {
    const first = page.events[0];
    // The snapshot stands where the events that come with it begin.
    const offset = first ? first.offset - 1 : position.offset;
    sink.snapshot(stream, { epoch: position.epoch, offset }, page.reset.snapshot, true);
  }
  for (const { offset, ...data } of page.events) sink.event(stream, position.epoch, offset, data);
  return page.position;
}

export class EventStreamLine implements Line {
  readonly name = "event-stream";

  constructor(
    private readonly http: Http,
    private readonly host: LineHost,
    private readonly door: Door,
  ) {}

  run(signal: AbortSignal, opened: () => void): Promise<void> {
    return this.door.through(
      () => this.followAll(signal, opened),
      () => together(this.host, signal, (stream, all) => this.follow(stream, all, opened)),
    );
  }

  private async followAll(signal: AbortSignal, opened: () => void): Promise<void> {
    const watchdog = new Watchdog(signal);
    watchdog.within(HEADERS_MS_MAX);
    try {
      const { response, names } = await askAll(this.http, this.host, ({ streams, after }) => ({
        headers: { Accept: "text/event-stream", ...(after && { "Last-Event-ID": after }) },
        query: { streams },
        signal: watchdog.signal,
      }));
      await this.read(response, watchdog, opened, ({ data }) => {
        if (data !== "") takePages(this.host, names, [JSON.parse(data) as StreamPages["pages"][number]]);
      });
    } finally {
      watchdog.stop();
    }
  }

  private async follow(stream: string, signal: AbortSignal, opened: () => void): Promise<void> {
    const watchdog = new Watchdog(signal);
    const after = this.host.positions()[stream] || undefined;
    watchdog.within(HEADERS_MS_MAX);
    try {
      const response = await this.http.send(streamPath(stream), {
        headers: { Accept: "text/event-stream", ...(after && { "Last-Event-ID": after }) },
        query: { after },
        signal: watchdog.signal,
      });
      if (!response.ok) throw GroatError.fromProblem(response.status, null);
      await this.read(response, watchdog, opened, (event) => this.take(stream, event));
      // The others of several streams would go on without this one.
      throw new GroatError("network", "The event-stream ended.");
    } finally {
      watchdog.stop();
    }
  }

  private async read(
    response: Response,
    watchdog: Watchdog,
    opened: () => void,
    take: (event: ServerSentEvent) => void,
  ): Promise<void> {
    if (!response.body) throw new GroatError("bad_answer", "The event-stream has no body.");
    // A proxy that buffers shows itself by silence: the server greets at once.
    watchdog.within(FIRST_BYTES_MS_MAX);
    const parser = new EventStreamParser(take);
    for await (const text of readText(response.body)) {
      watchdog.within(SILENCE_MS_MAX);
      opened();
      this.host.confirmed();
      parser.push(text);
    }
  }

  private take(stream: string, { id, event, data }: ServerSentEvent): void {
    const position = parsePosition(id);
    if (!position || data === "") return;
    if (event === "reset") {
      const body = JSON.parse(data) as SnapshotData | { snapshot: SnapshotData };
      this.host.snapshot(stream, position, "snapshot" in body ? body.snapshot : body, true);
    } else {
      this.host.event(stream, position.epoch, position.offset, JSON.parse(data) as EventData);
    }
  }
}

export class LongPollLine implements Line {
  readonly name = "long-poll";

  constructor(
    private readonly http: Http,
    private readonly host: LineHost,
    private readonly door: Door,
  ) {}

  run(signal: AbortSignal, opened: () => void): Promise<void> {
    return this.door.through(
      () =>
        this.turns(signal, async (wait, within) => {
          const { response, names } = await askAll(this.http, this.host, ({ streams, after }) => ({
            headers: after ? { "Last-Event-ID": after } : {},
            query: { streams, wait },
            signal: within,
          }));
          const { pages } = (await response.json()) as StreamPages;
          signal.throwIfAborted();
          opened();
          this.host.confirmed();
          takePages(this.host, names, pages);
        }),
      () =>
        together(this.host, signal, (stream, all) =>
          this.turns(all, async (wait, within) => {
            const query = { after: this.host.positions()[stream] || undefined, wait };
            const response = await this.http.send(streamPath(stream), { query, signal: within });
            if (!response.ok) throw GroatError.fromProblem(response.status, null);
            const page = (await response.json()) as StreamPage;
            all.throwIfAborted();
            opened();
            this.host.confirmed();
            takePage(this.host, stream, page);
          }),
        ),
    );
  }

  private async turns(
    signal: AbortSignal,
    turn: (wait: number, within: AbortSignal) => Promise<void>,
  ): Promise<never> {
    const watchdog = new Watchdog(signal);
    try {
      for (let wait = 0; ; wait = WAIT_S) {
        watchdog.within(HEADERS_MS_MAX + wait * 1_000);
        await turn(wait, watchdog.signal);
      }
    } finally {
      watchdog.stop();
    }
  }
}

export class PollLine implements Line {
  readonly name = "poll";

  constructor(
    private readonly http: Http,
    private readonly host: LineHost,
    private readonly environment: Environment,
  ) {}

  /** `opened` is called after each good answer. */
  async run(signal: AbortSignal, opened: () => void): Promise<void> {
    const watchdog = new Watchdog(signal);
    let etag: string | null = null;
    try {
      for (;;) {
        watchdog.within(HEADERS_MS_MAX);
        const response = await this.http.send("/v1/me", {
          headers: etag ? { "If-None-Match": etag } : {},
          signal: watchdog.signal,
        });
        if (response.status !== 304) {
          if (!response.ok) throw GroatError.fromProblem(response.status, null);
          const me = (await response.json()) as Me;
          signal.throwIfAborted();
          etag = response.headers.get("etag");
          this.host.me(me);
        }
        watchdog.stop();
        this.host.confirmed();
        opened();
        await sleep(POLL_MS * (0.9 + this.environment.random() * 0.2), signal);
      }
    } finally {
      watchdog.stop();
    }
  }
}

interface ServerSentEvent {
  id: string;
  event: string;
  data: string;
}

/** The format of the HTML standard, as far as a server of events needs it: id, event, data, comments. */
export class EventStreamParser {
  private rest = "";
  private id = "";
  private event = "";
  private data: string[] = [];

  constructor(private readonly emit: (event: ServerSentEvent) => void) {}

  push(text: string): void {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.line(line);
  }

  private line(line: string): void {
    if (line === "") {
      if (this.data.length > 0) this.emit({ id: this.id, event: this.event, data: this.data.join("\n") });
      this.event = "";
      this.data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "id") this.id = value;
    else if (field === "event") this.event = value;
    else if (field === "data") this.data.push(value);
  }
}

async function* readText(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    // Nobody reads on; that an aborted stream cannot be cancelled once more is no news.
    reader.cancel().catch(() => undefined);
  }
}
