/** The status in five words, from what the lines and the device say. */
import type { Environment } from "./environment.js";
import type { Status, TransportName } from "./model.js";

/** A break shorter than this is not worth a word on the screen. */
const GRACE_MS = 5_000;

export class StatusMachine {
  private transport: TransportName | null = null;
  private asOf: number | null = null;
  /** By the clock that nobody sets, as all that is measured; `asOf` is for reading. */
  private lostAt: number | null = null;
  private signedIn = false;
  /** False until the client begins: then nobody has tried anything that could have failed. */
  private begun = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly environment: Pick<Environment, "now" | "clock" | "isOnline">,
    /** Called when time alone changed the status. */
    private readonly onChange: () => void,
  ) {}

  /** True while something carries the changes. */
  get open(): boolean {
    return this.transport !== null;
  }

  signIn(): void {
    this.rest();
    this.signedIn = true;
    this.lostAt = this.environment.clock();
  }

  /** The page rests: nothing is awaited, but the values on it keep their age. */
  rest(): void {
    this.begun = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.transport = null;
    this.lostAt = null;
    this.signedIn = false;
  }

  /** The values are gone too. */
  reset(): void {
    this.rest();
    this.asOf = null;
  }

  /** The values were right at this moment. */
  confirmed(): void {
    this.asOf = this.environment.now();
  }

  opened(transport: TransportName): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.transport = transport;
    this.lostAt = null;
    this.confirmed();
  }

  /** `silence_ms`: for how long nothing had been heard when the loss was noticed. */
  closed(silence_ms = 0): void {
    const lost = this.transport;
    if (lost) {
      this.transport = null;
      this.lostAt = this.environment.clock();
      // Over HTTP each answer was noted; a socket is known to be right until it breaks.
      if (lost === "websocket") this.asOf = this.environment.now() - silence_ms;
    }
    this.timer ??= setTimeout(() => this.onChange(), GRACE_MS + 1);
  }

  /** A tab that follows shows what its leader says. */
  adopt(status: Status): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.transport = status.transport;
    if (status.transport) {
      this.asOf = status.asOf ?? this.environment.now();
      this.lostAt = null;
    } else {
      this.asOf = status.asOf ?? this.asOf;
      // The grace began where the leader noticed.
      const past = status.state === "connecting" ? 0 : GRACE_MS + 1;
      this.lostAt ??= this.environment.clock() - past;
    }
  }

  get(leader: boolean): Status {
    const state = this.state();
    return { state, asOf: state === "live" ? null : this.asOf, transport: this.transport, leader };
  }

  private state(): Status["state"] {
    if (!this.begun) return "connecting";
    if (!this.signedIn || !this.environment.isOnline()) return "offline";
    if (this.transport) return this.transport === "poll" ? "polling" : "live";
    const lost_ms = this.lostAt === null ? 0 : this.environment.clock() - this.lostAt;
    return this.asOf === null || lost_ms <= GRACE_MS ? "connecting" : "stale";
  }
}
