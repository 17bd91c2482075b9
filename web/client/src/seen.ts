/**
 * Receipts: how far the signed-in person's stream has been shown on a visible page, at most once a second. A receipt
 * says how long ago the page showed the event, where that says something of the way it took: when it came as it
 * happened, and was painted since.
 */
import type { Environment } from "./environment.js";

const EVERY_MS = 1_000;

export interface Receipt {
  stream: string;
  offset: number;
  /** Milliseconds since the event was on the screen. */
  ago_ms?: number;
}

export class Seen {
  private stream = "";
  private wanted = 0;
  private sent = 0;
  /** The moment at which the event `wanted` was painted, by the monotonic clock; null when it came late or is not painted yet. */
  private shownAt: number | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly environment: Pick<Environment, "clock" | "painted">,
    private readonly report: (receipt: Receipt) => void,
  ) {}

  /** The page shows the stream up to `offset`; `live` when that event came a moment ago. */
  note(stream: string, offset: number, live: boolean): void {
    if (stream !== this.stream) {
      this.reset();
      this.stream = stream;
    }
    if (offset > this.wanted) {
      this.wanted = offset;
      this.shownAt = null;
      if (live) this.environment.painted(() => this.painted(stream, offset));
    }
    if (this.wanted > this.sent) this.timer ??= setTimeout(() => this.flush(), EVERY_MS);
  }

  reset(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.stream = "";
    this.wanted = 0;
    this.sent = 0;
    this.shownAt = null;
  }

  private painted(stream: string, offset: number): void {
    if (stream === this.stream && offset === this.wanted) this.shownAt = this.environment.clock();
  }

  private flush(): void {
    this.timer = undefined;
    if (this.wanted <= this.sent) return;
    this.sent = this.wanted;
    const receipt: Receipt = { stream: this.stream, offset: this.sent };
    if (this.shownAt !== null) receipt.ago_ms = Math.round(this.environment.clock() - this.shownAt);
    this.report(receipt);
  }
}
