/** What was read of the server, and is read again when the streams tell that it has changed. */
import { GroatError } from "../errors.js";
import { guarded, report } from "../guard.js";
import type { KindView, RequestView } from "../wire.js";
import { type ToldRequest, told } from "./news.js";

/** What is known of something at the moment. The same object until that changes. */
export interface Read<Value> {
  /** Null while nothing is known. */
  value: Value | null;
  /** True while it is being asked for on somebody's wish, or nothing is known yet. */
  loading: boolean;
  /** The error of the last read; null again with the next answer. The value stays. */
  error: GroatError | null;
}

export interface ReadingHost {
  /** Whether the server can be asked in the name of a person. */
  ready(): boolean;
  /** While live is paused nothing is read again. */
  paused(): boolean;
  /** Milliseconds of a clock that nobody sets. */
  clock(): number;
  /** A kind by its name, where that is known. */
  kind(name: string): KindView | undefined;
  /** Somebody looks at this reading. */
  looked(reading: Reading<unknown>): void;
}

type Step<Value> = (before: Value | null) => Promise<Value>;

/** What has changed is asked for again at most this often (ms). */
const AGAIN_MS = 1_000;

export abstract class Reading<Value> {
  private shown: Read<Value>;
  private readonly listeners = new Set<() => void>();
  /** Rises when all that was known is let go of. */
  private turn = 0;
  /** Wishes of somebody that are under way. */
  private wishes = 0;
  private queue: Promise<void> = Promise.resolve();
  /** What the streams told while an answer is under way; null while none is. */
  private meanwhile: ToldRequest[] | null = null;
  private outdated = true;
  private last = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    protected readonly host: ReadingHost,
    /** No other reading of the store has it. */
    readonly name: string,
    /** True for what is not read before somebody asks for it. */
    private readonly lazy = false,
  ) {
    this.shown = this.nothing;
  }

  private get nothing(): Read<Value> {
    return { value: null, loading: !this.lazy, error: null };
  }

  protected abstract read(before: Value | null): Promise<Value>;
  /** The value after news; the same object where they change nothing. */
  protected abstract take(value: Value, news: readonly ToldRequest[]): Value;
  /** Whether only the server can say what news of a request make of this. */
  abstract concerns(news: ToldRequest, value: Value | null): boolean;

  readonly get = (): Read<Value> => this.shown;

  /** Reads it, and calls back whenever something of it changes; until the function returned is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const call = () => listener();
    this.listeners.add(call);
    if (this.listeners.size === 1) {
      this.host.looked(this as Reading<unknown>);
      if (this.outdated) this.begin();
    }
    return () => void this.listeners.delete(call);
  };

  private get wanted(): boolean {
    return this.looked && !(this.lazy && this.shown.value === null);
  }

  get looked(): boolean {
    return this.listeners.size > 0;
  }

  /** Asks again, and shows that it does: the way on after an error. */
  readonly refresh = (): Promise<void> => {
    if (!this.host.ready()) return Promise.resolve();
    return this.now(false);
  };

  /** Reads it because somebody looks at it; what is read when it is asked for, only to keep it right. */
  begin(): void {
    if (this.wanted && this.host.ready()) void this.now(this.shown.value !== null);
  }

  /** Lets go of all that is known. */
  reset(): void {
    this.turn += 1;
    this.wishes = 0;
    this.outdated = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.set(this.nothing);
  }

  /** Takes in what the streams tell of requests. */
  hear(news: readonly ToldRequest[]): void {
    this.meanwhile?.push(...news);
    const { value } = this.shown;
    if (value !== null) this.set({ value: this.take(value, news) });
    if (news.some((one) => this.concerns(one, value))) this.soon();
  }

  /** Asks again quietly, as soon as somebody looks and the last time is long enough ago. */
  readonly soon = (): void => {
    this.outdated = true;
    if (!this.looked) return;
    const wait = Math.max(0, this.last + AGAIN_MS - this.host.clock());
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.catchUp();
    }, wait);
  };

  /** Asks again now, if something has changed and nothing speaks against it. */
  catchUp(): void {
    if (!this.outdated || !this.wanted || !this.mayChange() || this.timer !== undefined) return;
    this.last = this.host.clock();
    void this.now(true);
  }

  /** Asks now; not `quiet`: as somebody's wish, so it shows. Resolves when that is over, however it ended. */
  now(quiet: boolean): Promise<void> {
    this.outdated = false;
    return this.ask((before) => this.read(before), quiet);
  }

  protected mayChange(): boolean {
    return this.host.ready() && !this.host.paused();
  }

  /** One after the other: what is asked for more never overtakes what is asked for again. */
  protected ask(step: Step<Value>, quiet: boolean): Promise<void> {
    const { turn } = this;
    if (!quiet) {
      this.wishes += 1;
      this.set({});
    }
    const done = this.queue.then(async () => {
      if (turn !== this.turn) return;
      let next: Partial<Read<Value>>;
      const meanwhile: ToldRequest[] = [];
      this.meanwhile = meanwhile;
      try {
        const value = await step(this.shown.value);
        next = { value: this.take(value, meanwhile), error: null };
      } catch (failure) {
        // The next one must not wait for ever for this one.
        if (!(failure instanceof GroatError)) report(failure);
        next = failure instanceof GroatError ? { error: failure } : {};
      }
      this.meanwhile = null;
      if (turn !== this.turn) return;
      if (next.value === undefined) this.outdated = true;
      if (!quiet) this.wishes -= 1;
      this.set(next);
    });
    this.queue = done;
    return done;
  }

  protected set(change: Partial<Read<Value>>): void {
    const next = { ...this.shown, ...change };
    next.loading = this.wishes > 0 || (!this.lazy && next.value === null && next.error === null);
    const same = (["value", "loading", "error"] as const).every((name) => next[name] === this.shown[name]);
    if (same) return;
    this.shown = next;
    for (const listener of [...this.listeners]) guarded(listener);
  }

  /** A request after news. */
  protected after(request: RequestView, news: readonly ToldRequest[]): RequestView {
    return news
      .filter(({ id }) => id === request.id)
      .reduce((known, one) => told(known, one, this.host.kind(request.kind)), request);
  }
}
