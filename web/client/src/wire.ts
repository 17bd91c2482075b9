/**
 * The shapes that the server sends and takes, made by `make types` from its OpenAPI document: do not edit.
 *
 * Amounts are decimal strings, times are RFC 3339 in UTC, ids are UUIDs.
 */

/** A page of accounts; `cursor` leads to the next one, null on the last. */
export interface AccountPage {
  items: AccountView[];
  cursor: string | null;
}

/**
 * The state of an account. `rest_to` is the account that gets the rest of one that is closed, "" for the others.
 *
 * `transaction` is null for a dry run.
 */
export interface AccountStateView {
  account: string;
  state: "open" | "frozen" | "closing" | "closed";
  rest_to: string;
  transaction: string | null;
  replayed: boolean;
  dry_run?: boolean;
}

/** The data of an event `account_updated`: an account of the stream's owner was frozen, closed or opened again. */
export interface AccountUpdated {
  account: string;
  state: "open" | "frozen" | "closing" | "closed";
}

/** All balances of one account, by asset. `state` is left out while it is open. */
export interface AccountView {
  account: string;
  balances: BalanceView[];
  state?: "open" | "frozen" | "closing" | "closed";
}

/**
 * A call of an action that the server declares, with a person's own money.
 *
 * With `at_most` it moves what may move of the amount; nothing at all is no refusal.
 */
export interface ActionInput {
  /** A decimal string of at most the asset's fraction digits, above zero. */
  amount: string;
  asset?: string | null;
  at_most?: boolean;
  to?: string | null;
  /** Why, for people. */
  reason?: string;
  /** The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not. */
  metadata?: Record<string, unknown>;
}

/** An action of people: its assets (none named: any), its largest amount, and whether it names another person. */
export interface ActionView {
  assets: string[];
  max: string | null;
  takes_to: boolean;
}

/** Tell the account's owner when less than `below` is available; null for never. */
export interface AlertInput {
  below: string | null;
  /** Why, for people. */
  reason?: string;
}

/** The alerts of an account, one for each asset that has one, or would have one by the setting `low_balance`. */
export interface AlertList {
  items: AlertView[];
}

/**
 * An alert of an account: its owner is told when less than `below` is available, null for never.
 *
 * `own` says that somebody chose it for this account; otherwise the setting `low_balance` did. `low` is whether
 * the owner was told that the account is below. `changed_at` is null while nobody changed anything.
 */
export interface AlertView {
  account: string;
  asset: string;
  below: string | null;
  own: boolean;
  low: boolean;
  changed_at: string | null;
}

/**
 * By how much a posting (its number from 0) changed what remains of a grant, and what is held of it.
 *
 * `account` is whose grant it is; `class` is paid or promotional; `expires_at` is None for never.
 */
export interface AllocationView {
  grant: string;
  posting: number;
  account: string;
  amount: string;
  held: string;
  class: "paid" | "promotional";
  expires_at: string | null;
}

/** A key for a service: its name stays while its keys rotate; the label tells keys apart. */
export interface ApiKeyInput {
  service: string;
  label?: string;
}

/** The newest 1,000 keys, newest first. */
export interface ApiKeyList {
  items: ApiKeyView[];
}

/** An API key; `key` itself is shown once, when it is made. */
export interface ApiKeyView {
  id: string;
  service: string;
  label: string;
  created_at: string;
  created_by: string;
  revoked_at: string | null;
  key?: string;
}

/** An approval: by whom, when, and of which input, which the next one must repeat. */
export interface ApprovalView {
  by: string;
  at: string;
  input: Record<string, unknown>;
}

/** The number of different people who must approve, and those who did. */
export interface ApprovalsView {
  needed: number;
  given: ApprovalView[];
}

/** An asset: its code, and its number of fraction digits, which never changes. */
export interface AssetInput {
  code: string;
  scale: number;
}

/** All assets by code. */
export interface AssetList {
  items: AssetView[];
}

/** An asset: its code and its number of fraction digits. */
export interface AssetView {
  code: string;
  scale: number;
}

/** The draft of a file that was uploaded with POST /v1/runs/drafts. */
export interface AttachInput {
  draft: string;
}

/** A page of the audit log, newest first. */
export interface AuditPage {
  items: AuditView[];
  cursor: string | null;
}

/** One audit entry, of a transaction or of an act that moved no money; `before` and `after` are JSON values. */
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

/**
 * One balance in an event: its change and the absolute values after it, as decimal strings.
 *
 * `expiring` is what expires next, left out where nothing does.
 */
export interface BalanceChange {
  account: string;
  asset: string;
  delta: string;
  balance: string;
  available: string;
  held: string;
  version: number;
  expiring?: ExpiringView;
}

/**
 * A balance after a change: decimal strings. `version` counts its changes, and `id` names this one.
 *
 * With `snapshot` it tells how the balance stands, and nothing has changed.
 */
export interface BalancePacket {
  id: string;
  account: string;
  asset: string;
  balance: string;
  available: string;
  held: string;
  delta: string;
  reason: string;
  version: number;
  snapshot?: boolean;
}

/**
 * A balance on the wire; `floor` and `ceiling` are None where there is no limit.
 *
 * Both are left out of a transaction's balances: its answer tells for ever what it did, and limits have no history.
 * `expiring` is what expires next, left out where nothing does and of a transaction's balances. What has expired is
 * not available, also before it is booked, so two answers of one `version` may differ: the one with the later
 * `as_of`, the moment of reading, counts. A transaction's balances are as of its `recorded_at`. `dry_run` comes
 * with the answer to a dry run of new limits.
 */
export interface BalanceView {
  account: string;
  asset: string;
  balance: string;
  available: string;
  held: string;
  version: number;
  floor?: string | null;
  ceiling?: string | null;
  expiring?: ExpiringView;
  as_of?: string;
  dry_run?: boolean;
}

/** The states that boards show, by the name of their sort. */
export interface BoardStates {
  run: RunProgress;
  runs: RunsMoving;
}

/** A budget after a change. */
export interface BudgetAnswer {
  id: string;
  account: string | null;
  asset: string;
  of: string | null;
  window: "hour" | "day" | "month";
  rolling: boolean;
  zone: string;
  limit: string;
  used: string;
  left: string;
  begins_at: string;
  resets_at: string | null;
  stopped: boolean;
  alerts: number[];
  set_by: "owner" | "staff";
  created_at: string;
  removed?: boolean;
  replayed: boolean;
  dry_run?: boolean;
}

/** A page of budgets in the order in which they were set; `cursor` leads to the next one, null on the last. */
export interface BudgetPage {
  items: BudgetView[];
  cursor: string | null;
}

/**
 * A budget as it stands: amounts as decimal strings. `left` is what may still be spent in the current window.
 *
 * `account` is null for one across accounts, `of` (the principal) for one on whoever spends. The window began at
 * `begins_at`; more is left by itself at `resets_at`, which is null for a rolling window of which nothing is used.
 * `alerts` are percentages. `removed` comes with one that was just removed.
 */
export interface BudgetView {
  id: string;
  account: string | null;
  asset: string;
  of: string | null;
  window: "hour" | "day" | "month";
  rolling: boolean;
  zone: string;
  limit: string;
  used: string;
  left: string;
  begins_at: string;
  resets_at: string | null;
  stopped: boolean;
  alerts: number[];
  set_by: "owner" | "staff";
  created_at: string;
  removed?: boolean;
}

/**
 * 1 to 10,000 items: `atomic` does all or none; `independent` gives a verdict for each.
 *
 * `reason` counts for items that have none.
 */
export interface BulkInput {
  mode: "atomic" | "independent";
  items: BulkItemInput[];
  /** Why, for people. */
  reason?: string;
}

/**
 * One thing to do: `postings`, `hold`, `capture`, `settle`, `release`, `extend` or `reverse`.
 *
 * `at` and `below_floor` are for postings and reversals, `check_past` is for postings, as in a transaction.
 */
export interface BulkItemInput {
  postings?: PostingInput[] | null;
  hold?: HoldItemInput | null;
  capture?: CaptureItemInput | null;
  settle?: SettleItemInput | null;
  release?: HeldItemInput | null;
  extend?: ExtendItemInput | null;
  reverse?: ReverseItemInput | null;
  /** Why, for people. */
  reason?: string;
  /** The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not. */
  metadata?: Record<string, unknown>;
  at?: string | null;
  check_past?: boolean;
  /** Let accounts fall below their floors. Admins may, and the services that the setting `below_floor` names. */
  below_floor?: boolean;
}

/** One item's verdict: `status` is what it would have been answered alone (201, 200 replayed, 4xx). */
export interface BulkResult {
  index: number;
  status: number;
  transaction?: TransactionView;
  problem?: ProblemView;
}

/** The numbers of items committed and refused. */
export interface BulkSummary {
  committed: number;
  refused: number;
}

/** The verdicts of a bulk in the order of its items. */
export interface BulkView {
  mode: "atomic" | "independent";
  replayed: boolean;
  results: BulkResult[];
  summary: BulkSummary;
  dry_run?: boolean;
}

/** All rules of a campaign as they are to be. `version` is the one that was read: another one is refused. */
export interface CampaignChange {
  version?: number | null;
  /** Why, for people. */
  reason?: string;
  name: string;
  /** A decimal string of at most the asset's fraction digits, above zero. */
  amount: string;
  note?: string;
  grant?: VoucherGrantInput | null;
  starts_at?: string | null;
  ends_at?: string | null;
  uses_max?: number | null;
  uses_each?: number | null;
  budget?: string | null;
  first_purchase?: boolean;
  active?: boolean;
}

