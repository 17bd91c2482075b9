/**
 * The reducer: what the server confirmed, what is pending here, and how one picture follows from another. Pure: no
 * clock, no network, no randomness.
 *
 * Three rules (docs/architecture.md) keep the picture right in whatever order things arrive:
 * C1. A balance is replaced only by a newer version of itself, and of one version only by what was read later, so late answers
 *     and repeated events change nothing. Only a stream that says it starts over (another epoch) may take a version back.
 * C2. Events are counted by offset: a repeated one is not listed twice, a missing one is asked for.
 * C3. A pending overlay ends with its key, with its position, with a refusal, or with its time; the value that
 *     includes its effect is taken in within the same step, so the number shown never jumps back and forth.
 */
import { add, compare, isZero, subtract } from "./decimal.js";
import type { InitialPicture } from "./groat.js";
import {
  type Balance,
  balanceKey,
  type Change,
  type Notifications,
  type Overlay,
  type Position,
  type StreamEvent,
} from "./model.js";
import { isNewer } from "./newer.js";
import {
  adoptNotices,
  forgetNotices,
  mergeMarks,
  NO_NOTICES,
  NO_NOTIFICATIONS,
  type Notices,
  newsOf,
  showNotices,
  takeEvent,
  takeSnapshot,
  wants,
} from "./notices.js";
import type {
  BalanceView,
  ClockForwarded,
  EventData,
  MarkView,
  Me,
  MemberUpdated,
  NotificationsView,
  ShareView,
  SnapshotData,
} from "./wire.js";

/** The progress of reading one stream. */
export interface Reading {
  epoch: string;
  /** All events up to here have been seen. */
  offset: number;
  /** Balances are known up to here, by snapshot, though some events may still be missing. */
  covered: number;
  /** Offsets beyond a gap that have been seen already, ascending. */
  ahead: readonly number[];
}

/** The server's state, as one tab may hand it to another. */
export interface Confirmed {
  user: string | null;
  name: string | null;
  roles: readonly string[];
  balances: Readonly<Record<string, BalanceView>>;
  /** The accounts that the person is a member of, by path. */
  shared: readonly ShareView[];
  readings: Readonly<Record<string, Reading>>;
  /** Newest first. */
  events: readonly StreamEvent[];
  notices: Notices;
  /** Seconds by which the server's clock was set forward; null unless it is a sandbox. */
  aheadSeconds: number | null;
}

export interface Book {
  confirmed: Confirmed;
  /** Values that came without a version, by balance key. */
  provisional: Readonly<Record<string, string>>;
  overlays: readonly Overlay[];
  /** Derived: what is shown. */
  shown: Readonly<Record<string, Balance>>;
  /** Derived: what is shown of notifications. */
  notifications: Notifications;
  sequence: number;
}

export type Input =
  | { type: "me"; me: Me }
  | {
      type: "snapshot";
      stream: string;
      position: Position;
      balances: BalanceView[];
      notifications?: NotificationsView | undefined;
      ahead_s?: number | undefined;
      shared?: ShareView[] | undefined;
      reset: boolean;
    }
  | { type: "event"; stream: string; epoch: string; offset: number; data: EventData; live: boolean }
  | {
      type: "answer";
      balances: BalanceView[];
      positions: Record<string, string>;
      key: string | null;
      recorded_at?: string | undefined;
    }
  | { type: "read"; marks: Record<string, MarkView> }
  | { type: "provisional"; account: string; asset: string; balance: string }
  | { type: "overlay"; overlay: Overlay }
  | { type: "overlay-end"; key: string }
  | { type: "tick" }
  | { type: "adopt"; confirmed: Confirmed }
  | { type: "forget"; stream: string; account: string };

/** Requests to the server, which the reducer cannot make itself. */
export interface Wants {
  refresh: boolean;
  /** Streams with missing events. */
  catchUp: readonly string[];
}

export interface Step {
  book: Book;
  changes: readonly Change[];
  wants: Wants;
}

export interface Limits {
  /** Milliseconds since 1970, for reading. */
  now: number;
  /** Milliseconds of a clock that nobody sets, for what ends by time. */
  clock: number;
  historyMax: number;
}

/** A gap with more events behind it than this is closed by a snapshot. */
const AHEAD_MAX = 1_000;

export const EMPTY_BOOK: Book = {
  confirmed: {
    user: null,
    name: null,
    roles: [],
    balances: {},
    shared: [],
    readings: {},
    events: [],
    notices: NO_NOTICES,
    aheadSeconds: null,
  },
  provisional: {},
  overlays: [],
  shown: {},
  notifications: NO_NOTIFICATIONS,
  sequence: 0,
};

