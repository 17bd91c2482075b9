/**
 * The tabs of one browser and which of them leads, that is, holds the connection. Web Locks elect the leader: the browser
 * itself hands the lock on when a tab dies. Where there are none, the tabs elect by messages.
 */
import type { DebugSink } from "./debug.js";
import { type Environment, randomId, type TabChannel } from "./environment.js";
import { attempt, guarded } from "./guard.js";

export interface TabMessage {
  /** Id of the tab that sent it. */
  from: string;
  /** Only tabs of the same group take it; null is for all. */
  group: string | null;
  type: string;
}

export interface TabEvents<M extends TabMessage> {
  message(message: M): void;
  /** This tab leads from now on. */
  lead(): void;
  /** This tab no longer leads. */
  follow(): void;
}

type Body<M> = M extends TabMessage ? Omit<M, "from" | "group"> : never;
type Election = { start(): void; stop(): void; heard(message: TabMessage): void };

const PING_MS = 5_000;
/** A leader that was not heard for this long while this tab is on screen is frozen or gone. */
const SILENCE_MS_MAX = 15_000;
const BEAT_MS = 2_000;
const BEAT_SILENCE_MS_MAX = 5_000;
const CLAIM_MS = 200;

export class Tabs<M extends TabMessage> {
  readonly id = randomId();
  private channel: TabChannel | null = null;
  private election: Election | null = null;
  private group: string | null = null;
  private leads = false;

  constructor(
    private readonly name: string,
    private readonly environment: Environment,
    private readonly debug: DebugSink,
    private readonly events: TabEvents<M>,
  ) {}

  get leading(): boolean {
    return this.leads;
  }

  /** Begins to hear the other tabs. */
  open(share: boolean): void {
    const { openChannel } = this.environment;
    if (this.channel) return;
    if (!share || !openChannel) return;
    this.channel = attempt(() => {
      const channel = openChannel(this.name);
      // A tab may run another version of this code: what cannot be read is reported, and the next message is heard.
      channel.onmessage = ({ data }: MessageEvent<M>) => guarded(() => this.heard(data));
      return channel;
    });
  }

  private post(message: object): void {
    try {
      this.channel?.postMessage(message);
    } catch (error) {
      // A message that cannot be copied is lost. A channel that carries nothing leaves this tab alone: it hears no leader.
      if (error instanceof Error && error.name === "DataCloneError") return;
      this.debug("no channel here", { error });
      this.closeChannel();
      if (this.group === null) return;
      this.election?.stop();
      this.elect(new Alone(this.turn));
    }
  }

  private closeChannel(): void {
    const { channel } = this;
    this.channel = null;
    if (channel) attempt(() => channel.close());
  }

  private heard(data: M): void {
    if (data.from === this.id || (data.group !== null && data.group !== this.group)) return;
    this.election?.heard(data);
    this.events.message(data);
  }

  close(): void {
    this.leave();
    this.closeChannel();
  }

  /** To the tabs of the same group. */
  send(message: Body<M>): void {
    this.post({ ...message, from: this.id, group: this.group });
  }

  /** To all tabs of this browser. */
  announce(message: Body<M>): void {
    this.post({ ...message, from: this.id, group: null });
  }

  /** Stands for election among the tabs of one group (the tabs of one person). */
  join(group: string): void {
    this.leave();
    this.group = group;
    const { locks } = this.environment;
    const say = (type: string) => this.post({ type, from: this.id, group });
    const byBeats = () => this.elect(new BeatElection(this.id, this.environment, say, this.turn));
    if (!this.channel) this.elect(new Alone(this.turn));
    else if (!locks) byBeats();
    else {
      const name = `${this.name}:${group}`;
      const lock = new LockElection(name, locks, this.environment, say, this.turn, (error) => {
        this.debug("no locks here", { error });
        if (this.election !== lock) return;
        lock.stop();
        byBeats();
      });
      this.elect(lock);
    }
  }

  private elect(election: Election): void {
    this.election = election;
    election.start();
  }

  private readonly turn: Turn = (leads) => {
    if (this.leads === leads) return;
    this.leads = leads;
    this.debug(leads ? "this tab leads" : "this tab follows", { group: this.group });
    if (leads) this.events.lead();
    else this.events.follow();
  };