/** Redemptions over time, the oldest first, without hours or days in which there were none. */
export interface CampaignChart {
  step: "day" | "hour";
  points: ChartPoint[];
}

/** A campaign to begin. Without a shared `code` it has single-use codes, which are made afterwards. */
export interface CampaignInput {
  name: string;
  /** A decimal string of at most the asset's fraction digits, above zero. */
  amount: string;
  note?: string;
  grant?: VoucherGrantInput | null;
  starts_at?: string | null;
  ends_at?: string | null;
  uses_max?: number | null;
  uses_each?: number | null;
  budget?: string | null;
  first_purchase?: boolean;
  active?: boolean;
  asset: string;
  /** 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':'. */
  source?: string;
  code?: string;
  /** Why, for people. */
  reason?: string;
}

/** Campaigns, the newest first. */
export interface CampaignPage {
  items: CampaignView[];
  cursor: string | null;
}

/**
 * A campaign: what each code gives, to whom and how often, and what came of it.
 *
 * `code` is its shared code; None where it has single-use codes, of which `codes` were made. `uses` redemptions
 * were not undone and gave `spent`. `uses_max` and `budget` bound these, `uses_each` those of one person; None
 * is no bound. `state` is what a redemption now would meet.
 */
export interface CampaignView {
  id: string;
  name: string;
  note: string;
  state: "not_yet" | "over" | "running" | "stopped" | "used_up";
  code: string | null;
  amount: string;
  asset: string;
  source: string;
  grant: VoucherTerms | null;
  starts_at: string | null;
  ends_at: string | null;
  uses_max: number | null;
  uses_each: number | null;
  budget: string | null;
  first_purchase: boolean;
  active: boolean;
  codes: number;
  uses: number;
  spent: string;
  version: number;
  created_by: string;
  created_at: string;
  changed_by: string;
  changed_at: string;
}

/**
 * All that a candidate's dashboard shows. Amounts are of `asset`, `month` is this one (UTC).
 *
 * `credits` can be spent, `held` is reserved. `granted` arrived this month, less what was taken back of it;
 * `spent` left this month, less what came back; `updates` counts the month's changes. `last_update` is None
 * where nothing ever happened.
 */
export interface CandidateDashboard {
  user: string;
  email: string;
  name: string;
  asset: string;
  credits: string;
  held: string;
  month: string;
  granted: string;
  spent: string;
  updates: number;
  last_update: UpdateView | null;
  placements: PlaceView[];
}

/** Facts about a candidate: what is empty stays as it was. */
export interface CandidateInput {
  email?: string;
  name?: string;
  origin?: "legacy" | "regular";
  /** Why, for people. */
  reason?: string;
}

/** Candidates in order of their ids; balances are of `asset`. */
export interface CandidatePage {
  items: CandidateView[];
  asset: string;
  cursor: string | null;
}

/**
 * A candidate: `user` is their id, `balance` what they have of the asset, a decimal string.
 *
 * `origin` tells whether a file made them, or the app did: a `regular` one, or one of an older app (`legacy`).
 * `placements` counts where they are placed.
 */
export interface CandidateView {
  user: string;
  email: string;
  name: string;
  origin: "file" | "legacy" | "regular";
  since: string;
  balance: string;
  placements: number;
}

/**
 * The amount of the hold to post (all that is left by default); `final` releases the rest.
 *
 * With `at_most` no more is posted than is left.
 */
export interface CaptureInput {
  amount?: string | null;
  final?: boolean;
  at_most?: boolean;
  /** Why, for people. */
  reason?: string;
  /** The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not. */
  metadata?: Record<string, unknown>;
}

/** The amount of the hold to post (all that is left by default); `final` releases the rest. */
export interface CaptureItemInput {
  hold?: string | null;
  item?: number | null;
  amount?: string | null;
  final?: boolean;
  at_most?: boolean;
}

/** The changes of a budget; what is not named stays. */
export interface ChangeBudgetInput {
  /** The most that may be spent in a window, a decimal string; 0 lets nothing through. */
  limit?: string;
  stopped?: boolean;
  /** Percentages of the limit: whoever owns the budget is told, once a window, when one is reached. */
  alerts?: number[];
  /** Why, for people. */
  reason?: string;
}

/** An hour or a day from `at` on: the redemptions in it that were not undone, and what they gave. */
export interface ChartPoint {
  at: string;
  uses: number;
  amount: string;
}

/**
 * The answer to "may it be spent": `allowed` is the verdict that a posting of the amount would get now.
 *
 * `refusal` is the code of one that would be refused. `most` is what may be spent at most, null without a limit:
 * what is available above the floor, and left of each budget that counts what `of` (a principal) spends. `budget`
 * is the one of which the least is left. Amounts are decimal strings.
 */
export interface CheckView {
  account: string;
  asset: string;
  of: string;
  amount: string | null;
  allowed: boolean;
  refusal: string | null;
  detail: string | null;
  most: string | null;
  available: string;
  floor: string | null;
  grants: GrantsView;
  budget: BudgetView | null;
  pace: PaceView;
}

/** The data of an event `clock_forwarded`: the time of the sandbox, and how many seconds it is ahead in all. */
export interface ClockForwarded {
  now: string;
  ahead_s: number;
}

/**
 * The time of the ledger on the wire: whether it is a sandbox, its time, and how many seconds it was set forward.
 *
 * `leap` is there while the clock has leapt and staff have not confirmed it.
 */
export interface ClockView {
  sandbox: boolean;
  now: string;
  ahead_s: number;
  leap: LeapView | null;
}

/** The reason for which the account is closed, and the account that gets what is left. */
export interface CloseInput {
  /** Why, for the audit log. */
  reason: string;
  /** 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':'. */
  rest_to: string;
}

/** Single-use codes by number. */
export interface CodePage {
  items: CodeView[];
  cursor: string | null;
}

/** A single-use code, named by its number; who redeemed it, and when, where somebody has. */
export interface CodeView {
  number: number;
  state: "redeemed" | "unused" | "void";
  made_at: string;
  made_by: string;
  redemption: string | null;
  user: string | null;
  redeemed_at: string | null;
}

/** The number (`count`) of single-use codes to make. */
export interface CodesInput {
  count: number;
  /** Why, for people. */
  reason?: string;
}

/**
 * A movement of a person's commissions. `status` is the kind of transaction that made it, such as post.
 *
 * `amount` is a decimal string, negative for what was taken. `version` counts the changes of the balance.
 */
export interface CommissionPacket {
  id: string;
  status: string;
  amount: string;
  currency: string;
  reason: string;
  version: number;
}

/**
 * The facts that a front end needs before anybody signs in. With no `people_found_by` nobody is told a name.
 *
 * `programs` are those that the settings turn on.
 */
export interface ConfigView {
  version: string;
  demo: boolean;
  assets: AssetView[];
  actions: Record<string, ActionView>;
  people_found_by: string;
  sandbox: boolean;
  programs: string[];
}

/** The reason for which the clock is taken to be right. */
export interface ConfirmInput {
  /** Why, for the audit log. */
  reason: string;
}

/** The time of the ledger once the leap is confirmed, and by how many seconds the clock had leapt. */
export interface ConfirmedView {
  now: string;
  leapt_s: number;
  replayed: boolean;
}

/** A user id or an e-mail address, and the password. */
export interface Credentials {
  password: string;
  user?: string | null;
  email?: string | null;
}

/**
 * A person's credits after a change and before it, as whole numbers. Otherwise like `balance_updated`.
 *
 * `at` is the moment of the change; with `snapshot` it is that of reading.
 */
export interface CreditPacket {
  id: string;
  candidateId: string;
  credits: number;
  previousCredits: number;
  delta: number;
  reason: string;
  at: string;
  version: number;
  snapshot?: boolean;
}

/**
 * A change of a person's balance, with what it was `before` and `after`, and how far it was told.
 *
 * `sent` counts the devices of the person that got it, at once or when they came back, and `seen` those that have
 * shown it, also newer ones; `sent_at` and `seen_at` are the first of these moments. `reverses` is the
 * transaction that it undid, and `reversed` says whether it was undone, wholly or in part. `cause` is what alone
 * may undo it, such as a request.
 */
export interface CreditUpdate {
  transaction: string;
  at: string;
  kind: string;
  user: string;
  account: string;
  asset: string;
  delta: string;
  before: string;
  after: string;
  actor: string;
  principal: string;
  reason: string;
  cause: string | null;
  reverses: string | null;
  reversed: boolean;
  sent: number;
  seen: number;
  sent_at: string | null;
  seen_at: string | null;
}

/** A page of updates, newest first; `cursor` leads to the next one, null on the last. */
export interface CreditUpdatePage {
  items: CreditUpdate[];
  cursor: string | null;
}

/**
 * The result of an operation (`act`) that gives credits, or with `dry_run` its preview: a `draft`.
 *
 * `people` are reached and get `total` in all; `new_people` of them were not known. `left_out` rows cannot be
 * posted, and the `ambiguous` e-mail addresses (the first 20) belong to several candidates. The `run` posts the
 * rest; it is null in a preview. `draft` has the rows: who gets what.
 */
export interface CreditsGiven {
  act: string;
  placement: string;
  file: string | null;
  dry_run: boolean;
  people: number;
  new_people: number;
  total: string;
  left_out: number;
  ambiguous: string[];
  draft: RunDraft;
  run: RunView | null;
}