/** The picture that an app handed in. It has no positions: what came since is not known. */
export function firstBook({ user, name, roles = [], balances }: InitialPicture): Book {
  const me: Me = {
    user,
    principal: `user:${user}`,
    name: name ?? "",
    roles: [...roles],
    balances: [...balances],
    positions: {},
  };
  return reduce(EMPTY_BOOK, { type: "me", me }, { now: 0, clock: 0, historyMax: 0 }).book;
}

/** "epoch:offset" as a position; null when it is none. */
export function parsePosition(text: string): Position | null {
  const cut = text.lastIndexOf(":");
  const offset = Number(text.slice(cut + 1));
  if (cut < 0 || !/^\d+$/.test(text.slice(cut + 1)) || !Number.isSafeInteger(offset)) return null;
  return { epoch: text.slice(0, cut), offset };
}

export function printPosition({ epoch, offset }: Position): string {
  return `${epoch}:${offset}`;
}

/** True when `account` is the stream's own or below it: `user:4:savings` belongs to `user:4` and to `view:4`. */
export function belongsTo(account: string, stream: string): boolean {
  const owner = stream.replace(/^view:/, "user:");
  return account === owner || account.startsWith(`${owner}:`);
}

/** Views of other people's streams are for their balances: what these people are told is not told here. */
function hasNotices(stream: string): boolean {
  return !stream.startsWith("view:");
}

export function reduce(book: Book, input: Input, limits: Limits): Step {
  const draft = new Draft(book, limits);
  draft.take(input);
  return draft.finish();
}

/** One step under way: copies of what it touches, and what it found out. */
class Draft {
  private readonly confirmed: Mutable<Confirmed>;
  private provisional: Record<string, string>;
  private overlays: readonly Overlay[];
  private readonly touched = new Set<string>();
  private readonly changes: Change[] = [];
  private readonly catchUp = new Set<string>();
  private refresh = false;
  private live = false;

  constructor(
    private readonly book: Book,
    private readonly limits: Limits,
  ) {
    this.confirmed = { ...book.confirmed };
    this.provisional = { ...book.provisional };
    this.overlays = book.overlays;
  }

  take(input: Input): void {
    switch (input.type) {
      case "me":
        this.me(input.me);
        break;
      case "snapshot":
        this.snapshot(input.stream, input.position, input.balances, input.shared, input.reset);
        if (hasNotices(input.stream)) {
          this.confirmed.notices = takeSnapshot(this.confirmed.notices, input.stream, input.notifications);
        }
        this.forwarded(input.ahead_s);
        break;
      case "event":
        this.event(input.stream, input.epoch, input.offset, input.data, input.live);
        break;
      case "answer":
        this.answer(input.balances, input.positions, input.key, input.recorded_at);
        break;
      case "read":
        this.confirmed.notices = {
          ...this.confirmed.notices,
          marks: mergeMarks(this.confirmed.notices.marks, input.marks),
        };
        break;
      case "provisional":
        this.unversioned(input.account, input.asset, input.balance);
        break;
      case "overlay":
        this.overlays = [...this.overlays.filter((other) => other.key !== input.overlay.key), input.overlay];
        this.touch(input.overlay);
        this.live = true;
        break;
      case "overlay-end":
        this.endOverlays((overlay) => overlay.key === input.key);
        this.live = true;
        break;
      case "tick":
        break;
      case "adopt":
        this.adopt(input.confirmed);
        break;
      case "forget":
        this.forget(input.stream, input.account);
        break;
    }
    this.endOverlays((overlay) => overlay.expiresAt <= this.limits.clock || this.arrived(overlay.positions));
  }

  finish(): Step {
    let sequence = this.book.sequence;
    const shown: Record<string, Balance> = this.touched.size > 0 ? { ...this.book.shown } : this.book.shown;
    for (const key of this.touched) {
      const before = this.book.shown[key];
      const after = this.derive(key);
      if (!after) {
        delete shown[key];
        continue;
      }
      after.change = before?.change ?? null;
      if (!before || compare(before.balance, after.balance) !== 0) {
        const delta = before ? subtract(after.balance, before.balance) : after.balance;
        const live = this.live && before !== undefined;
        sequence += 1;
        if (before) after.change = { delta, live, at: this.limits.now, sequence };
        const { account, asset } = after;
        this.changes.push({
          type: "balance",
          account,
          asset,
          before: before?.balance ?? null,
          after: after.balance,
          delta,
          live,
        });
      }
      shown[key] = after;
    }
    const { notices } = this.confirmed;
    const same = notices === this.book.confirmed.notices;
    return {
      book: {
        confirmed: this.confirmed,
        provisional: this.provisional,
        overlays: this.overlays,
        shown,
        notifications: same ? this.book.notifications : showNotices(notices),
        sequence,
      },
      changes: this.changes,
      wants: { refresh: this.refresh, catchUp: [...this.catchUp] },
    };
  }

