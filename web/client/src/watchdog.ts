/** A limit on silence. */
import { GroatError } from "./errors.js";

/** Aborts what it watches when nothing happened within a time. */
export class Watchdog {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly end = () => this.controller.abort(this.outer?.reason);

  constructor(private readonly outer: AbortSignal | undefined) {
    if (outer?.aborted) this.end();
    outer?.addEventListener("abort", this.end, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  within(ms: number): void {
    clearTimeout(this.timer);
    const late = new GroatError("network", `The server was silent for ${ms / 1_000} s.`);
    this.timer = setTimeout(() => this.controller.abort(late), ms);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener("abort", this.end);
  }
}