/** The credits that each candidate gets, or with the mode `set` has afterwards. */
export interface CreditsInput {
  /** A decimal string of at most the asset's fraction digits, zero ("0") or above. */
  credits: string;
  mode?: "add" | "set";
  /** Why, for people. */
  reason?: string;
  /** Leave out rows that cannot be posted and people who are ambiguous, instead of refusing all. */
  leave_out?: boolean;
  /** Only say who would get what: nothing is posted or filed. */
  dry_run?: boolean;
}

/** Somebody to sign in as, in the demo. */
export interface DemoPerson {
  user: string;
  name: string;
  role: string;
  password: string;
}

/** The devices of a person that an update reached, in the order in which they got it. */
export interface DevicePage {
  items: DeviceView[];
}

/** A device that was sent an update, or has shown it: when; null for not. */
export interface DeviceView {
  device: string;
  sent_at: string | null;
  seen_at: string | null;
}

/**
 * The wishes to change; a field that is not named stays. `version` is the one that was read.
 *
 * `sheet` to `columns` correct the reading of a file; a column is named by its header's words or its number.
 * `amount` is the one of all rows, null for their own. Rows are left out by `unselect`, and taken in by
 * `select`. Without a change everything is checked again.
 */
export interface DraftChange {
  version?: number | null;
  /** Why, for people. */
  reason?: string;
  mode?: "add" | "set";
  /** 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':'. */
  source?: string;
  name?: string;
  duplicates?: "ask" | "first" | "sum";
  amount?: string | null;
  short?: "below_floor" | "refuse" | "take_what_is_left";
  sheet?: string | null;
  encoding?: string | null;
  delimiter?: string | null;
  decimal?: string | null;
  date_order?: string | null;
  columns?: Record<string, string | null>;
  select?: Picked;
  unselect?: Picked;
}

/**
 * Rows to check: `rows`, or `people` or a `selection` of them who all get the same `amount`.
 *
 * `mode` adds to balances, or sets them. `source` pays what is added. `duplicates` says what rows of one person
 * mean: nothing yet (`ask`), their sum, or the first alone.
 */
export interface DraftInput {
  rows?: RowInput[] | null;
  people?: string[] | null;
  amount?: string | null;
  asset?: string;
  mode?: "add" | "set";
  /** Why, for people. */
  reason?: string;
  name?: string;
  source?: string | null;
  selection?: SelectionInput | null;
  duplicates?: "ask" | "first" | "sum";
}

/** The reading of a file: which column means what, how it was written, and what may be chosen instead. */
export interface DraftReading {
  columns: Record<string, string>;
  places: Record<string, number>;
  header_line: number;
  sheet: string | null;
  sheets: ReadSheet[];
  found: ReadColumn[];
  encoding: string | null;
  delimiter: string | null;
  decimal: string | null;
  date_order: string | null;
  warnings: ReadRemark[];
  count: number;
}

/**
 * The rows of a draft, counted.
 *
 * `good` rows can be posted, `bad` ones cannot, and `selected` ones will be. `duplicates` name a person who is
 * named before, `new_people` are selected ones of whom nobody knows, `over_limit` ones against which a limit
 * stands. `total` is what is posted in all, `biggest` the largest amount. `spent` is how much an undo cannot
 * take back. `problems` counts bad rows by code.
 */
export interface DraftSummary {
  rows: number;
  good: number;
  bad: number;
  selected: number;
  unselected: number;
  people: number;
  duplicates: number;
  new_people: number;
  over_limit: number;
  total: string;
  biggest: string;
  spent: string;
  problems: Record<string, number>;
}

/** A page of an account's history, newest first. */
export interface EntryPage {
  items: EntryView[];
  cursor: string | null;
}

/** One line of an account's history: what changed (`delta`, `held_delta`) and how the account stood after it. */
export interface EntryView {
  transaction: string;
  kind: string;
  account: string;
  asset: string;
  delta: string;
  balance: string;
  held_delta: string;
  held: string;
  version: number;
  counterparty: string;
  reason: string;
  actor: string;
  metadata: Record<string, unknown>;
  at: string;
  recorded_at: string;
  hold: string | null;
  reverses: string | null;
}

/**
 * An event as it is stored and pushed. `type` is `balance_updated` where no program told more.
 *
 * `changes` are of the stream's own balances. `key` comes only when the stream's own user issued the command: it
 * ends that user's pending overlay. `hold` is the id of the hold that the transaction concerns. `data` is what a
 * program told, by the type of the event.
 */
export interface EventData {
  type: string;
  transaction: string;
  kind: string;
  reason: string;
  at: string;
  recorded_at: string;
  changes?: BalanceChange[];
  key?: string;
  hold?: string;
  data?: AccountUpdated | MemberUpdated | ClockForwarded | BudgetView | NotificationsRead | NotificationWays | RequestNews | RequestView | AlertView | PackageNews | VoucherTold | VoucherNews | PlacementTold | PlacementNews | Record<string, unknown>;
  notification?: NotificationTold;
}

/** The part of a balance that expires next: its amount as a decimal string, and when. */
export interface ExpiringView {
  amount: string;
  at: string;
}

/** When the hold is to end: at `expires_at`, or `expires_in` seconds from now. One of them is given. */
export interface ExtendInput {
  expires_at?: string | null;
  expires_in?: number | null;
  /** Why, for people. */
  reason?: string;
  /** The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not. */
  metadata?: Record<string, unknown>;
}

/** When the hold is to end: at `expires_at`, or `expires_in` seconds from now. One of them is given. */
export interface ExtendItemInput {
  hold?: string | null;
  item?: number | null;
  expires_at?: string | null;
  expires_in?: number | null;
}

/** A candidate whom a file placed: the `line` that names them, and what it gives them. */
export interface FileCandidate {
  user: string;
  email: string;
  name: string;
  origin: "file" | "legacy" | "regular";
  line: number;
  amount: string;
  balance: string;
  fresh: boolean;
}

/** Candidates of a file in the order of its lines; amounts are of `asset`. */
export interface FileCandidatePage {
  items: FileCandidate[];
  asset: string;
  cursor: string | null;
}

/** A request that a step filed, and the stream of its owner. */
export interface FiledView {
  kind: string;
  id: string;
  owner: string;
}

/**
 * The rest at the end of a day if nothing is spent, of `paid` and `promotional` grants; `expires` is what
 * is lost on that day.
 */
export interface ForecastDay {
  day: string;
  paid: string;
  promotional: string;
  expires: string;
}

/**
 * The worth of an account's grants day by day; `now` is what they are worth today before anything expires.
 *
 * `other` is what else is available there, which does not expire.
 */
export interface ForecastView {
  account: string;
  asset: string;
  zone: string;
  now: string;
  other: string;
  days: ForecastDay[];
}

/** A step of the clock: by so many seconds, or to a moment; one of both. */
export interface ForwardInput {
  forward_s?: number | null;
  to?: string | null;
  /** Why, for the audit log. */
  reason?: string;
}

/** The time of the sandbox after its clock was set forward. */
export interface ForwardedView {
  sandbox: boolean;
  now: string;
  ahead_s: number;
  leap: LeapView | null;
  replayed: boolean;
  dry_run?: boolean;
}

/** `fulfilled_by` may only be the caller: a person's id, or a principal. The reason stands in the history. */
export interface FulfillInput {
  fulfilled_by?: string;
  /** Why, for people. */
  reason?: string;
}

/** A grant, the grants that were made of it, and the holds that reserve parts of it. */
export interface GrantDetail {
  grant: GrantView;
  children: GrantView[];
  holds: GrantHold[];
}

/** A hold that reserves `amount` of a grant for the account `destination`. */
export interface GrantHold {
  hold: string;
  amount: string;
  destination: string;
  expires_at: string | null;
  created_at: string;
}

/**
 * The terms of a grant. It ends at `expires_at`, or `lasts_s` seconds after the commit, or never.
 *
 * The lower its `priority`, the earlier it is spent. `cause` says in a word why it is given, `note` is for
 * people.
 */
export interface GrantInput {
  class?: "paid" | "promotional";
  expires_at?: string | null;
  lasts_s?: number | null;
  priority?: number;
  cause?: string;
  note?: string;
}

/**
 * A change of a grant by one posting: `amount` of what remains and `held` of what is held, with their signs.
 *
 * `counterparty` is the account on the other side of the posting.
 */
export interface GrantMove {
  transaction: string;
  kind: string;
  amount: string;
  held: string;
  counterparty: string;
  reason: string;
  actor: string;
  at: string;
  hold: string | null;
  reverses: string | null;
}

/** A page of a grant's changes, newest first. */
export interface GrantMovePage {
  items: GrantMove[];
  cursor: string | null;
}

/** A page of grants; `cursor` leads to the next one, null on the last. */
export interface GrantPage {
  items: GrantView[];
  cursor: string | null;
}

/**
 * A grant as it is now.
 *
 * Of its `amount`, `spent` left the account, `expired` was lost, `voided` was taken back, and `remaining` is
 * left; `held` of that is reserved by holds, and `available` can be spent. `transaction` granted it out of the
 * account `source`; `parent` is the grant that it was made of. `state` is live, spent, expired or voided.
 */
