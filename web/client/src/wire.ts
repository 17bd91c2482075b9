/**
 * The shapes the server sends, exactly as they are on the wire: amounts are decimal strings, times are RFC 3339
 * in UTC, ids are UUIDs. Nothing here is computed by the client.
 */

/** One balance of one account in one asset, at one version. */
export interface BalanceView {
  account: string;
  asset: string;
  balance: string;
  available: string;
  held: string;
  /** Rises by one with each change of this balance; it decides which of two values is newer. */
  version: number;
  floor?: string | null;
  ceiling?: string | null;
}

export interface AccountView {
  account: string;
  balances: BalanceView[];
}

export interface PostingView {
  source: string;
  destination: string;
  amount: string;
  asset: string;
}

export type HoldState = "open" | "captured" | "released" | "expired";

export interface HoldView {
  id: string;
  source: string;
  destination: string;
  asset: string;
  amount: string;
  captured: string;
  released: string;
  remaining: string;
  state: HoldState;
  expires_at: string | null;
  created_at: string;
}

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

export interface TransactionView {
  /** Null for a command that found nothing to change; balances and positions then are the present ones. */
  id: string | null;
  kind: Kind;
  postings: PostingView[];
  reason: string;
  metadata: Metadata | null;
  actor: string;
  principal: string;
  key: string;
  at: string;
  recorded_at: string;
  reverses: string | null;
  /** The request that did it, such as `request:transfer:0198c5f0-…`; null for what a caller posted. */
  cause?: string | null;
  hold: HoldView | null;
  balances: BalanceView[];
  /** Where the events of this transaction stand: stream -> "epoch:offset". */
  positions: Record<string, string>;
  replayed: boolean;
}

/** One line of an account's history, with the balance after it. */
export interface EntryView {
  transaction: string;
  kind: Kind;
  account: string;
  asset: string;
  delta: string;
  balance: string;
  held_delta?: string;
  held: string;
  version: number;
  counterparty?: string | null;
  reason: string;
  actor?: string | null;
  metadata?: Metadata | null;
  at: string;
  recorded_at: string;
  hold?: string | null;
  reverses?: string | null;
}

export interface AuditView {
  id: string;
  at: string;
  actor: string;
  principal: string;
  kind: string;
  target: string;
  reason: string;
  key: string;
  before: unknown;
  after: unknown;
  details: unknown;
}

export interface Page<T> {
  items: T[];
  /** Give it back to get the next page; null on the last one. */
  cursor: string | null;
}

export interface Asset {
  code: string;
  /** Number of fraction digits of its amounts. */
  scale: number;
}

/** Who is signed in and what they have: `GET /v1/me`. */
export interface Me {
  user: string | null;
  principal: string;
  name?: string | null;
  roles: string[];
  balances: BalanceView[];
  positions: Record<string, string>;
}

/** One change of one balance inside an event. */
export interface BalanceChange {
  account: string;
  asset: string;
  delta: string;
  balance: string;
  available: string;
  held: string;
  version: number;
}

/** What a stream tells of one transaction. */
export interface EventData {
  type: string;
  transaction?: string;
  kind?: Kind;
  reason?: string;
  at?: string;
  recorded_at?: string;
  /** Present only when the stream's own user issued the command: it ends that user's pending overlay. */
  key?: string;
  hold?: string;
  changes?: BalanceChange[];
  /** What a program tells beside the money: of `<kind>_updated` the request, of `requests_updated` a `RequestNews`. */
  data?: unknown;
  /** What the stream's person is told by it; on their own stream with how many are unread now. */
  notification?: NotificationView & { unread?: number };
}

export interface SnapshotData {
  user?: string;
  balances: BalanceView[];
  as_of?: string;
  /** Absent when there never was one. */
  notifications?: NotificationsView;
}

/** `GET /v1/streams/{stream}/events`: what came after a position, or a reset where resuming is impossible. */
/** Answer of `GET /v1/streams/events`: a page of each stream that has news, and the vector after them. */
export interface StreamPages {
  pages: (StreamPage & { stream: string })[];
  position: string;
}

export interface StreamPage {
  events: (EventData & { offset: number })[];
  position: string;
  reset?: { snapshot: SnapshotData };
}

export interface PostingInput {
  source: string;
  destination: string;
  amount: string;
  asset: string;
}

export interface TransactionInput {
  postings: PostingInput[];
  reason?: string;
  metadata?: Metadata;
  /** Effective time; now when absent. */
  at?: string;
  /** Whether floors are checked at each moment since an earlier `at`, not at present alone. */
  check_past?: boolean;
}

export interface HoldInput {
  source: string;
  destination: string;
  amount: string;
  asset: string;
  expires_at?: string;
  /** Seconds from now. */
  expires_in?: number;
  reason?: string;
  metadata?: Metadata;
}

