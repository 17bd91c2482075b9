/**
 * Chooses the line that carries the changes: the WebSocket if possible, else event-stream, long-poll, and at last a poll every
 * 30 s. The socket never stops trying, so the way back up is its own reconnect; among the others a step is tried
 * upwards again after a while, or as soon as the server has come back.
 */
import type { DebugSink } from "./debug.js";
import { backoff, type Environment, sleep } from "./environment.js";
import { GroatError } from "./errors.js";
import type { Line } from "./line.js";
import type { TransportName } from "./model.js";
import type { Socket } from "./socket.js";

export interface LadderEvents {
  /** A line carries the changes now. */
  opened(transport: TransportName): void;
  /** No line does. */
  closed(error: GroatError, silence_ms?: number): void;
}

/** The next line is tried beside the socket after this time, or at once after so many failures. */
const SOCKET_MS_MAX = 4_000;
const SOCKET_FAILURES_MAX = 2;
const CLIMB_MIN_MS = 60_000;
const CLIMB_MAX_MS = 600_000;
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 30_000;
/** A line that lasted this long works here: when it breaks it is tried again, not given up. */
const PROVEN_MS = 10_000;

export class Ladder {
  private running = false;
  private fallback: AbortController | null = null;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private socketFailures = 0;
  private climb_ms = CLIMB_MIN_MS;
  private restart: (() => void) | null = null;

  constructor(
    private readonly socket: Pick<Socket, "start" | "stop">,
    private readonly lines: readonly Line[],
    private readonly environment: Environment,
    private readonly debug: DebugSink,
    private readonly events: LadderEvents,
  ) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    if (!this.environment.WebSocket) {
      this.beginFallback();
      return;
    }
    this.wait();
    this.socket.start();
  }

  stop(): void {
    this.running = false;
    clearTimeout(this.patience);
    this.patience = undefined;
    this.socketFailures = 0;
    this.endFallback();
    this.socket.stop();
  }

  /** The network is back: begin again at the top, at once. */
  retry(): void {
    if (!this.fallback) return;
    this.endFallback();
    this.beginFallback();
  }

  /** The set of followed streams has changed: the open line asks anew, and nothing is lost meanwhile. */
  renew(): void {
    this.restart?.();
  }

  socketOpened(): void {
    clearTimeout(this.patience);
    this.patience = undefined;
    this.socketFailures = 0;
    this.climb_ms = CLIMB_MIN_MS;
    this.endFallback();
    this.events.opened("websocket");
  }

  socketFailed(error: GroatError, silence_ms = 0): void {
    if (!this.running) return;
    this.socketFailures += 1;
    if (this.fallback) return;
    this.events.closed(error, silence_ms);
    if (this.socketFailures >= SOCKET_FAILURES_MAX) this.beginFallback();
    else this.wait();
  }

  private wait(): void {
    this.patience ??= setTimeout(() => this.beginFallback(), SOCKET_MS_MAX);
  }

  private beginFallback(): void {
    clearTimeout(this.patience);
    this.patience = undefined;
    if (!this.running || this.fallback) return;
    this.fallback = new AbortController();
    void this.descend(this.fallback.signal);
  }

  private endFallback(): void {
    this.fallback?.abort(new GroatError("aborted", "A better line is open."));
    this.fallback = null;
  }

  private async descend(signal: AbortSignal): Promise<void> {
    const lastRung = this.lines.length - 1;
    let rung = 0;
    let failures = 0;
    let cutOff = false;
    while (!signal.aborted) {
      const line = this.lines[rung];
      if (!line) return;
      const last = rung === lastRung;
      const began = this.environment.clock();
      const outcome = await this.use(line, signal, last, cutOff);
      if (signal.aborted) return;
      const proven = this.environment.clock() - began >= PROVEN_MS;
      // A server ends a line in order when its token ends, for one: it is opened anew before anybody misses it.
      if (outcome === "renew" || (outcome === "ended" && proven)) continue;
      if (outcome === "climb") {
        rung = 0;
        failures = 0;
        cutOff = false;
        continue;
      }
      const error = outcome === "ended" ? new GroatError("network", `The ${line.name} ended.`) : outcome;
      this.debug("line broke", { line: line.name, error });
      this.events.closed(error);
      if (!last && !proven) {
        rung += 1;
        if (rung === lastRung) this.climb_ms = Math.min(this.climb_ms * 2, CLIMB_MAX_MS);
        continue;
      }
      cutOff = last;
      failures = proven ? 0 : failures + 1;
      await pause(backoff(failures, RETRY_MIN_MS, RETRY_MAX_MS, this.environment.random), signal);
    }
  }

  /**
   * Runs one line to its end. The last one ends with "climb" when it is time to try the better ones again: after a
   * while, or with its first answer when even this line had been cut off. Any ends with "renew" when it has to ask anew.
   */
  private async use(
    line: Line,
    outer: AbortSignal,
    last: boolean,
    cutOff: boolean,
  ): Promise<GroatError | "climb" | "renew" | "ended"> {
    const inner = new AbortController();
    const end = () => inner.abort(outer.reason);
    outer.addEventListener("abort", end, { once: true });
    let why: "climb" | "renew" | null = null;
    const climb = () => {
      why = "climb";
      inner.abort();
    };
    this.restart = () => {
      why ??= "renew";
      inner.abort();
    };
    const timer = last ? setTimeout(climb, this.climb_ms) : undefined;
    try {
      await line.run(inner.signal, () => {
        if (inner.signal.aborted) return;
        this.events.opened(line.name);
        if (cutOff) climb();
      });
      return "ended";
    } catch (error) {
      if (why) return why;
      if (error instanceof GroatError) return error;
      return new GroatError("network", `The ${line.name} broke.`, 0, {}, error);
    } finally {
      this.restart = null;
      clearTimeout(timer);
      outer.removeEventListener("abort", end);
    }
  }
}

/** Waits, or returns early when the signal says so. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
