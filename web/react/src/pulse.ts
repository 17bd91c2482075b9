/** Changes, passed on to components no faster than a screen needs them. */
import type { Groat } from "@groat/client";

/**
 * The first change shows at once; those that come within this time after it show together. Rendering each of hundreds a
 * second would freeze the page, and nobody could read them. The end of a session is not made to wait: what is on screen is no longer
 * the reader's.
 */
const TOGETHER_MS = 50;

class Pulse {
  private readonly listeners = new Set<() => void>();
  private end: (() => void) | null = null;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private due = false;
  private session = 0;

  constructor(private readonly groat: Groat) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.end ??= this.groat.subscribe(this.beat);
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.end?.();
      this.end = null;
      clearTimeout(this.resting);
      this.resting = undefined;
      this.due = false;
    };
  };

  private readonly beat = (): void => {
    const { session } = this.groat.getState();
    if (this.resting !== undefined && session === this.session) {
      this.due = true;
      return;
    }
    this.session = session;
    this.due = false;
    clearTimeout(this.resting);
    for (const listener of [...this.listeners]) listener();
    this.resting = setTimeout(() => {
      this.resting = undefined;
      if (!this.due) return;
      this.due = false;
      this.beat();
    }, TOGETHER_MS);
  };
}

const pulses = new WeakMap<Groat, Pulse>();

/** One pulse per client, so that all components show the same. */
export function pulseOf(groat: Groat): Pulse {
  const known = pulses.get(groat);
  if (known) return known;
  const pulse = new Pulse(groat);
  pulses.set(groat, pulse);
  return pulse;
}