export interface ProblemView {
  type?: string;
  title?: string;
  status: number;
  code: string;
  detail?: string;
  replayed?: boolean;
  [field: string]: unknown;
}

export interface BulkInput {
  mode: "atomic" | "independent";
  items: TransactionInput[];
  reason?: string;
}

export interface BulkResult {
  index: number;
  status: number;
  transaction?: TransactionView;
  problem?: ProblemView;
}

export interface BulkView {
  mode: "atomic" | "independent";
  replayed: boolean;
  results: BulkResult[];
  summary: { committed: number; refused: number };
}

export interface ActionInput {
  amount: string;
  asset?: string;
  to?: string;
  reason?: string;
  metadata?: Metadata;
}

/** Somebody whom money may go to; `name` empty where none is known. */
export interface RecipientView {
  user: string;
  name: string;
}

export interface UserView {
  user: string;
  name: string;
  email: string | null;
  /** Null where the roles of the person's own token count. */
  roles: string[] | null;
  disabled: boolean;
  balances: BalanceView[];
}

export interface UserInput {
  user: string;
  name?: string;
  email?: string;
  password?: string;
  roles?: string[];
}

export interface UserPatch {
  roles?: string[];
  disabled?: boolean;
  name?: string;
  email?: string;
}

export interface Session {
  token: string;
  expires_at: string;
  user: string | null;
  name?: string | null;
  roles: string[];
}

export interface Credentials {
  user?: string;
  email?: string;
  password: string;
}

export interface SheetRow {
  line: number;
  user: string;
  amount: string;
  reason: string;
  error?: { code: string; detail: string };
  duplicate_of?: number;
  balance?: string;
  known: boolean;
  /** The amount as the file has it, where that differs from `amount`. */
  written?: string;
}