  private me(me: Me): void {
    this.confirmed.user = me.user;
    this.confirmed.name = me.name || null;
    this.confirmed.roles = me.roles;
    this.forwarded(me.ahead_s);
    for (const stream of Object.keys(this.confirmed.readings)) {
      if (stream.startsWith("role:") && !(stream in me.positions)) this.forget(stream, stream);
    }
    const own = me.user === null ? null : `user:${me.user}`;
    for (const [stream, text] of Object.entries(me.positions)) {
      const position = parsePosition(text);
      if (position) this.snapshot(stream, position, stream === own ? me.balances : [], me.shared, false);
    }
    // A person nobody ever wrote to may have no position yet; their balances count all the same.
    if (own === null || !(own in me.positions)) {
      for (const view of me.balances) this.merge(view, false);
      this.share(me.shared ?? []);
    }
  }

  private snapshot(
    stream: string,
    position: Position,
    balances: BalanceView[],
    shared: readonly ShareView[] = [],
    reset: boolean,
  ): void {
    const reading = this.confirmed.readings[stream];
    const restarted = reading !== undefined && reading.epoch !== position.epoch;
    if (restarted) {
      this.forget(stream, stream.replace(/^view:/, "user:"));
    }
    // One from before what has been read may tell of accounts that are shared no more.
    const late = reading !== undefined && !restarted && position.offset < lastOf(reading);
    if (this.isOwn(stream) && !late) this.share(shared);
    for (const view of balances) if (!late || this.sees(view.account, stream)) this.merge(view, restarted);
    if (!reading || restarted) {
      this.setReading(stream, { ...position, covered: position.offset, ahead: [] });
    } else if (reset && position.offset > reading.offset) {
      this.setReading(stream, { ...position, covered: position.offset, ahead: [] });
    } else if (position.offset > reading.offset) {
      this.setReading(stream, { ...reading, covered: Math.max(reading.covered, position.offset) });
      this.catchUp.add(stream);
    }
  }

  private event(stream: string, epoch: string, offset: number, data: EventData, live: boolean): void {
    let reading = this.confirmed.readings[stream];
    if (reading && reading.epoch !== epoch) {
      this.refresh = true;
      return;
    }
    if (!reading) {
      // Nothing says what came before the first event: ask.
      reading = { epoch, offset: offset - 1, covered: 0, ahead: [] };
      this.refresh = true;
    }
    this.live = live;
    if (data.type === "clock_forwarded") this.forwarded((data.data as ClockForwarded).ahead_s);
    const isNew = offset > reading.offset && !reading.ahead.includes(offset);
    if (data.type === "member_updated" && isNew && this.isOwn(stream)) {
      this.member(data.data as MemberUpdated, offset, reading);
    }
    for (const change of data.changes ?? []) {
      if (this.sees(change.account, stream)) this.merge(change, false, data.recorded_at);
    }
    if (isNew && hasNotices(stream)) this.confirmed.notices = takeEvent(this.confirmed.notices, stream, data);
    if (data.key !== undefined) this.endOverlays((overlay) => overlay.key === data.key);
    if (!isNew) return;
    const next = advance(reading, offset);
    this.setReading(stream, next);
    if (next.ahead.length > AHEAD_MAX) this.refresh = true;
    if (next.ahead.length > 0) this.catchUp.add(stream);
    const event: StreamEvent = { ...data, stream, offset };
    this.confirmed.events = insertEvent(this.confirmed.events, event, this.limits.historyMax);
    this.changes.push({ type: "event", event, live });
    if (data.changes) this.changes.push({ type: "balance_updated", event, live });
    const news = hasNotices(stream) ? newsOf(this.confirmed.notices, event) : null;
    if (news) {
      const toast = live && !news.read && wants(this.confirmed.notices.ways, "toast", news.category);
      this.changes.push({ type: "notification", notification: news, live, toast });
    }
  }

  private answer(
    balances: BalanceView[],
    positions: Record<string, string>,
    key: string | null,
    recorded_at?: string,
  ): void {
    this.live = true;
    for (const view of balances) if (this.follows(view.account)) this.merge(view, false, recorded_at);
    if (key === null) return;
    const included = (overlay: Overlay) =>
      overlay.key === key &&
      balances.some((view) => view.account === overlay.account && view.asset === overlay.asset);
    this.endOverlays(included);
    this.overlays = this.overlays.map((overlay) =>
      overlay.key === key ? { ...overlay, positions } : overlay,
    );
  }