export interface GrantView {
  id: string;
  account: string;
  asset: string;
  state: "expired" | "live" | "spent" | "voided";
  class: "paid" | "promotional";
  cause: string;
  note: string;
  amount: string;
  remaining: string;
  available: string;
  held: string;
  spent: string;
  expired: string;
  voided: string;
  priority: number;
  expires_at: string | null;
  source: string;
  transaction: string;
  parent: string | null;
  created_at: string;
  voided_at: string | null;
}

/** The available amount by what it is: free parts of grants by class, and `plain` money. */
export interface GrantsView {
  paid: string;
  promotional: string;
  plain: string;
}

/**
 * A grant for each of these people (`users`) or for everybody whose record has a `role`; name one of the two.
 *
 * It ends at `expires_at`, or `lasts_s` seconds after the commit, or never.
 */
export interface GroupInput {
  /** A decimal string of at most the asset's fraction digits, above zero. */
  amount: string;
  asset: string;
  users?: string[] | null;
  role?: string | null;
  class?: "paid" | "promotional";
  expires_at?: string | null;
  lasts_s?: number | null;
  priority?: number;
  /** 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':'. */
  source?: string;
  note?: string;
  /** Why, for people. */
  reason?: string;
}

/** Somebody who would get a grant; `known` is false if the server has never seen anybody of this id. */
export interface GroupPerson {
  user: string;
  name: string;
  known: boolean;
}

/**
 * The people who would get a grant: how many they are, what it comes to (`total`), and the first hundred.
 *
 * `unknown` is how many of all the server has never seen, `repeated` how many were named more than once.
 */
export interface GroupPreview {
  people: number;
  total: string;
  asset: string;
  unknown: number;
  repeated: number;
  items: GroupPerson[];
}

/** The grants that were given: to how many `people`, and what they came to. */
export interface GroupView {
  people: number;
  total: string;
  asset: string;
  replayed: boolean;
}

/**
 * The health of the process, or its readiness; `degraded` names what is away and slows things down.
 *
 * `sandbox` comes from a sandbox alone.
 */
export interface Health {
  status: string;
  degraded?: string[];
  sandbox?: boolean;
}

/** A hold, by its id or by the place (`item`) of the earlier item of the same atomic bulk that makes it. */
export interface HeldItemInput {
  hold?: string | null;
  item?: number | null;
}

/**
 * An amount to reserve, until `expires_at` or for `expires_in` seconds or until it is captured or released.
 *
 * With `at_most` it reserves what there is of the amount; nothing at all is no refusal.
 */
export interface HoldInput {
  /** 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':'. */
  source: string;
  /** 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':'. */
  destination: string;
  /** A decimal string of at most the asset's fraction digits, above zero. */
  amount: string;
  asset: string;
  expires_at?: string | null;
  expires_in?: number | null;
  at_most?: boolean;
  /** Why, for people. */
  reason?: string;
  /** The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not. */
  metadata?: Record<string, unknown>;
}

/** An amount to reserve, until `expires_at` or for `expires_in` seconds or until it is captured or released. */
export interface HoldItemInput {
  /** 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':'. */
  source: string;
  /** 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':'. */
  destination: string;
  /** A decimal string of at most the asset's fraction digits, above zero. */
  amount: string;
  asset: string;
  expires_at?: string | null;
  expires_in?: number | null;
  at_most?: boolean;
}

/** A hold on the wire; `state` is open, captured, released or expired; `expires_at` None for never. */
export interface HoldView {
  id: string;
  source: string;
  destination: string;
  asset: string;
  amount: string;
  captured: string;
  released: string;
  remaining: string;
  state: "open" | "captured" | "released" | "expired";
  expires_at: string | null;
  created_at: string;
}

/** The kinds of requests that this server knows. */
export interface KindList {
  items: KindView[];
}

/**
 * A kind of request; `schema` is the JSON schema of its data.
 *
 * `owners` are the streams whose requests these may be, with `*` for any one segment. `parent` is the kind that
 * it belongs to, the first of `parents` where it may be one of several.
 */
export interface KindView {
  name: string;
  title: string;
  description: string;
  states: StateView[];
  transitions: TransitionView[];
  schema: Record<string, unknown>;
  thresholds: Record<string, string>;
  parent: string | null;
  parents: string[];
  owners: string[];
}

/** A leap of the database's clock that nobody has confirmed: by how many seconds, and when by the ledger's time. */
export interface LeapView {
  by_s: number;
  at: string;
}

/** The worth of people's credits, by asset and class. */
export interface LiabilityReport {
  at: string;
  items: LiabilityRow[];
}

/**
 * The `amount` of an asset that is outstanding in one class, at so many `accounts`; `held` of it is reserved.
 *
 * The class `other` is what people have that is no grant.
 */
export interface LiabilityRow {
  asset: string;
  class: "other" | "paid" | "promotional";
  grants: number;
  accounts: number;
  amount: string;
  held: string;
}

/** The people who look at a request. */
export interface LookAnswer {
  viewers: LookView[];
}

/** A request, and who is looking at it. */
export interface LookItem {
  request: string;
  viewers: LookView[];
}

/** The requests that somebody is looking at. */
export interface LookList {
  items: LookItem[];
}

/** A person who looks at a request, and until when this is known. */
export interface LookView {
  by: string;
  until: string;
}

/** The codes that were made: how many, and the `first` and `last` of their numbers. */
export interface MadeCodes {
  count: number;
  first: number;
  last: number;
  replayed: boolean;
}

/** A person's mark in a stream: the numbers up to `upto`, and those of the `spans` (first, last), are read. */
export interface MarkView {
  upto: number;
  spans: [number, number][];
}

/**
 * The caller, their balances, and the position up to which these are right.
 *
 * `ahead_s` comes from a sandbox alone: how many seconds its clock was set forward. `shared` are the accounts that
 * the caller is a member of, left out where there are none; their balances are among the others.
 */
export interface Me {
  user: string | null;
  principal: string;
  name: string;
  roles: string[];
  balances: BalanceView[];
  positions: Record<string, string>;
  ahead_s?: number;
  shared?: ShareView[];
}

/** A member as they are now, without rights if they were removed; `transaction` is null for a dry run. */
export interface MemberChanged {
  account: string;
  user: string;
  rights: string[];
  transaction: string | null;
  replayed: boolean;
  dry_run?: boolean;
}

/** The rights of a member from now on. With none they are a member no more. */
export interface MemberInput {
  /** What they may do; with any of these they may read. None removes them. */
  rights?: ("manage" | "read" | "spend")[];
  /** Why, for people. */
  reason?: string;
}

/** The members of a shared account, by their ids. */
export interface MemberList {
  account: string;
  items: MemberView[];
}

/**
 * The data of an event `member_updated`: what a person may do on a shared account, nothing if they left it.
 *
 * It goes to that person, and to the members who manage.
 */
export interface MemberUpdated {
  account: string;
  user: string;
  rights: string[];
}

/** A member of a shared account, with what they may do: `read`, `spend`, `manage`. */
export interface MemberView {
  user: string;
  rights: string[];
}

/** Amounts by month, asset and class. */
export interface MonthReport {
  at: string;
  items: MonthRow[];
}

/**
 * A month's `amount` of an asset in one class, in so many grants or transactions (`count`).
 *
 * `month` is a month in UTC, such as 2026-12; "" stands for never.
 */
export interface MonthRow {
  month: string;
  asset: string;
  class: "paid" | "promotional";
  count: number;
  amount: string;
}

/** A notification to send. People switch a `category` on and off; a toast of the same `thread` is replaced. */
export interface NotificationInput {
  /** user:42, role:partner, or all. */
  to: string;
  title: string;
  level?: "error" | "info" | "success" | "warning";
  body?: string;
  category?: string;
  thread?: string;
  subject?: SubjectInput | null;
}

/** A page of notifications, newest first; `unread` counts all that the person has not read. */
export interface NotificationPage {
  items: NotificationView[];
  cursor: string | null;
  unread: number;
}

/** A notification as an event tells of it: on a person's own stream with how many are unread now. */
export interface NotificationTold {
  id: string;
  level: "success" | "error" | "info" | "warning";
  title: string;
  body: string;
  category: string;
  thread: string;
  subject: SubjectView | null;
  at: string;
  read: boolean;
  stream: string;
  number: number;
  unread?: number;
}

/**
 * A notification; `stream` is whose it is (a person's, or a room's), `number` its place there: 1, 2, 3.
 *
 * `level` is success, error, info or warning. A toast of the same `thread` is replaced by this one.
 */
export interface NotificationView {
  id: string;
  level: "success" | "error" | "info" | "warning";
  title: string;
  body: string;
  category: string;
  thread: string;
  subject: SubjectView | null;
  at: string;
  read: boolean;
  stream: string;
  number: number;
}

/** Tells a person's devices how the person now wants to hear of each category. */
export interface NotificationWays {
  ways: Record<string, ("toast" | "email")[]>;
}

/** Tells a person's devices what was read: how many are unread on their own stream, and the marks that moved. */
export interface NotificationsRead {
  unread: number;
  marks: Record<string, MarkView>;
}

/**
 * The newest notifications of a stream, and how many there ever were.
 *
 * `unread`, `marks` (by stream) and `ways` (by category) come with a person's own stream; `stale` with a
 * room's: the notifications up to this number are no news any more.
 */
export interface NotificationsView {
  total: number;
  items: NotificationView[];
  unread?: number;
  marks?: Record<string, MarkView>;
  ways?: Record<string, ("toast" | "email")[]>;
  stale?: number;
}

/** An event with its offset in its stream. */
export interface NumberedEvent extends EventData {
  offset: number;
}

