/** Every word the components say, so that an app can say it in its own language. */
import type { StatusState } from "@groat/client";

export interface Words {
  credits: string;
  loading: string;
  failed: string;
  refresh: string;
  details: string;
  confirmed: string;
  available: string;
  held: string;
  pending: string;
  pause: string;
  resume: string;
  waiting: (count: number) => string;
  asOf: (time: string) => string;
  away: (delta: string) => string;
  /** What expires, and when: "in 7 days". */
  expires: (amount: string, when: string) => string;
  /** Said to screen readers: the change, signed, and the value after it. */
  changed: (delta: string, total: string) => string;
  status: Readonly<Record<StatusState, string>>;
  /** Instead of "Offline" when nobody is signed in. */
  signedOut: string;
  /** The reason why nothing has come yet, by the code of the failure. */
  reasons: Readonly<Record<string, string>>;
}

export const ENGLISH: Words = {
  credits: "Credits",
  loading: "Loading credits",
  failed: "Credits unavailable",
  refresh: "Refresh",
  details: "Details",
  confirmed: "Confirmed",
  available: "Available",
  held: "On hold",
  pending: "Being confirmed",
  pause: "Pause live",
  resume: "Resume live",
  waiting: (count) => `${count} new`,
  asOf: (time) => `as of ${time}`,
  away: (delta) => `${delta} while you were away`,
  expires: (amount, when) => `${amount} ${amount === "1" ? "credit expires" : "credits expire"} ${when}`,
  changed: (delta, total) => `${delta}, now ${total} credits`,
  status: {
    connecting: "Connecting",
    live: "Live",
    polling: "Polling",
    stale: "Stale",
    offline: "Offline",
  },
  signedOut: "Signed out",
  reasons: {
    network: "no answer from the server",
    origin_refused: "the server refuses this page's origin",
    token_invalid: "the server refuses the token",
  },
};
