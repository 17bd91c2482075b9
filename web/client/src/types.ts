/** Names for what several shapes of the server share, and for what the client itself takes. */
import type { AssetView, HoldView, NotificationView, PreferencesView } from "./wire.js";

export type Asset = AssetView;

export type HoldState = HoldView["state"];

/** Kinds of transactions; programs add their own, so any string may come. */
export type Kind =
  | "post"
  | "hold"
  | "capture"
  | "release"
  | "expire"
  | "reverse"
  | "set_balance"
  | (string & {});

export type Metadata = Record<string, unknown>;

export type JsonSchema = Record<string, unknown>;

export type Level = NotificationView["level"];

/** How somebody hears of a notification. All are kept and listed whatever they chose. */
export type Way = PreferencesView["ways"][string][number];

export interface Page<T> {
  items: T[];
  /** Give it back to get the next page; null on the last one. */
  cursor: string | null;
}

export interface RequestFilter {
  kind?: string;
  state?: string;
  /** Only those that wait for a decision (staff). */
  waits?: boolean;
  user?: string;
  /** Whose they are, where that is no person: "house:promo". */
  owner?: string;
  /** Only those that belong to this request. */
  parent?: string;
  /** Newest by default; largest only with `waits`. */
  sort?: "newest" | "oldest" | "largest";
}

/** Filters of updates of credits: an update must match all that are named. */
export interface UpdateFilter {
  user?: string;
  /** A principal: "user:admin", "service:shop". */
  actor?: string;
  /** A part of the reason. */
  reason?: string;
  /** RFC 3339: from this moment on, and up to, not including, that one. */
  from?: string;
  to?: string;
}

/** How a file shall be read, where it leaves that open. A column is named by its header's words or by its number. */
export interface SheetChoices {
  sheet?: string;
  encoding?: string;
  delimiter?: string;
  /** The sign before the fraction. */
  decimal?: string;
  user_column?: string;
  amount_column?: string;
  /** "" where no column holds reasons. */
  reason_column?: string;
}