/** An entry of the outbox: what it carries is the channel's, and not shown. */
export interface OutboxEntryView {
  id: string;
  channel: string;
  /** To whom or where, in words of the channel's. */
  target: string;
  /** waiting, sent, failed (given up) or dropped (not wanted any more). */
  state: string;
  /** When it was put there. */
  at: string;
  /** When it is tried next, null for never. */
  due_at: string | null;
  attempts: number;
  /** Why it was not delivered the last time. */
  note: string;
}

/** A page of entries; `cursor` leads to the next one, null on the last. */
export interface OutboxPage {
  items: OutboxEntryView[];
  cursor: string | null;
}

/**
 * The amounts spent in the last hour and the last day, and for how many seconds `most` lasts at such a pace.
 *
 * That is null where nothing was spent, or nothing limits what may be.
 */
export interface PaceView {
  hour: string;
  day: string;
  lasts_at_hour_s: number | null;
  lasts_at_day_s: number | null;
}

/**
 * A package: its `credits` arrive as a grant of this class, which lasts so long and has this priority.
 *
 * `prices` are all of its prices, with those that hold or held as they are. `version` is the one that was read, 0
 * to make a new package; without it whatever there is is replaced.
 */
export interface PackageInput {
  name: string;
  /** A decimal string of at most the asset's fraction digits, above zero. */
  credits: string;
  prices: PriceInput[];
  asset?: string;
  description?: string;
  class?: "paid" | "promotional";
  lasts_s?: number | null;
  priority?: number;
  active_from?: string | null;
  active_to?: string | null;
  /** How long an order waits. */
  pay_within_s?: number;
  /** Sorts the catalogue. */
  place?: number;
  version?: number | null;
  /** Why, for people. */
  reason?: string;
}

/** A package that `by` changed, as staff are told of it. */
export interface PackageLine {
  package: string;
  name: string;
  version: number;
  by: string;
}

/** The packages, in the order of the catalogue. */
export interface PackageList {
  items: PackageView[];
}

/** The changed packages of one batch, and how many `more` of them are left out. */
export interface PackageNews {
  items: PackageLine[];
  more: number;
}

/**
 * A package of credits. `sold` says whether it can be ordered now.
 *
 * People see the packages that are sold, each with the `prices` that hold; staff and services see all.
 */
export interface PackageView {
  id: string;
  name: string;
  description: string;
  credits: string;
  asset: string;
  class: string;
  lasts_s: number | null;
  priority: number;
  prices: PriceView[];
  active_from: string | null;
  active_to: string | null;
  pay_within_s: number;
  place: number;
  sold: boolean;
  version: number;
  changed_at: string;
  changed_by?: string;
  replayed?: boolean;
}

/** A payment, as its gateway tells of it. `order` is the id of the order, `reason` why it failed. */
export interface PaymentInput {
  payment: string;
  order: string;
  /** A decimal string. */
  amount: string;
  currency: string;
  reason: string;
}

/**
 * A message of a gateway: `payment.succeeded`, `payment.failed` or `payment.refunded`.
 *
 * Other types are kept and mean nothing. Fields that are not listed are kept, too.
 */
export interface PaymentMessageInput {
  type: string;
  data: PaymentInput;
  timestamp: string;
}

/** A page of messages, the newest first. */
export interface PaymentPage {
  items: PaymentView[];
  cursor: string | null;
}

/** The outcome of a message. `case` is the request for staff that it led to, null for none. */
export interface PaymentTaken {
  id: string;
  outcome: "differs" | "failed" | "fulfilled" | "ignored" | "late" | "no_order" | "not_fulfilled" | "noted" | "order_cancelled" | "paid_twice" | "refunded" | "refunded_before" | "repeated" | "wrong_amount" | "wrong_currency";
  detail: string;
  order: string | null;
  case: string | null;
  replayed: boolean;
}

/** A message about a payment as it came (`body`, its JSON text), and its outcome, "" while there is none. */
export interface PaymentView {
  id: string;
  type: string;
  payment: string;
  order: string | null;
  amount: string;
  currency: string;
  reason: string;
  at: string;
  outcome: string;
  detail: string;
  case: string | null;
  body: string;
}

/** Rows by their `numbers`, or all of one sort (`show`). */
export interface Picked {
  numbers?: number[];
  show?: "all" | "bad" | "duplicates" | "new" | "over_limit" | "selected" | "unselected" | null;
}

/** Facts about a candidate who is placed without a file: what is empty stays as it was. */
export interface PlaceInput {
  email?: string;
  name?: string;
  /** Why, for people. */
  reason?: string;
}

/** A placement of a candidate: since when, and how many of its `files` name them. */
export interface PlaceView {
  id: string;
  title: string;
  archived: boolean;
  since: string;
  files: number;
}

/** Acts that gave credits in a placement, the newest first; amounts are of `asset`. */
export interface PlacementActPage {
  items: PlacementActView[];
  asset: string;
  cursor: string | null;
}

/**
 * An operation (`act`) that gave credits by a `run`, whose `state` is None until it is filed.
 *
 * `people` get `total` in all, `credits` each; that is None where each person's stands in the file. `file` and
 * `file_name` are None where it is of several.
 */
export interface PlacementActView {
  id: string;
  act: string;
  file: string | null;
  file_name: string | null;
  credits: string | null;
  mode: "add" | "set";
  reason: string;
  people: number;
  total: string;
  by: string;
  at: string;
  draft: string;
  run: string | null;
  state: string | null;
}

/**
 * The changes of a placement: what is not given stays. `version` is the one that was read.
 *
 * With `archived` it goes into the archive, where nothing changes any more, or out of it.
 */
export interface PlacementChange {
  title?: string | null;
  note?: string | null;
  archived?: boolean | null;
  version?: number | null;
  /** Why, for people. */
  reason?: string;
}

/** Files of a placement, the newest first; amounts are of `asset`. */
export interface PlacementFilePage {
  items: PlacementFileView[];
  asset: string;
  cursor: string | null;
}

/**
 * A file of a placement: uploaded, or `processed` into candidates, who got the credits in it by the `run`.
 *
 * `draft` has its rows, `rows` of them: `bad` ones cannot be posted, `selected` ones are to be, and come to
 * `total`. `candidates` are placed by it, of whom it made `new_candidates`. `expired` says that its rows
 * were forgotten before it was processed, after long in the archive: upload it again.
 */
export interface PlacementFileView {
  id: string;
  placement: string;
  name: string;
  state: "processed" | "uploaded";
  draft: string;
  uploaded_by: string;
  uploaded_at: string;
  processed_by: string | null;
  processed_at: string | null;
  run: string | null;
  expired: boolean;
  rows: number;
  bad: number;
  selected: number;
  total: string;
  candidates: number;
  new_candidates: number;
}

/** A placement to make. Without an `id` it gets one; without an `asset` its credits are those of the setting. */
export interface PlacementInput {
  title: string;
  note?: string;
  id?: string | null;
  asset?: string | null;
  /** Why, for people. */
  reason?: string;
}

/** A placement that changed, "" for a candidate without one. */
export interface PlacementLine {
  placement: string;
}

/** A candidate of a placement, placed there by `files` files; `fresh` says whether one of these made them. */
export interface PlacementMember {
  user: string;
  email: string;
  name: string;
  origin: "file" | "legacy" | "regular";
  since: string;
  balance: string;
  files: number;
  fresh: boolean;
}

/** Candidates of a placement in order of their ids; balances are of `asset`. */
export interface PlacementMemberPage {
  items: PlacementMember[];
  asset: string;
  cursor: string | null;
}

/** The placements that a batch changed: read them again. `more` further lines are left out. */
export interface PlacementNews {
  items: PlacementLine[];
  more: number;
}

/** Placements, the newest first. */
export interface PlacementPage {
  items: PlacementView[];
  cursor: string | null;
}

/** A placement of a candidate's that changed, or to which they came; "" where their own record did. */
export interface PlacementTold {
  placement: string;
  title: string;
  archived: boolean;
}

/**
 * A placement, with how many `files` it has, and how many `candidates` are placed there.
 *
 * Credits there are of the `asset`. `archived_at` and `archived_by` are None as long as it goes on.
 */
export interface PlacementView {
  id: string;
  title: string;
  note: string;
  asset: string;
  version: number;
  created_by: string;
  created_at: string;
  archived_by: string | null;
  archived_at: string | null;
  files: number;
  candidates: number;
}

/** Rows to post at once: `rows`, or `people` who all get the same `amount`. */
export interface PostRunInput {
  rows?: RowInput[] | null;
  people?: string[] | null;
  amount?: string | null;
  asset?: string;
  mode?: "add" | "set";
  /** Why, for people. */
  reason?: string;
  name?: string;
  source?: string | null;
}

/** The part of a run that is posted: rows, and what these moved in all. */
export interface Posted {
  rows: number;
  amount: string;
}

/**
 * An amount of one asset from a source account to a destination account. With `grant` it arrives as a grant.
 *
 * With `at_most` it moves what may move of the amount; nothing at all is no refusal. A grant is of an exact amount.
 */
export interface PostingInput {
  /** 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':'. */
  source: string;
  /** 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':'. */
  destination: string;
  /** A decimal string of at most the asset's fraction digits, above zero. */
  amount: string;
  asset: string;
  at_most?: boolean;
  grant?: GrantInput | null;
}

/** A posting on the wire: `amount` is a decimal string. */
export interface PostingView {
  source: string;
  destination: string;
  amount: string;
  asset: string;
}

