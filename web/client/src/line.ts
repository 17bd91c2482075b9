/** The calls by which a connection tells the client of news, whichever transport it uses. */
import type { Position } from "./model.js";
import type { EventData, SnapshotData } from "./wire.js";

export interface Sink {
  snapshot(stream: string, position: Position, data: SnapshotData, reset: boolean): void;
  event(stream: string, epoch: string, offset: number, data: EventData): void;
}

/** One way to hear of changes over plain HTTP. `run` lasts until the server ends it, it breaks (rejects) or it is aborted. */
export interface Line {
  readonly name: "event-stream" | "long-poll" | "poll";
  /** Calls `opened` as soon as changes are certain to arrive. */
  run(signal: AbortSignal, opened: () => void): Promise<void>;
}
