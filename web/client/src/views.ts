/**
 * Subscriptions to other people's streams and to boards over the socket: for each one attempt at a time. Wishes may change as fast as they
 * like; when the attempt that is on its way has ended, the last one counts. So no attempt is ever overtaken by the next.
 */
import { type Centrifuge, State, type SubscribedContext, type Subscription } from "centrifuge";
import type { DebugSink } from "./debug.js";
import { backoff, type Environment } from "./environment.js";
import { GroatError } from "./errors.js";
import type { ViewStatus } from "./model.js";
import { streamOf } from "./told.js";
import type { EventData } from "./wire.js";

export interface ViewEvents {
  subscribed(context: SubscribedContext): void;
  published(channel: string, offset: number | undefined, data: EventData): void;
  /** Nothing more comes on this channel. */
  ended(channel: string): void;
  /** The status of a view has changed. */
  changed(): void;
  /** The server takes this connection for another than it is: only a new one sets that right. */
  confused(): void;
}

/** Codes of the server: the view is there already; a fault that passes. */
const ALREADY_SUBSCRIBED = 105;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 20_000;
/** After a refusal that will hardly change, such as a right that one has not: tried again, but not soon. */
const REFUSED_MIN_MS = 20_000;
const REFUSED_MAX_MS = 60_000;
/** So many failures in a row are worth a word. */
const FAILURES_MAX = 3;

export class Views {
  private readonly views = new Map<string, View>();

  constructor(
    private readonly centrifuge: Centrifuge,
    private readonly environment: Environment,
    private readonly debug: DebugSink,
    private readonly events: ViewEvents,
  ) {}

  /** Follows just these users and boards. */
  want(users: ReadonlySet<string>): void {
    for (const [user, view] of this.views) if (!users.has(user)) view.want(false);
    for (const user of users) {
      const view = this.views.get(user);
      if (view) view.want(true);
      else this.begin(user);
    }
  }

  status(user: string): ViewStatus | null {
    return this.views.get(user)?.status ?? null;
  }

  stop(): void {
    for (const view of this.views.values()) view.stop();
    this.views.clear();
  }

  private begin(user: string): void {
    const gone = () => {
      if (this.views.get(user) === view) this.views.delete(user);
    };
    const view = new View(streamOf(user), this.centrifuge, this.environment, this.debug, this.events, gone);
    this.views.set(user, view);
    view.want(true);
  }
}

class View {
  status: ViewStatus = { state: "connecting", error: null };
  private wanted = false;
  private subscription: Subscription | null = null;
  /** The server was asked and has not answered. */
  private asked = false;
  private failures = 0;
  private retrying: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly channel: string,
    private readonly centrifuge: Centrifuge,
    private readonly environment: Environment,
    private readonly debug: DebugSink,
    private readonly events: ViewEvents,
    /** Nobody wants this view, and nothing of it is left. */
    private readonly gone: () => void,
  ) {}

  want(wanted: boolean): void {
    this.wanted = wanted;
    this.settle();
  }

  stop(): void {
    this.wanted = false;
    this.end();
  }

  /** Brings what is into line with what is wanted, unless an attempt is on its way: its end does it then. */
  private settle(): void {
    if (this.asked && this.centrifuge.state === State.Connected) return;
    if (this.wanted) {
      if (!this.subscription && this.retrying === undefined) this.attempt();
      return;
    }
    this.end();
    this.gone();
    this.events.ended(this.channel);
  }

  private attempt(): void {
    const subscription = this.centrifuge.newSubscription(this.channel);
    this.subscription = subscription;
    subscription.on("subscribing", () => {
      this.asked = true;
      if (this.status.state === "live") this.set({ state: "connecting", error: null });
      // The connection was lost: with it went the attempt, and a view that nobody wants is not begun again.
      if (!this.wanted) this.settle();
    });
    subscription.on("subscribed", (context) => {
      this.asked = false;
      this.failures = 0;
      if (!this.wanted) return this.settle();
      this.set({ state: "live", error: null });
      this.events.subscribed(context);
    });
    subscription.on("publication", ({ channel, offset, data }) => {
      if (this.wanted) this.events.published(channel, offset, data);
    });
    subscription.on("error", ({ error }) => this.failed(error.code, error.message, false));
    subscription.on("unsubscribed", ({ code, reason }) => this.failed(code, reason, true));
    this.asked = true;
    subscription.subscribe();
  }

  private failed(code: number, reason: string, refused: boolean): void {
    this.debug("view failed", { channel: this.channel, code, reason });
    this.end();
    if (!this.wanted) {
      this.settle();
      return;
    }
    this.failures += 1;
    const error = new GroatError("view_refused", `${this.channel} cannot be followed: ${reason}.`, 0, {
      reason: code,
    });
    const confused = code === ALREADY_SUBSCRIBED;
    const final = refused && !confused;
    const dead = final || this.failures >= FAILURES_MAX;
    this.set(dead ? { state: "failed", error } : { state: "connecting", error: null });
    const [min, max] = final ? [REFUSED_MIN_MS, REFUSED_MAX_MS] : [RETRY_MIN_MS, RETRY_MAX_MS];
    this.retrying = setTimeout(
      () => {
        this.retrying = undefined;
        if (confused) this.events.confused();
        this.settle();
      },
      backoff(this.failures - 1, min, max, this.environment.random),
    );
  }

  private end(): void {
    clearTimeout(this.retrying);
    this.retrying = undefined;
    this.asked = false;
    const { subscription } = this;
    this.subscription = null;
    if (!subscription) return;
    subscription.removeAllListeners();
    this.centrifuge.removeSubscription(subscription);
  }

  private set(status: ViewStatus): void {
    if (status.state === this.status.state && status.error === this.status.error) return;
    this.status = status;
    this.events.changed();
  }
}