  /** Gives up the lead, if any, without a call of `follow`. */
  leave(): void {
    this.leads = false;
    this.election?.stop();
    this.election = null;
    this.group = null;
  }
}

type Turn = (leads: boolean) => void;

/** No other tab can be heard: this one leads. */
class Alone implements Election {
  constructor(private readonly turn: Turn) {}

  start(): void {
    this.turn(true);
  }

  stop(): void {}

  heard(): void {}
}

class LockElection implements Election {
  private request: AbortController | null = null;
  private release: (() => void) | null = null;
  private watching: ReturnType<typeof setInterval> | undefined;
  private heardAt = 0;

  constructor(
    private readonly name: string,
    private readonly locks: Pick<LockManager, "request">,
    private readonly environment: Environment,
    private readonly say: (type: string) => void,
    private readonly turn: Turn,
    /** Locks cannot be had in this page. */
    private readonly refused: (error: unknown) => void,
  ) {}

  start(): void {
    this.heardAt = this.environment.clock();
    void this.queue(false);
    this.watching = setInterval(() => this.watch(), PING_MS);
  }

  stop(): void {
    clearInterval(this.watching);
    this.request?.abort();
    this.request = null;
    this.release?.();
    this.release = null;
  }

  heard(message: TabMessage): void {
    if (message.type === "pong" || message.type === "input" || message.type === "status") {
      this.heardAt = this.environment.clock();
    }
  }

  /** Waits for the lock; holds it until stopped, or until another tab takes it away. */
  private async queue(steal: boolean): Promise<void> {
    const request = new AbortController();
    this.request?.abort();
    this.request = request;
    // A request that steals may not carry a signal.
    const options: LockOptions = steal ? { steal: true } : { signal: request.signal };
    try {
      await this.locks.request(this.name, options, () => {
        if (request.signal.aborted) return;
        this.turn(true);
        return new Promise<void>((resolve) => {
          this.release = resolve;
        });
      });
    } catch (error) {
      if (request.signal.aborted) return;
      if (!isAbort(error)) return this.refused(error);
      this.release = null;
      this.heardAt = this.environment.clock();
      this.turn(false);
      void this.queue(false);
    }
  }

  private watch(): void {
    if (this.release || this.environment.document?.visibilityState === "hidden") {
      this.heardAt = this.environment.clock();
      return;
    }
    if (this.environment.clock() - this.heardAt > SILENCE_MS_MAX) {
      this.heardAt = this.environment.clock();
      void this.queue(true);
    } else this.say("ping");
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Without locks: the leader beats; when it falls silent, the tabs claim the lead and the lowest id has it. */
class BeatElection implements Election {
  private leads = false;
  private beating: ReturnType<typeof setInterval> | undefined;
  private claiming: ReturnType<typeof setTimeout> | undefined;
  private heardAt = 0;

  constructor(
    private readonly id: string,
    private readonly environment: Environment,
    private readonly say: (type: string) => void,
    private readonly turn: Turn,
  ) {}

  start(): void {
    this.heardAt = this.environment.clock();
    this.beating = setInterval(() => this.beat(), BEAT_MS);
    this.claim();
  }

  stop(): void {
    clearInterval(this.beating);
    clearTimeout(this.claiming);
    if (this.leads) this.say("resigned");
    this.leads = false;
  }

  heard({ type, from }: TabMessage): void {
    if (type === "beat") {
      this.heardAt = this.environment.clock();
      if (this.leads && from < this.id) this.become(false);
      else if (this.leads) this.say("beat");
      else this.forgo();
    } else if (type === "claim") {
      if (this.leads) this.say("beat");
      else if (from < this.id) this.forgo();
      else if (this.claiming !== undefined) this.say("claim");
    } else if (type === "resigned") this.claim();
  }

  private beat(): void {
    if (this.leads) this.say("beat");
    else if (this.environment.clock() - this.heardAt > BEAT_SILENCE_MS_MAX) this.claim();
  }

  private claim(): void {
    if (this.claiming !== undefined || this.leads) return;
    this.say("claim");
    this.claiming = setTimeout(() => {
      this.claiming = undefined;
      this.become(true);
      this.say("beat");
    }, CLAIM_MS);
  }

  private forgo(): void {
    clearTimeout(this.claiming);
    this.claiming = undefined;
  }

  private become(leads: boolean): void {
    this.leads = leads;
    this.turn(leads);
  }
}