  private unversioned(account: string, asset: string, balance: string): void {
    const key = balanceKey(account, asset);
    this.provisional[key] = balance;
    this.touched.add(key);
    this.refresh = true;
    this.live = true;
  }

  private adopt(theirs: Confirmed): void {
    for (const [stream, reading] of Object.entries(theirs.readings)) {
      const ours = this.confirmed.readings[stream];
      const restarted = ours !== undefined && ours.epoch !== reading.epoch;
      if (restarted) this.forget(stream, stream.replace(/^view:/, "user:"));
      if (!ours || restarted || reading.offset > ours.offset) this.setReading(stream, reading);
    }
    const own = `user:${theirs.user}`;
    const behind = (theirs.readings[own]?.offset ?? 0) < (this.confirmed.readings[own]?.offset ?? 0);
    for (const view of Object.values(theirs.balances)) this.merge(view, false);
    if (!behind) this.share(theirs.shared);
    for (const event of theirs.events) {
      if (!this.confirmed.events.some((own) => own.stream === event.stream && own.offset === event.offset)) {
        this.confirmed.events = insertEvent(this.confirmed.events, event, this.limits.historyMax);
      }
    }
    this.confirmed.notices = adoptNotices(this.confirmed.notices, theirs.notices);
    this.forwarded(theirs.aheadSeconds ?? undefined);
    this.confirmed.user = theirs.user;
    this.confirmed.name = theirs.name;
    this.confirmed.roles = theirs.roles;
  }

  /** Lets go of a stream and of all balances under `account`. */
  private forget(stream: string, account: string): void {
    const { [stream]: _reading, ...readings } = this.confirmed.readings;
    this.confirmed.readings = readings;
    this.confirmed.events = this.confirmed.events.filter((event) => event.stream !== stream);
    if (hasNotices(stream)) this.confirmed.notices = forgetNotices(this.confirmed.notices, stream);
    this.drop((view) => belongsTo(view.account, account));
  }

  private drop(goes: (view: BalanceView) => boolean): void {
    const kept: Record<string, BalanceView> = {};
    for (const [key, view] of Object.entries(this.confirmed.balances)) {
      if (goes(view)) this.touched.add(key);
      else kept[key] = view;
    }
    this.confirmed.balances = kept;
  }

  private isOwn(stream: string): boolean {
    return stream === `user:${this.confirmed.user}`;
  }

  private shares(account: string): boolean {
    return this.confirmed.shared.some((share) => share.account === account);
  }

  /** False for what a person's own stream told of an account that is shared with them no more. */
  private sees(account: string, stream: string): boolean {
    return !this.isOwn(stream) || belongsTo(account, stream) || this.shares(account);
  }

  /** Takes in which accounts are shared now, and lets go of the balances of those that are no more. */
  private share(shared: readonly ShareView[]): void {
    const ended = this.confirmed.shared.filter(
      ({ account }) => !shared.some((share) => share.account === account),
    );
    for (const { account } of ended) this.drop((view) => view.account === account);
    if (JSON.stringify(shared) !== JSON.stringify(this.confirmed.shared)) this.confirmed.shared = shared;
  }

  /** The balances of an account that is shared from now on come with the next snapshot. */
  private member({ account, user, rights }: MemberUpdated, offset: number, reading: Reading): void {
    if (user !== this.confirmed.user || offset <= reading.covered) return;
    if (offset < lastOf(reading)) {
      // What came later may have been about the same account.
      this.refresh = true;
      return;
    }
    if (rights.length > 0 && !this.shares(account)) this.refresh = true;
    const others = this.confirmed.shared.filter((share) => share.account !== account);
    const shared = rights.length > 0 ? [...others, { account, rights }] : others;
    this.share(shared.sort((left, right) => (left.account < right.account ? -1 : 1)));
  }

