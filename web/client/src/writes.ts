/**
 * Writes under idempotency keys. A write keeps its key until the server has given its verdict, accepted or refused, wherever and however
 * often it is sent. Those with a title outlive the page: they are stored with their key, their content and their author.
 */
import { type Api, createApi } from "./api.js";
import { type Environment, randomId } from "./environment.js";
import { GroatError, isUnsettled } from "./errors.js";
import type { RequestOptions } from "./http.js";
import type { OpenWrite } from "./model.js";
import type { Session } from "./session.js";

export interface WriteTold {
  /** For people: "Transfer: 25.00 USD". With it the write outlives the page, and is in `state.unconfirmed` while its outcome is open. */
  title?: string;
  /** Does what `send` says in another way, under the same key. */
  by?: (key: string) => Promise<unknown>;
}

/** A write as it goes to the server. */
interface Sent {
  path: string;
  method: string;
  body: unknown;
  query: RequestOptions["query"];
}

interface Kept extends OpenWrite {
  /** The write and its whole content. */
  text: string;
  /** The author; it goes out under nobody else's name. */
  user: string;
  /** Null where it is known to its page only. */
  sent: Sent | null;
  /** The tab that sent it. */
  tab: string;
}

/** The content of an item for a moment before it goes, when its person's writes are no longer kept in this browser. */
const FORGOTTEN = "forgotten";
/** So many may be open at once; beyond that the one tried the longest ago is forgotten. */
const OPEN_MAX = 100;
/** A write is repeated for half a minute: what another tab sent before that is not under way any more. */
const ELSEWHERE_MS = 60_000;

export class Writes {
  private readonly prefix: string;
  private kept: readonly Kept[] = [];
  private shown: readonly OpenWrite[] = [];
  /** Sent from this page and not answered yet, by key: how many times. */
  private readonly underWay = new Map<string, number>();
  private looking: ReturnType<typeof setTimeout> | undefined;
  /** The person whose writes are shown and sent; null for nobody. */
  private user: string | null = null;

  constructor(
    base: string,
    private readonly environment: Environment,
    /** Those that are open are others now. */
    private readonly changed: () => void,
  ) {
    // Each write has an item of its own: tabs that write at the same time do not overwrite each other's.
    this.prefix = `groat:write${base && ` ${base}`}:`;
  }

  /** The person's writes that wait for somebody to send them again, the latest last. */
  get open(): readonly OpenWrite[] {
    return this.shown;
  }

  /** Takes in what is stored, and hears the other tabs from now on. */
  start(): void {
    this.environment.window?.addEventListener("storage", this.heard);
    const known = new Set(this.kept.map(({ key }) => key));
    const stored = this.environment
      .names(this.prefix)
      .flatMap((name) => parsed(this.environment.recall(name)) ?? [])
      .filter(({ key }) => !known.has(key));
    this.kept = [...stored, ...this.kept].sort((a, b) => a.at - b.at);
    this.publish();
  }

  stop(): void {
    this.environment.window?.removeEventListener("storage", this.heard);
    clearTimeout(this.looking);
  }

  /**
   * Names who is signed in. Of what others left open only the key stays, and only in this page: they may come back, and have paid
   * already. Signing out drops none, for a person may sign in again.
   */
  identify(user: string | null): void {
    this.user = user;
    const others = this.kept.filter((one) => user !== null && one.user !== user && one.title !== "");
    this.kept = this.kept.map((one) => (others.includes(one) ? { ...one, title: "" } : one));
    for (const { key } of others) {
      this.environment.keep(this.prefix + key, FORGOTTEN);
      this.environment.forget(this.prefix + key);
    }
    this.publish();
  }

  /** Sends a write, or the one with this content that is open, as it was. Throws what `send` throws, and `session_ended`. */
  async send<Result>(
    session: Session,
    api: Api,
    what: readonly unknown[],
    send: (key: string, api: Api) => Promise<Result>,
    { title = "", by }: WriteTold,
  ): Promise<Result> {
    const text = JSON.stringify(what);
    const user = session.user ?? "";
    const known = this.kept.find((one) => one.text === text && one.user === user);
    const key = known?.key ?? randomId();
    const now = title ? await sentBy((noting) => send(key, noting)) : null;
    // A repeated write says what the first one said, though what stands on the screen (a version) has changed since.
    const sent = known?.sent ?? now;
    const changed = JSON.stringify(sent) !== JSON.stringify(now);
    const act = (): Promise<unknown> => {
      if (sent && changed) return carryOut(api, key, sent);
      return by ? by(key) : send(key, api);
    };
    return (await this.attempt(session, { key, text, user, title, sent }, act)) as Result;
  }