/** The channels for each category, `*` standing for all others, and the address of mail, "" for none. */
export interface PreferencesInput {
  ways?: Record<string, ("email" | "toast")[]> | null;
  email?: string | null;
}

/**
 * A person's choice for each category: toast, email, both or neither; `*` stands for all others.
 *
 * `categories` are those they were notified of lately, `email` is where mail goes (null: nowhere is known), and
 * `mail` says whether this server sends any.
 */
export interface PreferencesView {
  ways: Record<string, ("toast" | "email")[]>;
  categories: string[];
  email: string | null;
  mail: boolean;
}

/** A code to look at. People look for themselves; staff and services name the `user`. */
export interface PreviewInput {
  /** As it was typed or scanned: case, spaces and dashes do not count, O is 0, I and L are 1. */
  code: string;
  user?: string | null;
}

/** A price: a decimal string of an asset, `from` a moment on; from now on unless given. */
export interface PriceInput {
  /** A decimal string of at most the asset's fraction digits, above zero. */
  amount: string;
  currency: string;
  from?: string | null;
}

/** A price, and the moment from which it holds. */
export interface PriceView {
  amount: string;
  currency: string;
  from: string;
}

/** A code to print: the `link` that its QR code (`svg`) leads to. A shared code has the number 0. */
export interface PrintedCode {
  number: number;
  code: string;
  link: string;
  svg: string;
}

/** Codes to print, by number. */
export interface PrintedCodes {
  items: PrintedCode[];
  cursor: string | null;
}

/**
 * RFC 9457 problem details. `code` is stable; some codes add members of their own.
 *
 * `retryable_with_new_key` comes with a verdict on a write: whether another try may succeed, under a new key, once
 * something else has changed. Under its own key the verdict stays.
 */
export interface ProblemView {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  replayed?: boolean;
  retryable_with_new_key?: boolean;
  dry_run?: boolean;
  [field: string]: unknown;
}

/** Options of the processing of a file, whose rows name who gets what. */
export interface ProcessInput {
  /** Why, for people. */
  reason?: string;
  /** Leave out rows that cannot be posted and people who are ambiguous, instead of refusing all. */
  leave_out?: boolean;
  /** Only say who would get what: nothing is posted or filed. */
  dry_run?: boolean;
}

/** A column of a file that may be chosen: its number from 1, its header's words, and the first text below. */
export interface ReadColumn {
  number: number;
  name: string;
  sample: string;
}

/** The notifications that were read: these ids, a thread, or all up to and including the one of an id. */
export interface ReadInput {
  ids?: string[];
  thread?: string;
  upto?: string;
}

/** Something in a file that a person should look at, with the line that it is about. */
export interface ReadRemark {
  code: string;
  detail: string;
  line: number | null;
}

/** A sheet of a workbook that may be chosen. */
export interface ReadSheet {
  name: string;
  hidden: boolean;
}

/** The number of unread notifications, the mark in each stream, and the position of the event of it. */
export interface ReadView {
  unread: number;
  marks: Record<string, MarkView>;
  positions: Record<string, string>;
}

/** Another person as anybody signed in may see them. */
export interface RecipientView {
  user: string;
  name: string;
}

/** A code to redeem. People redeem for themselves; admins and services name the `user`. */
export interface RedeemInput {
  /** As it was typed or scanned: case, spaces and dashes do not count, O is 0, I and L are 1. */
  code: string;
  user?: string | null;
}

/** The result of a redemption or of its undoing: the redemption as it is now, and the transaction. */
export interface RedeemedView {
  redemption: RedemptionView;
  transaction: TransactionView;
}

/** Redemptions, the newest first. */
export interface RedemptionPage {
  items: RedemptionView[];
  cursor: string | null;
}

/**
 * A redemption; its id is that of the transaction that paid. `number` counts the person's in the campaign.
 *
 * `code_number` is the number of a single-use code, 0 for a shared one. `undone_*` and `reversal`, the
 * transaction that took the amount back, are None until it is undone.
 */
export interface RedemptionView {
  id: string;
  campaign: string;
  name: string;
  user: string;
  state: "redeemed" | "undone";
  amount: string;
  asset: string;
  number: number;
  code_number: number;
  at: string;
  undone_at: string | null;
  undone_by: string | null;
  reversal: string | null;
  reason: string;
}

/** The reason for giving the hold back. */
export interface ReleaseInput {
  /** Why, for people. */
  reason?: string;
  /** The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not. */
  metadata?: Record<string, unknown>;
}

/** The reason for which a budget is removed. */
export interface RemoveBudgetInput {
  /** Why, for people. */
  reason?: string;
}

/**
 * A request that `by` changed, as staff are told of it.
 *
 * `approvals` says how many people approved and `needed` how many must; `parent` is the request that it belongs
 * to. `owner` is a stream, `user` that person's id, "" where it is no person's. `untold` is there where the step
 * concerns more people than one step tells: how many were not.
 */
export interface RequestLine {
  id: string;
  kind: string;
  state: string;
  version: number;
  user: string;
  amount: string | null;
  asset: string | null;
  waits: boolean;
  parent: string | null;
  approvals: number;
  needed: number;
  owner: string;
  by: string;
  filed_at: string;
  changed_at: string;
  untold?: number;
}

/** The newest changes of one batch, and how many `more` of them are left out. */
export interface RequestNews {
  items: RequestLine[];
  more: number;
}

/**
 * A request as Socket.IO clients get it: how it stands, whom `id` names, and how often it has changed.
 *
 * `status` is its state, `currency` its asset; both `amount` and `currency` are null where it moves no money.
 * `id` and `version` together name what is told. `snapshot` says that nothing has happened to it now.
 */
export interface RequestPacket {
  id: string;
  status: string;
  amount: string | null;
  currency: string | null;
  reason: string;
  version: number;
  snapshot?: boolean;
}

/** A page of requests; `waiting` counts by kind what waits for a decision. */
export interface RequestPage {
  items: RequestView[];
  cursor: string | null;
  waiting?: Record<string, number>;
}

/**
 * A request. `amount` is a decimal string; `may` are the transitions that the reader may take now.
 *
 * `owner` is the stream of whose request it is, `user` that person's id, "" where it is no person's.
 * `changed_parent` comes with an event and a write: the request that this one belongs to, where it was changed with
 * it; and so does `filed`: the requests that the step filed, of those that are the reader's to know. `correction`
 * is what somebody proposes to give back, `corrected` what was given back, by asset; neither is there where there is
 * none. `viewers` and `history` come with a single request, `transaction` and what follows
 * with a write. The history is the newest part, the oldest step first; `history_more` says that there are steps
 * before these.
 */
export interface RequestView {
  id: string;
  kind: string;
  state: string;
  version: number;
  user: string;
  data: Record<string, unknown>;
  amount: string | null;
  asset: string | null;
  owner: string;
  filed_by: string;
  filed_at: string;
  changed_at: string;
  due_at: string | null;
  approvals: ApprovalsView;
  decided_by: string | null;
  decided_at: string | null;
  reason: string;
  parent: string | null;
  hold: string | null;
  open: boolean;
  waits: boolean;
  correction?: ApprovalView;
  corrected?: Record<string, string>;
  may?: string[];
  changed_parent?: RequestView;
  filed?: FiledView[];
  viewers?: LookView[];
  history?: StepView[];
  history_more?: boolean;
  transaction?: string;
  balances?: BalanceView[];
  positions?: Record<string, string>;
  replayed?: boolean;
  dry_run?: boolean;
}

/** The stream as it stands at the page's position: forget what was known of it. */
export interface Reset {
  snapshot: SnapshotData;
}

/**
 * The part to take back: all that is left, or an amount (null: all that is left, "0": nothing) for each posting.
 *
 * `at` is the effective time, by default the moment of the commit, and never before that of the transaction. What
 * goes back into a grant that has expired meanwhile is `expired`: `book` lets it expire at once, `restore`
 * grants it anew for as long as it had left. Where less is left of a grant than is to be taken back of it, `short`
 * says to `refuse`, or to take the rest as a `debt`, for whoever may go below the floor.
 */
export interface ReverseInput {
  /** Why, for people. */
  reason?: string;
  amounts?: (string | null)[] | null;
  expired?: "book" | "restore";
  short?: "debt" | "refuse";
  /** The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not. */
  metadata?: Record<string, unknown>;
  at?: string | null;
  /** Let accounts fall below their floors. Admins may, and the services that the setting `below_floor` names. */
  below_floor?: boolean;
}

/**
 * A transaction to take back: all that is left, or an amount (null: all that is left) for each posting.
 *
 * `expired` and `short` are as in a reversal of its own.
 */
export interface ReverseItemInput {
  transaction: string;
  amounts?: (string | null)[] | null;
  expired?: "book" | "restore";
  short?: "debt" | "refuse";
}

/** The reason for signing somebody out, for the audit. */
export interface RevokeInput {
  /** Why, for people. */
  reason?: string;
}

/** A row: a person by `user`, `email` or `name`, and the `amount` unless all rows have one. */
export interface RowInput {
  /** A user id, or a known e-mail address. */
  user?: string;
  email?: string;
  name?: string;
  /** A decimal string of at most the asset's fraction digits, zero ("0") or above. */
  amount?: string;
  /** Why, for people. */
  reason?: string;
}

/** The fault of a row that cannot be used: a stable `code` and a `detail` that says what to do. */
export interface RowProblem {
  code: string;
  detail: string;
}

