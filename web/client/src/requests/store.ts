/** The requests that this page shows, read once for all who show them, and kept right by what the streams tell. */
import type { Api } from "../api.js";
import { GroatError } from "../errors.js";
import type { Change, GroatState } from "../model.js";
import type { RequestFilter } from "../types.js";
import type { KindView, RequestPage, RequestView, TransitionView } from "../wire.js";
import type { WriteTold } from "../writes.js";
import { RequestList } from "./list.js";
import { requestsTold, type ToldRequest } from "./news.js";
import { OneRequest, RequestHistory, Waiting } from "./one.js";
import type { Reading, ReadingHost } from "./reading.js";

/** What the store needs of the client. */
export interface RequestsHost {
  getState(): GroatState;
  subscribe<T>(select: (state: GroatState) => T, listener: (value: T) => void): () => void;
  onChange(listener: (change: Change) => void): () => void;
  readonly api: Api;
  write<Result>(
    what: readonly unknown[],
    send: (key: string, api: Api) => Promise<Result>,
    told?: WriteTold,
  ): Promise<Result>;
}

/** News that come within this time are shown together (ms). */
const TOGETHER_MS = 16;
/** Declarations of kinds are asked for again after this time (ms). */
const KINDS_MS = 300_000;
/** So many readings stay known though nobody looks at them. */
const UNSEEN_MAX = 50;

export class Requests {
  private readonly host: ReadingHost;
  private readonly readings = new Map<string, Reading<unknown>>();
  private gathered: ToldRequest[] = [];
  private together: ReturnType<typeof setTimeout> | undefined;
  private listening = false;
  private declared: { items: Promise<readonly KindView[]>; at: number } | null = null;
  private known: readonly KindView[] = [];

  constructor(
    private readonly groat: RequestsHost,
    clock: () => number,
  ) {
    this.host = {
      ready: () => groat.getState().phase === "ready",
      paused: () => groat.getState().paused,
      clock,
      kind: (name) => this.known.find((kind) => kind.name === name),
      looked: (reading) => {
        this.readings.set(reading.name, reading);
        this.listen();
      },
    };
  }

  /** Requests by a filter, one's own or (staff) anybody's; `limit` per page. */
  list(filter: RequestFilter = {}, { limit = 50 }: { limit?: number } = {}): RequestList {
    const page = (cursor: string | null): Promise<RequestPage> =>
      this.groat.api.requests(filter, { cursor, limit });
    return this.reading(["list", filter, limit], (name) => new RequestList(this.host, name, filter, page));
  }

  /** One request with the newest steps of its history. */
  one(kind: string, id: string): OneRequest {
    const find = () => this.groat.api.findRequest(kind, id);
    return this.reading(["one", kind, id], (name) => new OneRequest(this.host, name, id, find));
  }

  /** The whole history of a request, the newest step first: nothing before `loadMore` is called, then kept right. */
  history(kind: string, id: string, { limit = 50 }: { limit?: number } = {}): RequestHistory {
    const page = (cursor: string | null) => this.groat.api.requestHistory(kind, id, { cursor, limit });
    return this.reading(
      ["history", kind, id, limit],
      (name) => new RequestHistory(this.host, name, id, page),
    );
  }

  /** How many requests of each kind wait for a decision (staff). */
  waiting(): Waiting {
    const count = async () => (await this.groat.api.requests({ waits: true }, { limit: 1 })).waiting ?? {};
    return this.reading(["waiting"], (name) => new Waiting(this.host, name, count));
  }

  /** The kinds that this server's programs declare, asked for once in five minutes. Throws GroatError. */
  kinds(): Promise<readonly KindView[]> {
    const now = this.host.clock();
    if (this.declared && now - this.declared.at < KINDS_MS) return this.declared.items;
    const items = this.groat.api.kinds().then((answer) => {
      this.known = answer.items;
      return answer.items;
    });
    const declared = { items, at: now };
    this.declared = declared;
    items.catch(() => {
      if (this.declared === declared) this.declared = null;
    });
    return items;
  }

