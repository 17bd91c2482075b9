/** What the tabs of a browser tell each other. */
import type { Away } from "./arrival.js";
import type { Confirmed, Input } from "./book.js";
import type { Status } from "./model.js";
import type { Receipt } from "./seen.js";
import type { TabMessage } from "./tabs.js";
import type { ToldViews } from "./told.js";

/**
 * A tab's news of sessions for the others. `was` is whose session ended there, null where that was not known; tabs of the version before
 * do not say.
 */
export type SessionNews =
  /** Signed in as `user`, or out. */
  | { type: "session"; user: string | null; was?: string | null }
  /** The app has switched; who it is now, its provider knows. */
  | { type: "switch"; was: string | null }
  /** The session could not be renewed. */
  | { type: "ask"; was: string | null };

export type Message = TabMessage &
  (
    | { type: "hello"; watched: readonly string[] }
    | {
        type: "welcome";
        to: string;
        confirmed: Confirmed;
        status: Status;
        views?: ToldViews;
        boards?: Readonly<Record<string, unknown>>;
      }
    | { type: "board"; name: string; state: unknown }
    | { type: "input"; input: Input }
    | { type: "status"; status: Status }
    | { type: "views"; views: ToldViews }
    | { type: "wake" }
    | { type: "away"; away: Away }
    | { type: "watch"; watched: readonly string[] }
    | ({ type: "seen" } & Receipt)
    | { type: "lead" }
    | { type: "ping" }
    | { type: "pong" }
    | (SessionNews & { mark?: string })
  );