/** The chunks of a run: how many are posted, of how many. */
export interface RunChunks {
  done: number;
  of: number;
}

/**
 * Rows that were read and checked and are not posted yet. Nothing of it is money before it is filed.
 *
 * `expires_at` is null where it is kept as a file; a `closed` one was given by another run. `run` is the request
 * that it became, `undoes` the run that it takes back. `reading` is null unless it is of a file.
 * `source_problem` says why the account that pays could not pay all of it now. A run is one `atomic` commit, or
 * has so many `chunks`. `approval` says why another person must approve it, empty where nobody must. `repeats`
 * are runs of the same file before. `short` says what an undo does about people who have spent some.
 */
export interface RunDraft {
  id: string;
  version: number;
  ready: boolean;
  origin: RunOrigin;
  asset: string;
  mode: "add" | "set" | "undo";
  reason: string;
  source: string;
  by: string;
  made_at: string;
  expires_at: string | null;
  closed: boolean;
  duplicates: "ask" | "first" | "sum";
  short: "below_floor" | "refuse" | "take_what_is_left" | null;
  amount: string | null;
  run: string | null;
  undoes: string | null;
  reading: DraftReading | null;
  summary: DraftSummary;
  source_problem: RunProblem | null;
  atomic: boolean;
  chunks: number;
  needs_approval: boolean;
  approval: string;
  repeats: RunRepeat[];
}

/** A page of drafts that nobody has filed, newest first. */
export interface RunDraftPage {
  items: RunDraft[];
  cursor: string | null;
}

/**
 * The origin of a draft's rows.
 *
 * `name` is a file's, or what the caller gave; `operation` asked for it, empty for nothing but a draft.
 * `digest` stands for the file or list, null for a selection.
 */
export interface RunOrigin {
  what: "file" | "list" | "selection" | "undo";
  name: string;
  operation: string;
  digest: string | null;
}

/** A page of runs, newest first. */
export interface RunPage {
  items: RunView[];
  cursor: string | null;
}

/** The fault of a row: a stable `code`, and a `detail` that says what to do. */
export interface RunProblem {
  code: string;
  detail: string;
}

/** The part of a run that changes: what the board `run:<id>` shows. The fields are those of :class:`RunView`. */
export interface RunProgress {
  id: string;
  version: number;
  state: "cancelled" | "done" | "paused" | "pending" | "rejected" | "running" | "stopped";
  changed_at: string;
  rows: number;
  posted: Posted;
  idle: number;
  skipped: number;
  chunks: RunChunks;
  problem: StoppedAt | null;
  undone: "no" | "part" | "whole";
  undone_by: string[];
}

/**
 * The receipt of one person's row.
 *
 * `sent` counts the person's devices that got the change, at once or when they came back, and `seen` those that
 * have shown it; `sent_at` and `seen_at` are the first of these moments.
 */
export interface RunReceipt {
  number: number;
  line: number;
  user: string;
  amount: string;
  outcome: "left_out" | "nothing" | "posted" | "skipped" | "waiting";
  before: string | null;
  after: string | null;
  transaction: string | null;
  committed_at: string | null;
  sent: number;
  sent_at: string | null;
  seen: number;
  seen_at: string | null;
}

/** Receipts of a run: those behind the first `from` of `total`. */
export interface RunReceiptPage {
  items: RunReceipt[];
  from: number;
  total: number;
}

/** A run that was filed of the same file or list before. */
export interface RunRepeat {
  run: string;
  filed_at: string;
  by: string;
  state: "cancelled" | "done" | "paused" | "pending" | "rejected" | "running" | "stopped";
}

/** Rows of one sort: those behind the first `from` of `total`. */
export interface RunRowPage {
  items: RunRowView[];
  from: number;
  total: number;
}

/**
 * A row: whom it names, and what it gives.
 *
 * `number` counts the rows from 1, `line` is its place in the file. `matched` says by what the person was found:
 * id, email or name; empty for somebody of whom nobody knows. `balance` is the present one, and `after` what it
 * would be; of a row that was posted these are the ones before and after. `raw` has the texts as they were sent.
 * `duplicate_of` is the number of the first row of the same person. `outcome`, `transaction` and `undone` come
 * with the rows of a run.
 */
export interface RunRowView {
  number: number;
  line: number;
  user: string;
  amount: string;
  reason: string;
  known: boolean;
  matched: string;
  email: string;
  name: string;
  balance: string | null;
  after: string | null;
  raw: Record<string, string>;
  problem: RunProblem | null;
  duplicate_of: number | null;
  selected: boolean;
  outcome?: "left_out" | "nothing" | "posted" | "skipped" | "waiting";
  transaction?: string | null;
  undone?: boolean;
}

/**
 * The `reason` for which a run is undone, all of it or rows by their `numbers`.
 *
 * `short` says what happens where a person has spent some: such a row is refused, what is left is taken, or the
 * balance falls below its floor.
 */
export interface RunUndo {
  /** Why, for people. */
  reason: string;
  numbers?: number[] | null;
  short?: "below_floor" | "refuse" | "take_what_is_left";
}

/**
 * A run: a draft that was filed.
 *
 * `rows` people get or give `total` in all; of these `posted` are done, `skipped` ones were left out after
 * they were refused, and `idle` ones had nothing to do. `problem` is the row at which it stopped. `undone` says
 * how far other runs (`undone_by`) took it back; `undoes` is the run that it takes back itself. `may` are the
 * transitions that the caller may take: POST /v1/requests/run/{id}/{transition}.
 */
export interface RunView {
  id: string;
  version: number;
  state: "cancelled" | "done" | "paused" | "pending" | "rejected" | "running" | "stopped";
  draft: string;
  origin: RunOrigin;
  asset: string;
  mode: "add" | "set" | "undo";
  reason: string;
  source: string;
  by: string;
  filed_at: string;
  changed_at: string;
  decided_by: string | null;
  decided_at: string | null;
  rows: number;
  people: number;
  total: string;
  posted: Posted;
  idle: number;
  skipped: number;
  atomic: boolean;
  chunks: RunChunks;
  problem: StoppedAt | null;
  short: "below_floor" | "refuse" | "take_what_is_left" | null;
  undoes: string | null;
  undone: "no" | "part" | "whole";
  undone_by: string[];
  approval: string;
  may: string[];
  replayed: boolean;
}

/** The runs that are being posted, the newest first, at most 50: what the board `runs:running` shows. */
export interface RunsMoving {
  items: RunProgress[];
}

/** The people with this text (`q`) in their id, name or e-mail address, and with this `role`; both if named. */
export interface SelectionInput {
  q?: string;
  role?: string | null;
}

/** A notification that was sent: its id, the stream it went `to`, and the position of its event there. */
export interface SentView {
  id: string;
  to: string;
  at: string;
  positions: Record<string, string>;
  replayed: boolean;
}

/** A token, its bearer and its end; `expires_at` is RFC 3339. */
export interface Session {
  token: string;
  expires_at: string;
  user: string;
  name: string;
  roles: string[];
}

/** The wanted balance. The difference is posted against house:adjustments. */
export interface SetBalanceInput {
  /** A decimal string of at most the asset's fraction digits; zero and below are allowed. */
  balance: string;
  /** Why, for people. */
  reason?: string;
  /** The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not. */
  metadata?: Record<string, unknown>;
  /** Let accounts fall below their floors. Admins may, and the services that the setting `below_floor` names. */
  below_floor?: boolean;
}

/** A budget: on an account, on what a principal (`of`) spends from it, or without an account across all. */
export interface SetBudgetInput {
  asset: string;
  /** The most that may be spent in a window, a decimal string; 0 lets nothing through. */
  limit: string;
  window: "day" | "hour" | "month";
  account?: string | null;
  /** Only what this principal spends counts, also what is spent on its behalf: user:7, service:shop. */
  of?: string;
  rolling?: boolean;
  /** The time zone of the window, such as Europe/Berlin. A rolling one has none. */
  zone?: string;
  /** Percentages of the limit: whoever owns the budget is told, once a window, when one is reached. */
  alerts?: number[];
  /** Why, for people. */
  reason?: string;
}

/** New limits. Null removes a limit; one that is not named stays. */
export interface SetLimitsInput {
  floor?: string | null;
  ceiling?: string | null;
  /** Why, for people. */
  reason?: string;
}

/**
 * The amount that was used in all, be it less or more than was held; "0" gives the hold back.
 *
 * What goes beyond the hold is an ordinary spend from the same source. If the source has too little for it, then with
 * `excess` `refuse` nothing of it is spent, with `available` what there is, and with `overdraft` so much that
 * the source falls below its floor by at most the amount `overdraft`: for whoever may let accounts fall below it.
 */
export interface SettleInput {
  /** A decimal string of at most the asset's fraction digits, zero ("0") or above. */
  actual: string;
  excess?: "available" | "overdraft" | "refuse";
  overdraft?: string | null;
  /** Why, for people. */
  reason?: string;
  /** The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not. */
  metadata?: Record<string, unknown>;
}

/** The amount that was used in all, and what becomes of what goes beyond the hold, as in a settlement. */
export interface SettleItemInput {
  hold?: string | null;
  item?: number | null;
  /** A decimal string of at most the asset's fraction digits, zero ("0") or above. */
  actual: string;
  excess?: "available" | "overdraft" | "refuse";
  overdraft?: string | null;
}

