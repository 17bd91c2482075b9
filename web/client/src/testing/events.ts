import { randomId } from "../environment.js";
import type { EventData } from "../wire.js";

/** An event of this type with what every event has, as happening now. */
export function eventOf(type: string, more: Partial<EventData> = {}): EventData {
  const at = new Date().toISOString();
  return { type, transaction: randomId(), kind: type, reason: "", at, recorded_at: at, ...more };
}