  /** Rule C1. `restarted` means the stream starts over and its word counts whatever the version. */
  private merge(view: BalanceView, restarted: boolean, as_of = view.as_of): void {
    const key = balanceKey(view.account, view.asset);
    const known = this.confirmed.balances[key];
    if (known && !restarted && isNewer(known, { version: view.version, as_of })) return;
    const changed =
      !known ||
      known.version !== view.version ||
      known.balance !== view.balance ||
      known.available !== view.available;
    const limitsChanged =
      (view.floor !== undefined && view.floor !== known?.floor) ||
      (view.ceiling !== undefined && view.ceiling !== known?.ceiling);
    if (key in this.provisional) {
      delete this.provisional[key];
      this.touched.add(key);
    }
    if (!changed && !limitsChanged && (as_of === undefined || as_of === known?.as_of)) return;
    const { account, asset, balance, available, held, version } = view;
    this.confirmed.balances = {
      ...this.confirmed.balances,
      [key]: {
        account,
        asset,
        balance,
        available,
        held,
        version,
        floor: view.floor !== undefined ? view.floor : (known?.floor ?? null),
        ceiling: view.ceiling !== undefined ? view.ceiling : (known?.ceiling ?? null),
        ...(as_of !== undefined && { as_of }),
      },
    };
    if (changed || limitsChanged) this.touched.add(key);
  }

  /** True for accounts this page already follows: answers about others (a staff member's writes) are not kept. */
  private follows(account: string): boolean {
    return Object.keys(this.confirmed.readings).some((stream) => belongsTo(account, stream));
  }

  /** A sandbox's clock goes forward only, so that what comes late changes nothing. */
  private forwarded(seconds: number | undefined): void {
    if (seconds === undefined) return;
    this.confirmed.aheadSeconds = Math.max(this.confirmed.aheadSeconds ?? 0, seconds);
  }

  private setReading(stream: string, reading: Reading): void {
    this.confirmed.readings = { ...this.confirmed.readings, [stream]: reading };
  }

  private touch(overlay: Overlay): void {
    this.touched.add(balanceKey(overlay.account, overlay.asset));
  }

  private endOverlays(ends: (overlay: Overlay) => boolean): void {
    const ended = this.overlays.filter(ends);
    if (ended.length === 0) return;
    for (const overlay of ended) this.touch(overlay);
    this.overlays = this.overlays.filter((overlay) => !ended.includes(overlay));
  }

  /** True when one of these positions has been read, or belongs to a history that is no more. */
  private arrived(positions: Readonly<Record<string, string>>): boolean {
    return Object.entries(positions).some(([stream, text]) => {
      const reading = this.confirmed.readings[stream];
      const position = parsePosition(text);
      if (!reading || !position) return false;
      const { epoch, offset } = position;
      if (reading.epoch !== epoch) return true;
      return offset <= reading.offset || offset <= reading.covered || reading.ahead.includes(offset);
    });
  }

  private derive(key: string): Balance | null {
    const view = this.confirmed.balances[key];
    const provisional = this.provisional[key];
    const [account = "", asset = ""] = key.split(" ");
    if (!view && provisional === undefined) return null;
    const confirmed = view?.balance ?? provisional ?? "0";
    let balance = provisional ?? confirmed;
    let available = provisional ?? view?.available ?? confirmed;
    let pending = false;
    for (const overlay of this.overlays) {
      if (overlay.account !== account || overlay.asset !== asset || isZero(overlay.delta)) continue;
      balance = add(balance, overlay.delta);
      available = add(available, overlay.delta);
      pending = true;
    }
    return {
      account,
      asset,
      balance,
      available,
      held: view?.held ?? "0",
      confirmed,
      version: view?.version ?? 0,
      floor: view?.floor ?? null,
      ceiling: view?.ceiling ?? null,
      pending,
      provisional: provisional !== undefined,
      change: null,
    };
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Picks what the book takes of a snapshot: the rest is not sent to other tabs. */
export const pictureOf = ({ balances, notifications, ahead_s, shared }: SnapshotData) => ({
  balances,
  notifications,
  ahead_s,
  shared,
});

/** The highest offset that has been seen. */
const lastOf = (reading: Reading) => reading.ahead.at(-1) ?? reading.offset;

/** The reading after `offset` was seen: the contiguous part grows as far as it can. */
function advance(reading: Reading, offset: number): Reading {
  const ahead = [...reading.ahead, offset].sort((a, b) => a - b);
  let top = reading.offset;
  while (ahead[0] === top + 1) {
    top += 1;
    ahead.shift();
  }
  return { ...reading, offset: top, ahead };
}

/** Newest first; within a stream by offset, between streams by the moment of the commit. */
function insertEvent(
  events: readonly StreamEvent[],
  event: StreamEvent,
  max: number,
): readonly StreamEvent[] {
  const newer = (other: StreamEvent) =>
    other.stream === event.stream
      ? other.offset > event.offset
      : (other.recorded_at ?? "") > (event.recorded_at ?? "");
  const index = events.findIndex((other) => !newer(other));
  const at = index < 0 ? events.length : index;
  return [...events.slice(0, at), event, ...events.slice(at)].slice(0, max);
}