/**
 * The effect of a settlement, as decimal strings.
 *
 * It `captured` so much of the hold and `freed` the rest; `spent` was paid beyond the hold, and `shortfall`
 * was used and not paid. `refused` is the code that kept all of the excess out, left out where none did.
 */
export interface SettledView {
  captured: string;
  spent: string;
  freed: string;
  shortfall: string;
  refused?: string;
}

/** A shared account that a person is a member of, and what they may do there. */
export interface ShareView {
  account: string;
  rights: string[];
}

/** A column that may be chosen: its number from 1, its header's words, and the first text below. */
export interface SheetColumn {
  number: number;
  name: string;
  sample: string;
}

/** A sheet of a workbook that may be chosen. */
export interface SheetName {
  name: string;
  hidden: boolean;
}

/**
 * The content of a file. `columns` maps user, amount and reason to the header's words, `places` to its numbers.
 *
 * `decimal` is the sign before the fraction that was chosen or that the amounts show. `found` and `sheets` are
 * the columns and sheets that may be chosen instead, `warnings` what a person should look at.
 */
export interface SheetPreview {
  columns: Record<string, string>;
  encoding: string | null;
  delimiter: string | null;
  sheet: string | null;
  rows: SheetRow[];
  summary: SheetSummary;
  decimal: string | null;
  places: Record<string, number>;
  header_line: number;
  found: SheetColumn[];
  sheets: SheetName[];
  warnings: SheetRemark[];
}

/** Something that a person should look at; a code of `WARNINGS`, and the line that it is about. */
export interface SheetRemark {
  code: string;
  detail: string;
  line?: number | null;
}

/**
 * A row of the file: `user` is the id (a known e-mail address was looked up), `amount` a decimal string.
 *
 * `balance` is the person's present one, `known` whether they have an account or a login; `duplicate_of` is the
 * line of an earlier row with the same person; `written` is the amount as the file has it, where that differs.
 */
export interface SheetRow {
  line: number;
  user: string;
  amount: string;
  reason: string;
  known: boolean;
  balance?: string | null;
  error?: RowProblem | null;
  duplicate_of?: number | null;
  written?: string | null;
}

/** Rows in all, good ones, bad ones, good ones that repeat a person; `total` is the good ones' amount. */
export interface SheetSummary {
  rows: number;
  good: number;
  bad: number;
  duplicates: number;
  total: string;
}

/**
 * A stream as it stood at a position; `user` only with a person's, `balances` empty with a room's.
 *
 * `as_of` is the time of reading. `ahead_s` comes from a sandbox alone: how many seconds its clock was set
 * forward. `shared` are the accounts that the person is a member of, left out where there are none; their balances
 * are among the others. Programs add fields of their own.
 */
export interface SnapshotData {
  balances: BalanceView[];
  as_of: string;
  user?: string;
  ahead_s?: number;
  shared?: ShareView[];
  notifications?: NotificationsView;
  requests?: RequestView[];
}

/** The reason for which the account's state is changed. */
export interface StateInput {
  /** Why, for the audit log. */
  reason: string;
}

/**
 * A state of a kind and how it looks (`tone`). In one that `waits`, staff are to decide.
 *
 * While it is `open`, something can still happen. `due` is the transition that the system takes once a request's
 * `due_at` has come, "" for none.
 */
export interface StateView {
  name: string;
  title: string;
  open: boolean;
  waits: boolean;
  tone: "neutral" | "wait" | "good" | "bad";
  due: string;
}

/** A page of a request's history, newest first. */
export interface StepPage {
  items: StepView[];
  cursor: string | null;
}

/**
 * One step of a request's history; `transaction` is the one that made it.
 *
 * A step of a request that belongs to it is named by its kind, too (`card_payment.file`), its id is the input.
 */
export interface StepView {
  version: number;
  transition: string;
  from: string;
  to: string;
  by: string;
  at: string;
  reason: string;
  input: Record<string, unknown>;
  transaction: string;
}

/** The row at which a run stopped, and why. */
export interface StoppedAt {
  number: number;
  user: string;
  code: string;
  detail: string;
}

/** Events after a position, and the position after them. `reset` comes instead where going on is impossible. */
export interface StreamPage {
  events: NumberedEvent[];
  position: string;
  reset?: Reset;
}

/** A page of one of several streams. */
export interface StreamPageOf {
  events: NumberedEvent[];
  position: string;
  reset?: Reset;
  stream: string;
}

/** A page of each stream that has news, and the vector after them. */
export interface StreamPages {
  pages: StreamPageOf[];
  position: string;
}

/** The subject of a notification: a kind of thing of the app's, and its id. */
export interface SubjectInput {
  kind: string;
  id: string;
}

/** The subject of a notification: a kind of thing, and its id. */
export interface SubjectView {
  kind: string;
  id: string;
}

/**
 * 1 to 1,000 postings, all or none. `at` is the effective time, by default the moment of the commit.
 *
 * With `check_past` floors are checked at each moment since an earlier `at`, not at present alone.
 */
export interface TransactionInput {
  postings: PostingInput[];
  /** Why, for people. */
  reason?: string;
  /** The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not. */
  metadata?: Record<string, unknown>;
  at?: string | null;
  check_past?: boolean;
  /** Let accounts fall below their floors. Admins may, and the services that the setting `below_floor` names. */
  below_floor?: boolean;
}

/**
 * A transaction on the wire, with the balances right after it and the positions of its events.
 *
 * `at` is the effective time, `recorded_at` the time of the commit. `id` is None for a command that found
 * nothing to change; `balances` and `positions` then are the present ones. `cause` is the request that did it
 * (`request:transfer:<id>`), None for what a caller posted. `moved` is what moved in all, where an amount was
 * meant as "at most" and all postings are of one asset. `grants` says what it changed of grants, and is left out
 * where it changed none. `settled` comes with the settlement of a hold. With `dry_run` nothing was done, and its
 * ids name nothing.
 */
export interface TransactionView {
  id: string | null;
  kind: string;
  postings: PostingView[];
  reason: string;
  metadata: Record<string, unknown>;
  actor: string;
  principal: string;
  key: string;
  at: string;
  recorded_at: string;
  reverses: string | null;
  hold: HoldView | null;
  balances: BalanceView[];
  positions: Record<string, string>;
  replayed: boolean;
  cause: string | null;
  moved?: string;
  dry_run?: boolean;
  grants?: AllocationView[];
  settled?: SettledView;
}

/** A transition of a kind; `schema` is the JSON schema of its input. */
export interface TransitionView {
  name: string;
  title: string;
  from: string[];
  to: string[];
  by: string[];
  decides: boolean;
  approves: boolean;
  confirms: boolean;
  schema: Record<string, unknown>;
}

/**
 * The `reason` for which a redemption is undone; `short` says what happens if part of it is spent.
 *
 * It is refused, or the person's balance falls below its floor (`debt`).
 */
export interface UndoInput {
  /** Why, for people. */
  reason: string;
  short?: "debt" | "refuse";
}

/** The latest change of a candidate's credits: when, by how much, what they were after it, and why. */
export interface UpdateView {
  at: string;
  delta: string;
  balance: string;
  reason: string;
  kind: string;
}

/** A new person. Without a password they sign in elsewhere; roles null leaves their roles to their tokens. */
export interface UserInput {
  user: string;
  name?: string;
  email?: string | null;
  password?: string | null;
  roles?: string[] | null;
}

/** A page of people by user id. */
export interface UserPage {
  items: UserView[];
  cursor: string | null;
}

/** Changes of a person. A field that is not named stays. A new password signs them out everywhere. */
export interface UserPatch {
  name?: string;
  email?: string | null;
  password?: string;
  roles?: string[] | null;
  disabled?: boolean;
  /** Why, for people. */
  reason?: string;
}

/** A person with their balances; `roles` null where their token's roles count. */
export interface UserView {
  user: string;
  name: string;
  email: string | null;
  roles: string[] | null;
  disabled: boolean;
  balances: BalanceView[];
}

/** The `reason` for which a code is withdrawn. */
export interface VoidCodeInput {
  /** Why, for people. */
  reason: string;
}

/** The amount to take back of what is free of a grant: all of it by default, which ends the grant; and why. */
export interface VoidInput {
  /** Why, for people. */
  reason: string;
  amount?: string | null;
  /** The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not. */
  metadata?: Record<string, unknown>;
}

/** The terms of the grant that a code gives; it ends at `expires_at`, or `lasts_s` seconds later, or never. */
export interface VoucherGrantInput {
  class?: "paid" | "promotional";
  expires_at?: string | null;
  lasts_s?: number | null;
  priority?: number;
  note?: string;
}

/** A campaign that changed. */
export interface VoucherLine {
  campaign: string;
}

/** The campaigns that a batch changed, each once: read them again. `more` further ones are left out. */
export interface VoucherNews {
  items: VoucherLine[];
  more: number;
}

/** The worth of a code for the person now: it is `redeemable`, or `code` and `detail` say why not. */
export interface VoucherPreview {
  name: string;
  amount: string;
  asset: string;
  grant: VoucherTerms | null;
  ends_at: string | null;
  redeemable: boolean;
  code: string;
  detail: string;
}

/** The terms of the grant that a code gives; it ends at `expires_at`, or `lasts_s` seconds later, or never. */
export interface VoucherTerms {
  class: "paid" | "promotional";
  expires_at: string | null;
  lasts_s: number | null;
  priority: number;
  note: string;
}

/** A person's redemption that was made or undone, as their devices hear of it. */
export interface VoucherTold {
  redemption: RedemptionView;
}