  /** Sends an open write once more, as it was. Throws what the server says, and `session_ended` for somebody else's. */
  repeat(session: Session, api: Api, key: string): Promise<unknown> {
    const known = this.kept.find((one) => one.key === key);
    if (!known) throw new GroatError("unknown_write", "No write is open under this key.");
    const { sent, tab: _tab, at: _at, ...write } = known;
    if (write.user !== session.user || sent === null) {
      throw new GroatError("session_ended", "This was written by somebody else.");
    }
    return this.attempt(session, { ...write, sent }, () => carryOut(api, key, sent));
  }

  /** Gives one up: what became of it stays unknown here. */
  drop(key: string): void {
    this.kept = this.without(key);
    this.environment.forget(this.prefix + key);
    this.publish();
  }

  private async attempt(
    session: Session,
    write: Omit<Kept, "tab" | "at">,
    act: () => Promise<unknown>,
  ): Promise<unknown> {
    if (session.ended) throw session.failure({ sent: false, key: write.key });
    this.keep(write);
    try {
      const result = await act();
      this.attempted(write.key, true);
      return result;
    } catch (error) {
      this.attempted(write.key, !isUnsettled(error));
      throw error;
    }
  }

  /** Puts a write in, the last tried as the last, and marks it as under way. */
  private keep(write: Omit<Kept, "tab" | "at">): void {
    this.underWay.set(write.key, (this.underWay.get(write.key) ?? 0) + 1);
    const fresh = { ...write, tab: this.environment.tab, at: this.environment.now() };
    this.kept = [...this.without(write.key), fresh];
    if (isStored(fresh)) this.environment.keep(this.prefix + write.key, JSON.stringify(fresh));
    for (const { key } of this.kept.slice(0, -OPEN_MAX)) this.drop(key);
    this.publish();
  }

  private attempted(key: string, settled: boolean): void {
    const count = (this.underWay.get(key) ?? 1) - 1;
    if (count > 0) this.underWay.set(key, count);
    else this.underWay.delete(key);
    if (settled) this.drop(key);
    else this.publish();
  }

  private without(key: string): Kept[] {
    return this.kept.filter((one) => one.key !== key);
  }

  private readonly heard = (event: Event): void => {
    const { key: name, newValue } = event as StorageEvent;
    if (!name?.startsWith(this.prefix)) return;
    const key = name.slice(this.prefix.length);
    const told = parsed(newValue);
    if (told) this.kept = [...this.without(key), told];
    else if (newValue === FORGOTTEN)
      this.kept = this.kept.map((one) => (one.key === key ? { ...one, title: "" } : one));
    // Another tab has its verdict. Those that are not stored are this page's own.
    else this.kept = this.kept.filter((one) => one.key !== key || !isStored(one));
    this.publish();
  };

  private publish(): void {
    const now = this.environment.now();
    const { tab } = this.environment;
    const open = this.kept.filter(
      (one) => isStored(one) && one.user === this.user && !this.underWay.has(one.key),
    );
    // A device's clock may be set back.
    const left = (one: Kept) => (one.tab === tab ? 0 : ELSEWHERE_MS - Math.abs(now - one.at));
    const next = open.filter((one) => left(one) <= 0);
    clearTimeout(this.looking);
    if (next.length < open.length) {
      this.looking = setTimeout(() => this.publish(), Math.max(...open.map(left)));
    }
    if (
      next.length === this.shown.length &&
      next.every(({ key, at }, index) => this.shown[index]?.key === key && this.shown[index]?.at === at)
    )
      return;
    this.shown = next.map(({ key, title, at }) => ({ key, title, at }));
    this.changed();
  }
}

const isStored = ({ title, sent }: Pick<Kept, "title" | "sent">) => title !== "" && sent !== null;

const carryOut = (api: Api, key: string, { path, ...options }: Sent) =>
  api.request<unknown>(path, { ...options, query: options.query ?? {}, key });

/** Returns the request that a call of the API would send, without sending it; null for one that cannot be stored. */
async function sentBy(call: (api: Api) => Promise<unknown>): Promise<Sent | null> {
  let sent: Sent | null = null;
  const note = async (path: string, { method = "GET", body, query = {} }: RequestOptions = {}) => {
    const file = typeof FormData !== "undefined" && body instanceof FormData;
    sent = file ? null : { path, method, body, query };
  };
  await call(createApi({ json: note as never, file: note as never }));
  return sent;
}

function parsed(text: string | null): Kept | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return isKept(value) ? value : null;
  } catch {
    return null;
  }
}

function isKept(value: unknown): value is Kept {
  const { key, text, user, title, sent, at } = (value ?? {}) as Record<string, unknown>;
  return (
    [key, text, user, title].every((one) => typeof one === "string") &&
    typeof at === "number" &&
    Boolean(sent)
  );
}