/** A column of a file that may be chosen: its number from 1, the words of its header, the first text below. */
export interface SheetColumn {
  number: number;
  name: string;
  sample: string;
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

export interface SheetPreview {
  /** What the file calls the user, the amount and the reason. */
  columns: Record<string, string>;
  /** The numbers of these columns, from 1. */
  places: Record<string, number>;
  encoding: string | null;
  delimiter: string | null;
  sheet: string | null;
  rows: SheetRow[];
  /** `duplicates` are good rows that repeat a person; `total` is the amount of the good ones. */
  summary: { rows: number; good: number; bad: number; duplicates: number; total: string };
  /** The sign before the fraction, as chosen or as the amounts show it; null where none does. */
  decimal: string | null;
  header_line: number;
  /** The columns and sheets that may be chosen instead. */
  found: SheetColumn[];
  sheets: { name: string; hidden: boolean }[];
  /** What a person should look at. */
  warnings: { code: string; detail: string; line?: number }[];
}

/** What people may do with their own money: for which assets (none named: any), at most how much, to another or not. */
export interface ActionView {
  assets: string[];
  max: string | null;
  takes_to: boolean;
}

export interface ConfigView {
  version: string;
  demo: boolean;
  assets: Asset[];
  actions: Record<string, ActionView>;
  /** Whether senders are told who is behind an "email" (or id), an "id", or nothing (""). Absent on older servers. */
  people_found_by?: string;
}

export interface DemoPerson {
  user: string;
  name: string;
  role: string;
  password: string;
}

export type JsonSchema = Record<string, unknown>;

/** A state of a kind of requests: `waits` for a decision of staff, or `open` while something can still happen. */
export interface StateView {
  name: string;
  title: string;
  open: boolean;
  waits: boolean;
  tone: "neutral" | "wait" | "good" | "bad";
  /** The transition that the system takes once a request's `due_at` has come; "" for none. */
  due: string;
}

/** A way from some states to others; the one named "file" begins a request. */
export interface TransitionView {
  name: string;
  title: string;
  from: string[];
  to: string[];
  /** owner, admin (or another role), service, system. */
  by: string[];
  /** Staff decide by it, so nobody takes it on their own request. */
  decides: boolean;
  /** It counts as an approval; above the kind's threshold two people must take it. */
  approves: boolean;
  /** It gives money back: one person proposes it, and it happens when another asks for the same. */
  confirms?: boolean;
  /** Of its input. */
  schema: JsonSchema;
}

/** What can be filed on this server. */
export interface KindView {
  name: string;
  title: string;
  description: string;
  states: StateView[];
  transitions: TransitionView[];
  /** Of the data that is filed. */
  schema: JsonSchema;
  /** By asset the amount from which two people must approve. */
  thresholds: Record<string, string>;
  /** The kind that requests of this one belong to. */
  parent: string | null;
}

/** One step of a request's history. */
export interface StepView {
  version: number;
  transition: string;
  from: string;
  to: string;
  /** Principal: "user:42", "system:workflow". */
  by: string;
  at: string;
  reason: string;
  input: Record<string, unknown>;
  transaction: string;
}

/** Somebody who looks at a request, and until when this is known. */
export interface LookView {
  by: string;
  until: string;
}

export interface RequestView {
  id: string;
  kind: string;
  state: string;
  version: number;
  /** Id of the person whose request it is. */
  user: string;
  data: Record<string, unknown>;
  amount: string | null;
  asset: string | null;
  filed_by: string;
  filed_at: string;
  changed_at: string;
  /** When the system takes the next step by itself. */
  due_at: string | null;
  approvals: { needed: number; given: { by: string; at: string; input: Record<string, unknown> }[] };
  decided_by: string | null;
  decided_at: string | null;
  reason: string;
  parent: string | null;
  hold: string | null;
  open: boolean;
  waits: boolean;
  /** What somebody proposes to give back of what the request moved; absent where nobody does. */
  correction?: { by: string; at: string; input: Record<string, unknown> };
  /** What was given back in all, by asset; absent where nothing was. */
  corrected?: Record<string, string>;
  /** The transitions that the reader may take now; absent in events. */
  may?: string[];
  /** The request that this one belongs to, where the same step changed it; comes with events and writes. */
  changed_parent?: RequestView;
  /** Comes with a single request, to staff. */
  viewers?: LookView[];
  /** The newest steps, the oldest of them first; comes with a single request. */
  history?: StepView[];
  /** Whether there are steps before these. */
  history_more?: boolean;
  /** These come with the answer to a write. */
  transaction?: string;
  balances?: BalanceView[];
  positions?: Record<string, string>;
  replayed?: boolean;
}

export interface RequestPage extends Page<RequestView> {
  /** How many of each kind wait for a decision; comes to staff who ask for what waits. */
  waiting?: Record<string, number>;
}

export interface RequestFilter {
  kind?: string;
  state?: string;
  /** Only those that wait for a decision (staff). */
  waits?: boolean;
  user?: string;
  /** Only those that belong to this request. */
  parent?: string;
  /** Newest by default; largest only with `waits`. */
  sort?: "newest" | "oldest" | "largest";
}

/** A request that changed, as the event `requests_updated` tells staff of it. */
export interface RequestLine {
  id: string;
  kind: string;
  state: string;
  version: number;
  user: string;
  amount: string | null;
  asset: string | null;
  waits: boolean;
  /** Id of the request that it belongs to. */
  parent: string | null;
  /** How many approved, and how many must. */
  approvals: number;
  needed: number;
  /** Who changed it. */
  by: string;
  filed_at: string;
  changed_at: string;
}

/** One event for all changes of a batch; `more` of them are left out. */
export interface RequestNews {
  items: RequestLine[];
  more: number;
}

export type Level = "success" | "error" | "info" | "warning";

/** How somebody hears of a notification. All are kept and listed whatever they chose. */
export type Way = "toast" | "email";

export interface NotificationView {
  id: string;
  level: Level;
  title: string;
  body: string;
  category: string;
  /** A toast of the same thread is replaced by this one; "" for none. */
  thread: string;
  subject: { kind: string; id: string } | null;
  at: string;
  read: boolean;
  /** Whose it is: one's own stream, or a room's. */
  stream: string;
  /** Its place there: 1, 2, 3. */
  number: number;
}

/** What somebody has read of a stream: the numbers up to `upto`, and those of the spans (first, last). */
export interface MarkView {
  upto: number;
  spans: [number, number][];
}

/** What a snapshot says of notifications: `unread`, `marks` and `ways` of one's own stream, `stale` of a room. */
export interface NotificationsView {
  total: number;
  items: NotificationView[];
  unread?: number;
  marks?: Record<string, MarkView>;
  ways?: Record<string, Way[]>;
  stale?: number;
}

export interface NotificationPage extends Page<NotificationView> {
  unread: number;
}

export interface NotificationInput {
  /** "user:42", "role:partner", or "all". */
  to: string;
  title: string;
  body?: string;
  level?: Level;
  category?: string;
  thread?: string;
  subject?: { kind: string; id: string };
}

export interface SentView {
  id: string;
  to: string;
  at: string;
  positions: Record<string, string>;
  replayed: boolean;
}

/** What was read: these ids, those of a thread, or all up to and including the one of an id. */
export interface ReadInput {
  ids?: string[];
  thread?: string;
  upto?: string;
}

export interface ReadView {
  unread: number;
  marks: Record<string, MarkView>;
  positions: Record<string, string>;
}

export interface PreferencesView {
  /** By category; "*" stands for all others. */
  ways: Record<string, Way[]>;
  /** Those the person was notified of lately. */
  categories: string[];
  /** Where mail goes; null where nothing is known. */
  email: string | null;
  /** Whether this server sends mail. */
  mail: boolean;
}

export interface PreferencesInput {
  ways?: Record<string, Way[]>;
  /** Only services and admins say where mail goes. */
  email?: string;
}