  /**
   * Files a request for oneself, or (staff) for `user` or another `owner`. It keeps its key until its verdict, with a `title` after a reload too. What is on
   * screen of the kind is right when this resolves. Throws GroatError.
   */
  readonly file = async (
    kind: string,
    data: Record<string, unknown>,
    {
      user,
      owner,
      title = "",
    }: { user?: string | undefined; owner?: string | undefined; title?: string } = {},
  ): Promise<RequestView> => {
    const request = await this.groat.write(
      ["file", kind, user ?? owner, data],
      (key, api) => api.fileRequest(kind, data, { key, ...(user && { user }), ...(owner && { owner }) }),
      { title },
    );
    const news = this.takeIn(request);
    const lists = [...this.readings.values()].filter(
      (one) => one instanceof RequestList && one.looked && one.concerns(news, one.get().value),
    );
    await Promise.all(lists.map((one) => one.now(true)));
    return request;
  };

  /**
   * Takes a transition of a request as it was read. It keeps its key until its verdict, with a `title` after a reload too. Throws
   * GroatError; `done_before` where the answer that was lost has come, but more has happened since.
   */
  readonly take = async (
    request: Pick<RequestView, "kind" | "id" | "version">,
    transition: Pick<TransitionView, "name"> & Partial<Pick<TransitionView, "decides">>,
    input: Record<string, unknown> = {},
    { title = "" }: { title?: string } = {},
  ): Promise<RequestView> => {
    const { kind, id, version } = request;
    try {
      // Its version does not count: that is what changes when the answer to a step that was taken is lost.
      const after = await this.groat.write(
        ["take", kind, id, transition.name, input],
        (key, api) =>
          api.takeTransition(kind, id, transition.name, input, {
            key,
            // A decision is on what was read: what has changed since is read again first.
            ...(transition.decides ? { version } : {}),
          }),
        { title },
      );
      this.takeIn(after);
      if (after.replayed && after.version < version) throw new GroatError("done_before", DONE_BEFORE);
      return after;
    } catch (error) {
      for (const one of this.readings.values()) {
        if ((one instanceof OneRequest || one instanceof RequestHistory) && one.id === id) one.soon();
      }
      throw error;
    }
  };

  /** Asks again for all that somebody looks at. */
  refresh(): void {
    for (const one of this.readings.values()) one.soon();
  }

  /** Puts the answer to a write into all that is on screen; what it does not say is asked for. */
  private takeIn(request: RequestView): ToldRequest {
    const { id, kind, version } = request;
    const news: ToldRequest = { from: "owner", id, kind, version, request };
    this.spread([news]);
    this.one(kind, id).give(request);
    return news;
  }

  private spread(news: readonly ToldRequest[]): void {
    for (const one of this.readings.values()) one.hear(news);
  }

  private reading<One extends { name: string }>(of: readonly unknown[], make: (name: string) => One): One {
    const name = JSON.stringify(of);
    const known = this.readings.get(name);
    if (known) return known as unknown as One;
    const made = make(name);
    const unseen = [...this.readings.values()].filter(({ looked }) => !looked);
    for (const one of unseen.slice(0, -UNSEEN_MAX)) this.readings.delete(one.name);
    this.readings.set(name, made as unknown as Reading<unknown>);
    return made;
  }

  /** Hears the streams from the first time that somebody looks at requests. */
  private listen(): void {
    if (this.listening) return;
    this.listening = true;
    const { groat } = this;
    groat.onChange((change) => {
      if (change.type !== "event") return;
      const { items, more } = requestsTold(change.event);
      this.gathered.push(...items);
      if (more) this.refresh();
      if (items.length > 0) this.together ??= setTimeout(() => this.flush(), TOGETHER_MS);
    });
    groat.subscribe(
      (state) => state.session,
      () => {
        this.gathered = [];
        this.declared = null;
        for (const one of this.readings.values()) one.reset();
        this.begin();
      },
    );
    groat.subscribe(
      (state) => state.phase === "ready",
      (ready) => ready && this.begin(),
    );
    groat.subscribe(
      (state) => state.paused,
      (paused) => {
        if (paused) return;
        this.flush();
        for (const one of this.readings.values()) one.catchUp();
      },
    );
    // After a break some news may never come: a stream far behind begins anew.
    groat.subscribe(
      (state) => state.status.state === "live",
      (live) => live && this.refresh(),
    );
    this.begin();
  }

  private begin(): void {
    if (!this.host.ready()) return;
    // Without declarations, what one may do now is known a moment later.
    this.kinds().catch(() => undefined);
    for (const one of this.readings.values()) one.begin();
  }

  /** While live is paused the news wait. */
  private flush(): void {
    this.together = undefined;
    if (this.host.paused() || this.gathered.length === 0) return;
    const news = this.gathered;
    this.gathered = [];
    this.spread(news);
  }
}

const DONE_BEFORE = "That was done before, and more has happened since. To do it once more, press again.";
