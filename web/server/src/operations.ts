/** The operations of every server, made by `make types` from its OpenAPI document: do not edit. */

import { at, type CallOptions, Door, type Listed, type WriteOptions } from "./door.js";
import type { AccountPage, AccountStateView, AccountView, ActionInput, ApiKeyInput, ApiKeyList, ApiKeyView, AssetInput, AssetList, AssetView, AuditPage, BalanceView, BudgetAnswer, BudgetPage, BudgetView, BulkInput, BulkView, CaptureInput, ChangeBudgetInput, CheckView, ClockView, CloseInput, ConfigView, ConfirmInput, ConfirmedView, Credentials, DemoPerson, DraftChange, DraftInput, EntryPage, ExtendInput, ForwardInput, ForwardedView, Health, HoldInput, HoldView, KindList, LookAnswer, LookList, Me, MemberChanged, MemberInput, MemberList, NotificationInput, NotificationPage, OutboxEntryView, OutboxPage, PostRunInput, PreferencesInput, PreferencesView, ReadInput, ReadView, RecipientView, ReleaseInput, RemoveBudgetInput, RequestPage, RequestView, ReverseInput, RevokeInput, RunDraft, RunDraftPage, RunPage, RunReceiptPage, RunRowPage, RunUndo, RunView, SentView, Session, SetBalanceInput, SetBudgetInput, SetLimitsInput, SettleInput, SheetPreview, StateInput, StepPage, StreamPage, StreamPages, TransactionInput, TransactionView, UserInput, UserPage, UserPatch, UserView, VoidInput } from "./wire.js";

export interface PreviewSheetInput {
  file: Uint8Array;
  asset: string;
  default_reason?: string;
  /** A workbook's sheet; the first visible one with a header. */
  sheet?: string;
  /** How a CSV file's letters are written. */
  encoding?: "utf-8" | "utf-16" | "cp1252" | "cp1250" | "cp1251" | "cp1253" | "cp1254" | "cp1255" | "cp1256" | "cp1257" | "cp1258" | "cp437" | "cp850" | "cp866" | "koi8-r" | "mac-roman" | "shift_jis" | "gb18030" | "big5" | "euc-kr";
  /** What parts a CSV file's cells. */
  delimiter?: "," | ";" | "\t" | "|";
  /** The sign before the fraction in amounts that are text. */
  decimal?: "." | ",";
  /** A column: the words of its header, or its number, from 1. */
  user_column?: string;
  /** A column: the words of its header, or its number, from 1. */
  amount_column?: string;
  /** As the others; empty where no column holds reasons. */
  reason_column?: string;
}

/** The draft to file, in the version that was looked at. */
export interface FileRunInput {
  draft: string;
  version: number;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface RejectRunInput {
  reason: string;
}

/** A reason, for people, if there is one. */
export interface PauseRunInput {
  reason?: string;
}

/** Leave out the row at which the run stopped, or with `every` whatever is refused from here on. */
export interface SkipRunInput {
  reason?: string;
  every?: boolean;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface CancelRunInput {
  reason: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectRunInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionRunInput {
  reason: string;
}

/** A server of groat. Each operation takes what its path names, then its body, then its query parameters and options in one. */
export class Groat extends Door {
  /**
   * Post a transaction. All postings or none, under one key. The answer has the new balances and the positions of its events. For admins and services.
   *
   * `POST /v1/transactions`
   */
  postTransaction(body: TransactionInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<TransactionView> {
    return this.call<TransactionView>({ method: "POST", path: "/v1/transactions", body, keyed: true }, options);
  }

  /**
   * Post many transactions. Up to 10,000 items, each of which posts, holds, captures, settles, releases, extends or reverses. `atomic`: all or none; a refusal is a problem with the `index` of its item; an item may name the hold of an earlier one by its place. `independent`: a verdict for each, under keys made of yours and the item's index, which no caller can send. Repeat it under the same key after any failure. For admins and services.
   *
   * `POST /v1/transactions/bulk`
   */
  postTransactions(body: BulkInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<BulkView> {
    return this.call<BulkView>({ method: "POST", path: "/v1/transactions/bulk", body, keyed: true, slow: true }, options);
  }

  /**
   * Read a transaction. The transaction with the balances right after it. People see those that touched their accounts, and of these their own side; any other one is `transaction_not_found` to them. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/transactions/{id}`
   */
  getTransaction(id: string, options: { max_stale?: number | undefined } & CallOptions = {}): Promise<TransactionView> {
    return this.call<TransactionView>({ method: "GET", path: at`/v1/transactions/${id}` }, options);
  }

  /**
   * Reverse a transaction. Posts it backwards: all that is left of it, or an amount for each posting. Never more than was moved. For admins and services.
   *
   * `POST /v1/transactions/{id}/reverse`
   */
  reverseTransaction(id: string, body: ReverseInput = {}, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<TransactionView> {
    return this.call<TransactionView>({ method: "POST", path: at`/v1/transactions/${id}/reverse`, body, keyed: true }, options);
  }

  /**
   * Hold an amount. Reserves an amount: it leaves what is available, not the balance. The id of the hold is in `hold.id`. For admins and services.
   *
   * `POST /v1/holds`
   */
  createHold(body: HoldInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<TransactionView> {
    return this.call<TransactionView>({ method: "POST", path: "/v1/holds", body, keyed: true }, options);
  }

  /**
   * Read a hold. The hold as it stands. People see holds on their own accounts; any other one is `hold_not_found` to them. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/holds/{id}`
   */
  getHold(id: string, options: CallOptions = {}): Promise<HoldView> {
    return this.call<HoldView>({ method: "GET", path: at`/v1/holds/${id}` }, options);
  }

  /**
   * Capture a hold. Posts what was held, whole or a part. The rest is released unless `final` is false. For admins and services.
   *
   * `POST /v1/holds/{id}/capture`
   */
  captureHold(id: string, body: CaptureInput = {}, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<TransactionView> {
    return this.call<TransactionView>({ method: "POST", path: at`/v1/holds/${id}/capture`, body, keyed: true }, options);
  }

  /**
   * Settle a hold. Posts what was really used, once the work is done: up to what is left of the hold in any case, the rest is freed. `settled` says what became of it; a `shortfall` was used and is not paid. A hold that expired or was released reserves nothing any more, so all of it is spent like the excess, and `refuse` refuses if the source has too little. For admins and services.
   *
   * `POST /v1/holds/{id}/settle`
   */
  settleHold(id: string, body: SettleInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<TransactionView> {
    return this.call<TransactionView>({ method: "POST", path: at`/v1/holds/${id}/settle`, body, keyed: true }, options);
  }

  /**
   * Extend a hold. Lets an open hold end later, as a sign of life of what it is held for. It never ends earlier by this: a hold that lasts as long already, or has no end, stays as it is. For admins and services.
   *
   * `POST /v1/holds/{id}/extend`
   */
  extendHold(id: string, body: ExtendInput = {}, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<TransactionView> {
    return this.call<TransactionView>({ method: "POST", path: at`/v1/holds/${id}/extend`, body, keyed: true }, options);
  }

  /**
   * Release a hold. Gives back what is left of the hold. For admins and services.
   *
   * `POST /v1/holds/{id}/release`
   */
  releaseHold(id: string, body: ReleaseInput = {}, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<TransactionView> {
    return this.call<TransactionView>({ method: "POST", path: at`/v1/holds/${id}/release`, body, keyed: true }, options);
  }

  /**
   * Void a grant. Takes back what is free of a grant, for the account that gave it. What is held of it stays valid for its holds; what comes back of these later goes the same way. For admins and services.
   *
   * `POST /v1/grants/{grant}/void`
   */
  voidGrant(grant: string, body: VoidInput, options: WriteOptions = {}): Promise<TransactionView> {
    return this.call<TransactionView>({ method: "POST", path: at`/v1/grants/${grant}/void`, body, keyed: true }, options);
  }

  /**
   * List accounts. Lists accounts by path. People see only their own. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/accounts`
   */
  listAccounts(options: { prefix?: string | undefined; asset?: string | undefined; cursor?: string | undefined; limit?: number | undefined; max_stale?: number | undefined } & CallOptions = {}): Listed<AccountPage> {
    return this.list<AccountPage>({ method: "GET", path: "/v1/accounts" }, options);
  }

  /**
   * Read an account. All balances of an account, now or as of a past moment. People read their own accounts. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/accounts/{account}`
   */
  getAccount(account: string, options: { at?: string | undefined; max_stale?: number | undefined } & CallOptions = {}): Promise<AccountView> {
    return this.call<AccountView>({ method: "GET", path: at`/v1/accounts/${account}` }, options);
  }

  /**
   * Read an account's history. Every change of one balance, newest first, each with the balance after it. People read their own accounts and see no metadata. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/accounts/{account}/entries`
   */
  listEntries(account: string, options: { asset: string; cursor?: string | undefined; limit?: number | undefined; max_stale?: number | undefined } & CallOptions): Listed<EntryPage> {
    return this.list<EntryPage>({ method: "GET", path: at`/v1/accounts/${account}/entries` }, options);
  }

  /**
   * Set a balance. Posts the difference between the balance and the wanted one, found under the lock, against house:adjustments. For admins and services.
   *
   * `PUT /v1/accounts/{account}/balances/{asset}`
   */
  setBalance(account: string, asset: string, body: SetBalanceInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<TransactionView> {
    return this.call<TransactionView>({ method: "PUT", path: at`/v1/accounts/${account}/balances/${asset}`, body, keyed: true }, options);
  }

  /**
   * Set floor and ceiling. Changes the named limits; null removes one. A balance beyond a new limit stays as it is. For admins and services.
   *
   * `PATCH /v1/accounts/{account}/balances/{asset}`
   */
  setLimits(account: string, asset: string, body: SetLimitsInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<BalanceView> {
    return this.call<BalanceView>({ method: "PATCH", path: at`/v1/accounts/${account}/balances/${asset}`, body, keyed: true }, options);
  }

  /**
   * List assets. All assets by code. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/assets`
   */
  listAssets(options: CallOptions = {}): Promise<AssetList> {
    return this.call<AssetList>({ method: "GET", path: "/v1/assets" }, options);
  }

  /**
   * Create an asset. Adds an asset, whose scale never changes. Adding the same asset again is no error. For admins and services.
   *
   * `POST /v1/assets`
   */
  addAsset(body: AssetInput, options: CallOptions = {}): Promise<AssetView> {
    return this.call<AssetView>({ method: "POST", path: "/v1/assets", body }, options);
  }

  /**
   * Freeze an account. Nobody moves or holds anything on it any more, in any asset, until it is unfrozen. What is due still happens. For admins.
   *
   * `POST /v1/accounts/{account}/freeze`
   */
  freezeAccount(account: string, body: StateInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<AccountStateView> {
    return this.call<AccountStateView>({ method: "POST", path: at`/v1/accounts/${account}/freeze`, body, keyed: true }, options);
  }

  /**
   * Unfreeze an account. Opens a frozen account again. For admins.
   *
   * `POST /v1/accounts/{account}/unfreeze`
   */
  unfreezeAccount(account: string, body: StateInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<AccountStateView> {
    return this.call<AccountStateView>({ method: "POST", path: at`/v1/accounts/${account}/unfreeze`, body, keyed: true }, options);
  }

  /**
   * Close an account. Takes no new movements and holds; holds may still end, and reversals are taken. As soon as nothing is held, the rest goes to the named account, and the state is `closed`, by itself. For admins.
   *
   * `POST /v1/accounts/{account}/close`
   */
  closeAccount(account: string, body: CloseInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<AccountStateView> {
    return this.call<AccountStateView>({ method: "POST", path: at`/v1/accounts/${account}/close`, body, keyed: true }, options);
  }

  /**
   * Open a closed account again. Opens an account again that is closing or closed. What went to another account stays there. For admins.
   *
   * `POST /v1/accounts/{account}/reopen`
   */
  reopenAccount(account: string, body: StateInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<AccountStateView> {
    return this.call<AccountStateView>({ method: "POST", path: at`/v1/accounts/${account}/reopen`, body, keyed: true }, options);
  }

  /**
   * List the members of a shared account. Lists who shares an account, and what each of them may do. Its members read this, staff and services. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/accounts/{account}/members`
   */
  listMembers(account: string, options: CallOptions = {}): Promise<MemberList> {
    return this.call<MemberList>({ method: "GET", path: at`/v1/accounts/${account}/members` }, options);
  }

  /**
   * Set a member of a shared account. Adds a person to a shared account, changes what they may do, or removes them (no rights). Admins and services do it, and members who manage. The change holds at once: the person hears of it, and of the account from then on. For whoever is signed in; people get only what is theirs.
   *
   * `PUT /v1/accounts/{account}/members/{user}`
   */
  setMember(account: string, user: string, body: MemberInput = {}, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<MemberChanged> {
    return this.call<MemberChanged>({ method: "PUT", path: at`/v1/accounts/${account}/members/${user}`, body, keyed: true }, options);
  }

  /**
   * The time of the ledger. By this time everything is decided. It is the database's, and in a sandbox `ahead_s` seconds later. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/clock`
   */
  getClock(options: CallOptions = {}): Promise<ClockView> {
    return this.call<ClockView>({ method: "GET", path: "/v1/clock" }, options);
  }

  /**
   * Set a sandbox's clock forward. Everything that is due by then follows within seconds, as if the time had passed: holds and grants expire, standing orders are carried out, people are warned. Open screens are told at once. A real ledger refuses. For admins.
   *
   * `POST /v1/sandbox/clock`
   */
  forwardClock(body: ForwardInput = {}, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<ForwardedView> {
    return this.call<ForwardedView>({ method: "POST", path: "/v1/sandbox/clock", body, keyed: true }, options);
  }

  /**
   * Confirm a clock that leapt. While the database's clock has leapt ahead of the servers' own, nothing falls due, and the ledger counts time as if it had not. This says that the clock is right: what is due by it follows. For admins.
   *
   * `POST /v1/clock/confirm`
   */
  confirmClock(body: ConfirmInput, options: WriteOptions = {}): Promise<ConfirmedView> {
    return this.call<ConfirmedView>({ method: "POST", path: "/v1/clock/confirm", body, keyed: true }, options);
  }

  /**
   * Set a budget. Limits what may be spent from an account in each hour, day or month, in all or by one principal; or what a principal may spend from all accounts. It counts from now on. People set budgets on their own accounts, and on shared ones that they manage. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/budgets`
   */
  setBudget(body: SetBudgetInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<BudgetAnswer> {
    return this.call<BudgetAnswer>({ method: "POST", path: "/v1/budgets", body, keyed: true }, options);
  }

  /**
   * List budgets. Lists budgets with what is used of each. People see those on an account that they own or share, or their own. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/budgets`
   */
  listBudgets(options: { account?: string | undefined; of?: string | undefined; asset?: string | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<BudgetPage> {
    return this.list<BudgetPage>({ method: "GET", path: "/v1/budgets" }, options);
  }

  /**
   * Raise, lower, stop or resume a budget. Changes take effect with the next decision, on every node. A stopped budget lets nothing through. People change the budgets that they set themselves, or that others set who manage the account. For whoever is signed in; people get only what is theirs.
   *
   * `PATCH /v1/budgets/{budget}`
   */
  changeBudget(budget: string, body: ChangeBudgetInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<BudgetAnswer> {
    return this.call<BudgetAnswer>({ method: "PATCH", path: at`/v1/budgets/${budget}`, body, keyed: true }, options);
  }

  /**
   * Read a budget. A budget with what is used of it in the current window. People read those on their accounts, and their own. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/budgets/{budget}`
   */
  getBudget(budget: string, options: CallOptions = {}): Promise<BudgetView> {
    return this.call<BudgetView>({ method: "GET", path: at`/v1/budgets/${budget}` }, options);
  }

  /**
   * Remove a budget. Removes a budget; the answer has it as it stood. People remove those that they set themselves. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/budgets/{budget}/remove`
   */
  removeBudget(budget: string, body: RemoveBudgetInput = {}, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<BudgetAnswer> {
    return this.call<BudgetAnswer>({ method: "POST", path: at`/v1/budgets/${budget}/remove`, body, keyed: true }, options);
  }

  /**
   * Check what may be spent. Says whether an amount may be spent from an account now, by the very decision that a posting would meet: what is available above the floor, which grants may pay, which budget has the least left and when it resets, and how long that lasts at the pace of the last hour and the last day. It reserves nothing. People check their own accounts, and those that they share. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/accounts/{account}/check`
   */
  checkSpend(account: string, options: { asset: string; amount?: string | undefined; of?: string | undefined } & CallOptions): Promise<CheckView> {
    return this.call<CheckView>({ method: "GET", path: at`/v1/accounts/${account}/check` }, options);
  }

  /**
   * Read who calls. Answers the caller's balances and the position up to which they are right. The ETag is that position: to poll, pass it as If-None-Match. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/me`
   */
  getMe(options: CallOptions = {}): Promise<Me> {
    return this.call<Me>({ method: "GET", path: "/v1/me" }, options);
  }

  /**
   * Read a stream. Events in order, each once. People read their own stream and their roles'; staff and services anybody's. With Accept: text/event-stream the answer stays open, ids are positions, and an event `reset` brings a snapshot where going on is impossible. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/streams/{stream}/events`
   */
  readStream(stream: string, options: { after?: string | undefined; wait?: number | undefined } & CallOptions = {}): Promise<StreamPage> {
    return this.call<StreamPage>({ method: "GET", path: at`/v1/streams/${stream}/events` }, options);
  }

  /**
   * Read several streams at once. One call for all streams that a reader follows, where each connection is dear, as without HTTP/2. The rights are those of readStream, for each of the streams: one that is not the caller's refuses the whole, and `stream` names it. A stream that `after` does not name begins with its snapshot. With Accept: text/event-stream the answer stays open; the data of an event is a page, and its id the vector after it. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/streams/events`
   */
  readStreams(options: { streams?: string | undefined; after?: string | undefined; wait?: number | undefined } & CallOptions = {}): Promise<StreamPages> {
    return this.call<StreamPages>({ method: "GET", path: "/v1/streams/events" }, options);
  }

  /**
   * Do something with one's own money. The server declares from where to where the money goes, in which assets, and how much at most. The answer shows only the caller's own balances and positions. For people, for what is theirs.
   *
   * `POST /v1/actions/{name}`
   */
  callAction(name: string, body: ActionInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<TransactionView> {
    return this.call<TransactionView>({ method: "POST", path: at`/v1/actions/${name}`, body, keyed: true }, options);
  }

  /**
   * Find a recipient. The person with this id or e-mail address, so that a sender sees the name first. People may ask 60 times an hour, and find only whom the setting `people_found_by` lets them find. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/people/{who}`
   */
  findPerson(who: string, options: CallOptions = {}): Promise<RecipientView> {
    return this.call<RecipientView>({ method: "GET", path: at`/v1/people/${who}` }, options);
  }

  /**
   * List people. Lists everybody with a record here or a stream of events, by user id, with all balances. For admins and support.
   *
   * `GET /v1/users`
   */
  listUsers(options: { q?: string | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<UserPage> {
    return this.list<UserPage>({ method: "GET", path: "/v1/users" }, options);
  }

  /**
   * Add a person. A record with which somebody may sign in here, or whose roles win over those of their tokens. New staff decide on requests only after the time of the setting `new_staff_wait_s`. For admins.
   *
   * `POST /v1/users`
   */
  addUser(body: UserInput, options: CallOptions = {}): Promise<UserView> {
    return this.call<UserView>({ method: "POST", path: "/v1/users", body }, options);
  }

  /**
   * Read a person. One person with all balances. For admins and support.
   *
   * `GET /v1/users/{user}`
   */
  getUser(user: string, options: CallOptions = {}): Promise<UserView> {
    return this.call<UserView>({ method: "GET", path: at`/v1/users/${user}` }, options);
  }

  /**
   * Change a person. Roles and `disabled` act on open connections within seconds. A person who only has a token gets a record. Whoever is given roles or a password by somebody else decides on requests only after the time of the setting `new_staff_wait_s`. For admins.
   *
   * `PATCH /v1/users/{user}`
   */
  changeUser(user: string, body: UserPatch, options: CallOptions = {}): Promise<UserView> {
    return this.call<UserView>({ method: "PATCH", path: at`/v1/users/${user}`, body }, options);
  }

  /**
   * Sign a person out everywhere. Their sessions end, their tokens are refused, and their connections close within 5 s. For admins.
   *
   * `POST /v1/users/{user}/revoke`
   */
  revokeUser(user: string, body: RevokeInput = {}, options: CallOptions = {}): Promise<void> {
    return this.call<void>({ method: "POST", path: at`/v1/users/${user}/revoke`, body }, options);
  }

  /**
   * Read the audit log. The audit log, newest first: all transactions, and acts that moved no money, with actor and reason. For admins and support.
   *
   * `GET /v1/audit`
   */
  listAudit(options: { actor?: string | undefined; target?: string | undefined; cursor?: string | undefined; limit?: number | undefined; max_stale?: number | undefined } & CallOptions = {}): Listed<AuditPage> {
    return this.list<AuditPage>({ method: "GET", path: "/v1/audit" }, options);
  }

  /**
   * Sign in. A token for the API and the live connection, and a session cookie (HttpOnly, SameSite=Strict) that gets new ones. After ten failures of a user, or a hundred of an address, within 15 minutes, further attempts must wait. For anyone, without signing in.
   *
   * `POST /v1/auth/login`
   */
  login(body: Credentials, options: CallOptions = {}): Promise<Session> {
    return this.call<Session>({ method: "POST", path: "/v1/auth/login", body }, options);
  }

  /**
   * Get a new token for the session cookie. Answers only the server's own pages and those of the setting `origins`. For whoever holds a session cookie, from the server's own pages.
   *
   * `POST /v1/auth/token`
   */
  refreshToken(options: CallOptions = {}): Promise<Session> {
    return this.call<Session>({ method: "POST", path: "/v1/auth/token" }, options);
  }

  /**
   * Sign out. Ends the session, refuses its tokens and closes its live connections: at once in the process that answers, within 5 s in all others. Clears the cookie; without one it does nothing. For whoever holds a session cookie, from the server's own pages.
   *
   * `POST /v1/auth/logout`
   */
  logout(options: CallOptions = {}): Promise<void> {
    return this.call<void>({ method: "POST", path: "/v1/auth/logout" }, options);
  }

  /**
   * Make an API key. Makes a key for an app's own server. The key is shown only this once; the server stores its digest. A service may have several keys, so that they can be changed without a pause; its name stays, and with it its idempotency keys. For admins.
   *
   * `POST /v1/api-keys`
   */
  addApiKey(body: ApiKeyInput, options: CallOptions = {}): Promise<ApiKeyView> {
    return this.call<ApiKeyView>({ method: "POST", path: "/v1/api-keys", body }, options);
  }

  /**
   * List API keys. Lists keys without the keys themselves. For admins.
   *
   * `GET /v1/api-keys`
   */
  listApiKeys(options: CallOptions = {}): Promise<ApiKeyList> {
    return this.call<ApiKeyList>({ method: "GET", path: "/v1/api-keys" }, options);
  }

  /**
   * Withdraw an API key. Withdraws a key. It is refused at once, and within a second in other processes. For admins.
   *
   * `DELETE /v1/api-keys/{id}`
   */
  revokeApiKey(id: string, options: CallOptions = {}): Promise<void> {
    return this.call<void>({ method: "DELETE", path: at`/v1/api-keys/${id}` }, options);
  }

  /**
   * Check a file of people and amounts. Reads the form's `file` (CSV, TSV, XLSX, XLS, ODS), with amounts of `asset`. Rows without a reason get `default_reason`. Every row is checked and nothing is written: post the good rows with POST /v1/transactions/bulk. The other fields correct what the file leaves open; where somebody has to choose first, the error's members say what from. For admins and support.
   *
   * `POST /v1/sheets/preview`
   */
  previewSheet(body: PreviewSheetInput, options: CallOptions = {}): Promise<SheetPreview> {
    return this.call<SheetPreview>({ method: "POST", path: "/v1/sheets/preview", body, form: true, slow: true }, options);
  }

  /**
   * Is the process alive. Answers without asking the database. For anyone, without signing in.
   *
   * `GET /health/live`
   */
  isLive(options: CallOptions = {}): Promise<Health> {
    return this.call<Health>({ method: "GET", path: "/health/live" }, options);
  }

  /**
   * Is the server ready. Reads from the database; 503 while it cannot, and as soon as the server begins to shut down. `degraded` has `hints` while other nodes' commits are heard of only by the check every two seconds, `replica` while the primary answers for the replica, and `clock` while nothing falls due because the database's clock leapt. For anyone, without signing in.
   *
   * `GET /health/ready`
   */
  isReady(options: CallOptions = {}): Promise<Health> {
    return this.call<Health>({ method: "GET", path: "/health/ready" }, options);
  }

  /**
   * Metrics for Prometheus. For staff, and without a token for whoever calls from the same machine and not through a proxy. For staff, and whoever calls from the same machine without a proxy in between.
   *
   * `GET /metrics`
   */
  getMetrics(options: CallOptions = {}): Promise<string> {
    return this.call<string>({ method: "GET", path: "/metrics", reads: "text" }, options);
  }

  /**
   * What a front end needs before anybody signs in. The version, the assets, and the actions that people may call. For anyone, without signing in.
   *
   * `GET /v1/config`
   */
  getConfig(options: CallOptions = {}): Promise<ConfigView> {
    return this.call<ConfigView>({ method: "GET", path: "/v1/config" }, options);
  }

  /**
   * Who to sign in as, in the demo. Only in the demo, whose passwords are public. For anyone, without signing in.
   *
   * `GET /v1/demo/people`
   */
  listDemoPeople(options: CallOptions = {}): Promise<DemoPerson[]> {
    return this.call<DemoPerson[]>({ method: "GET", path: "/v1/demo/people" }, options);
  }

  /**
   * This document. OpenAPI 3.1. For anyone, without signing in.
   *
   * `GET /v1/openapi.json`
   */
  getOpenapi(options: CallOptions = {}): Promise<Record<string, unknown>> {
    return this.call<Record<string, unknown>>({ method: "GET", path: "/v1/openapi.json" }, options);
  }

  /**
   * This document, for people. All operations on one page, without any script and without anything from elsewhere. For anyone, without signing in.
   *
   * `GET /v1/docs`
   */
  getDocs(options: CallOptions = {}): Promise<string> {
    return this.call<string>({ method: "GET", path: "/v1/docs", reads: "text" }, options);
  }

  /**
   * List notifications. Notifications of the caller, of their roles and of everybody, newest first. Staff and services name a person and get those of that person alone. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/notifications`
   */
  listNotifications(options: { unread?: boolean | undefined; user?: string | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<NotificationPage> {
    return this.list<NotificationPage>({ method: "GET", path: "/v1/notifications" }, options);
  }

  /**
   * Send a notification. To a person (`user:42`), to everybody of a role (`role:partner`), or to `all`. It is kept, counted as unread, told live on every open screen, and mailed to those who want that of its category. For admins and services.
   *
   * `POST /v1/notifications`
   */
  sendNotification(body: NotificationInput, options: WriteOptions = {}): Promise<SentView> {
    return this.call<SentView>({ method: "POST", path: "/v1/notifications", body, keyed: true }, options);
  }

  /**
   * Mark notifications as read. These ids, those of a thread, or all up to and including the one of an id. All devices of the caller hear of it. What was read before stays read, so repeating it is harmless. For people, for what is theirs.
   *
   * `POST /v1/notifications/read`
   */
  readNotifications(body: ReadInput = {}, options: CallOptions = {}): Promise<ReadView> {
    return this.call<ReadView>({ method: "POST", path: "/v1/notifications/read", body }, options);
  }

  /**
   * Read preferences. A person's choice for each category: by toast, by e-mail, both or neither. All is kept and listed anyway. Without a choice a notification is a toast. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/notifications/preferences`
   */
  getPreferences(options: { user?: string | undefined } & CallOptions = {}): Promise<PreferencesView> {
    return this.call<PreferencesView>({ method: "GET", path: "/v1/notifications/preferences" }, options);
  }

  /**
   * Set preferences. `ways` replaces all that was chosen. `email` says where mail goes for somebody without an account here; only services and admins give it, for it must be known to be theirs. For whoever is signed in; people get only what is theirs.
   *
   * `PUT /v1/notifications/preferences`
   */
  setPreferences(body: PreferencesInput = {}, options: { user?: string | undefined } & CallOptions = {}): Promise<PreferencesView> {
    return this.call<PreferencesView>({ method: "PUT", path: "/v1/notifications/preferences", body }, options);
  }

  /**
   * List the kinds of requests. The kinds of requests on this server, with states, transitions, and JSON schemas of data and inputs. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/kinds`
   */
  listKinds(options: CallOptions = {}): Promise<KindList> {
    return this.call<KindList>({ method: "GET", path: "/v1/kinds" }, options);
  }

  /**
   * List requests. The newest first, unless sorted otherwise. People get their own. To staff and services the answer for `waits` also counts what waits. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/requests`
   */
  listRequests(options: { kind?: string | undefined; state?: string | undefined; waits?: boolean | undefined; parent?: string | undefined; user?: string | undefined; owner?: string | undefined; sort?: "newest" | "oldest" | "largest" | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<RequestPage> {
    return this.list<RequestPage>({ method: "GET", path: "/v1/requests" }, options);
  }

  /**
   * File a request. The body is the kind's data. Whatever money its filing holds is held by the same commit that tells of it. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/{kind}`
   */
  fileRequest(kind: string, body: Record<string, unknown> = {}, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/${kind}`, body, keyed: true }, options);
  }

  /**
   * Read a request. With the newest 50 steps of its history, the oldest of them first, and whether there are more; for staff with who is looking at it. People read their own; others are not found. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/requests/{kind}/{id}`
   */
  getRequest(kind: string, id: string, options: CallOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "GET", path: at`/v1/requests/${kind}/${id}` }, options);
  }

  /**
   * Read a request's history. Every step, the newest first. People read those of their own requests; others are not found. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/requests/{kind}/{id}/history`
   */
  listSteps(kind: string, id: string, options: { cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<StepPage> {
    return this.list<StepPage>({ method: "GET", path: at`/v1/requests/${kind}/${id}/history` }, options);
  }

  /**
   * Take a transition of a request. The body is the transition's input. Money, state, history, events, notifications and the audit entry are one commit. Of two who decide at once the first wins; the other is told who decided. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/{kind}/{id}/{transition}`
   */
  takeTransition(kind: string, id: string, transition: string, body: Record<string, unknown> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/${kind}/${id}/${transition}`, body, keyed: true }, options);
  }

  /**
   * Say that one is looking at a request. For 15 seconds from now, so repeat it while it is on the screen. The answer says who else is looking. For admins and support.
   *
   * `PUT /v1/looks/{id}`
   */
  lookAtRequest(id: string, options: CallOptions = {}): Promise<LookAnswer> {
    return this.call<LookAnswer>({ method: "PUT", path: at`/v1/looks/${id}` }, options);
  }

  /**
   * Who is looking at which request. So that two people do not work on the same request. For admins and support.
   *
   * `GET /v1/looks`
   */
  listLooks(options: CallOptions = {}): Promise<LookList> {
    return this.call<LookList>({ method: "GET", path: "/v1/looks" }, options);
  }

  /**
   * Download a statement. All that came and went in a period, with the balance after each line and at both ends, by effective dates. The balances are those that GET /v1/accounts/{account} tells of the same moments. People read their own. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/accounts/{account}/statement`
   */
  getStatement(account: string, options: { asset: string; from: string; to?: string | undefined; format?: "csv" | "pdf" | undefined; zone?: string | undefined } & CallOptions): Promise<Uint8Array> {
    return this.call<Uint8Array>({ method: "GET", path: at`/v1/accounts/${account}/statement`, slow: true, reads: "bytes" }, options);
  }

  /**
   * List what was not delivered. Entries of the outbox that were given up, or that wait, in the order in which they were put there. For admins and support.
   *
   * `GET /v1/outbox`
   */
  listOutbox(options: { state?: "failed" | "waiting" | undefined; channel?: string | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<OutboxPage> {
    return this.list<OutboxPage>({ method: "GET", path: "/v1/outbox" }, options);
  }

  /**
   * Deliver again. Try an entry again that was given up, or that waits for its next attempt: it is due now, and counts as new. What was put there later for the same target may have been delivered meanwhile. The audit log says who did it. For admins.
   *
   * `POST /v1/outbox/{id}/replay`
   */
  replayOutboxEntry(id: string, options: CallOptions = {}): Promise<OutboxEntryView> {
    return this.call<OutboxEntryView>({ method: "POST", path: at`/v1/outbox/${id}/replay` }, options);
  }

  /**
   * Check rows. Every row is checked, and nothing is posted: look at the rows, choose, and file the draft as a request of the kind `run`. A draft that nobody files is kept for 7 days. A file comes as `multipart/form-data`: the field `file` (CSV, TSV, XLSX, XLS, ODS), the fields of the body but for the people, and choices about the reading. For admins and services.
   *
   * `POST /v1/runs/drafts`
   */
  createRunDraft(body: DraftInput = {}, options: CallOptions = {}): Promise<RunDraft> {
    return this.call<RunDraft>({ method: "POST", path: "/v1/runs/drafts", body }, options);
  }

  /**
   * List drafts. Drafts that nobody has filed and that are not kept as a file, the newest first. For admins, support and services.
   *
   * `GET /v1/runs/drafts`
   */
  listRunDrafts(options: { cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<RunDraftPage> {
    return this.list<RunDraftPage>({ method: "GET", path: "/v1/runs/drafts" }, options);
  }

  /**
   * Read a draft. A draft with its counts. While `ready` is false, somebody is changing it. For admins, support and services.
   *
   * `GET /v1/runs/drafts/{id}`
   */
  getRunDraft(id: string, options: CallOptions = {}): Promise<RunDraft> {
    return this.call<RunDraft>({ method: "GET", path: at`/v1/runs/drafts/${id}` }, options);
  }

  /**
   * Change a draft. All rows are checked again by the choices as they are then. What was left out stays so. For admins and services.
   *
   * `PATCH /v1/runs/drafts/{id}`
   */
  changeRunDraft(id: string, body: DraftChange, options: CallOptions = {}): Promise<RunDraft> {
    return this.call<RunDraft>({ method: "PATCH", path: at`/v1/runs/drafts/${id}`, body }, options);
  }

  /**
   * Forget a draft. Only one that nobody has filed and that is not kept as a file. For admins and services.
   *
   * `DELETE /v1/runs/drafts/{id}`
   */
  deleteRunDraft(id: string, options: CallOptions = {}): Promise<void> {
    return this.call<void>({ method: "DELETE", path: at`/v1/runs/drafts/${id}` }, options);
  }

  /**
   * Read rows of a draft. Rows in their order, from any place on, with present balances. For admins, support and services.
   *
   * `GET /v1/runs/drafts/{id}/rows`
   */
  listDraftRows(id: string, options: { show?: "all" | "bad" | "duplicates" | "new" | "over_limit" | "unselected" | "selected" | undefined; from?: number | undefined; limit?: number | undefined } & CallOptions = {}): Promise<RunRowPage> {
    return this.call<RunRowPage>({ method: "GET", path: at`/v1/runs/drafts/${id}/rows` }, options);
  }

  /**
   * Post a bulk run. Checks the rows and files the run, all or none. It is posted at once, unless another person must approve it. The answer comes before it is posted: read the run, or listen to `house:runs`. For admins and services.
   *
   * `POST /v1/runs`
   */
  postRun(body: PostRunInput = {}, options: WriteOptions = {}): Promise<RunView> {
    return this.call<RunView>({ method: "POST", path: "/v1/runs", body, keyed: true }, options);
  }

  /**
   * List bulk runs. Runs, the newest first. For admins, support and services.
   *
   * `GET /v1/runs`
   */
  listRuns(options: { state?: "pending" | "running" | "paused" | "stopped" | "done" | "cancelled" | "rejected" | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<RunPage> {
    return this.list<RunPage>({ method: "GET", path: "/v1/runs" }, options);
  }

  /**
   * Read a bulk run. Says how far it is, and what the caller may do with it: POST /v1/requests/run/{id}/{transition}. For admins, support and services.
   *
   * `GET /v1/runs/{id}`
   */
  getRun(id: string, options: CallOptions = {}): Promise<RunView> {
    return this.call<RunView>({ method: "GET", path: at`/v1/runs/${id}` }, options);
  }

  /**
   * Read rows of a run. Rows in their order, from any place on, with what became of each. For admins, support and services.
   *
   * `GET /v1/runs/{id}/rows`
   */
  listRunRows(id: string, options: { show?: "all" | "bad" | "duplicates" | "new" | "over_limit" | "unselected" | "selected" | undefined; from?: number | undefined; limit?: number | undefined } & CallOptions = {}): Promise<RunRowPage> {
    return this.call<RunRowPage>({ method: "GET", path: at`/v1/runs/${id}/rows` }, options);
  }

  /**
   * Check what undoing a run takes back. Makes a draft of the reversals, all or those of some rows, and says what cannot be taken back. File it as any other: nothing is taken back before. For admins and services.
   *
   * `POST /v1/runs/{id}/undo`
   */
  undoRun(id: string, body: RunUndo, options: CallOptions = {}): Promise<RunDraft> {
    return this.call<RunDraft>({ method: "POST", path: at`/v1/runs/${id}/undo`, body }, options);
  }

  /**
   * Export rows of a draft. A CSV of the rows as they were sent, with what is wrong with each (`show=bad`): mend them and send them again. For admins, support and services.
   *
   * `GET /v1/runs/drafts/{id}/rows.csv`
   */
  exportDraftRows(id: string, options: { show?: "all" | "bad" | "duplicates" | "new" | "over_limit" | "unselected" | "selected" | undefined } & CallOptions = {}): Promise<string> {
    return this.call<string>({ method: "GET", path: at`/v1/runs/drafts/${id}/rows.csv`, reads: "text" }, options);
  }

  /**
   * Export rows of a run. A CSV of the rows with what became of each. Sent again as a file it gives the same rows. For admins, support and services.
   *
   * `GET /v1/runs/{id}/rows.csv`
   */
  exportRun(id: string, options: { show?: "all" | "bad" | "duplicates" | "new" | "over_limit" | "unselected" | "selected" | undefined } & CallOptions = {}): Promise<string> {
    return this.call<string>({ method: "GET", path: at`/v1/runs/${id}/rows.csv`, reads: "text" }, options);
  }

  /**
   * Read receipts of a run. For each person whether it is committed, to how many of their devices it was sent, and how many have shown it, as long as events are kept. For admins, support and services.
   *
   * `GET /v1/runs/{id}/receipts`
   */
  listReceipts(id: string, options: { from?: number | undefined; limit?: number | undefined } & CallOptions = {}): Promise<RunReceiptPage> {
    return this.call<RunReceiptPage>({ method: "GET", path: at`/v1/runs/${id}/receipts` }, options);
  }

  /**
   * Export receipts of a run. The receipts as a CSV. For admins, support and services.
   *
   * `GET /v1/runs/{id}/receipts.csv`
   */
  exportReceipts(id: string, options: CallOptions = {}): Promise<string> {
    return this.call<string>({ method: "GET", path: at`/v1/runs/${id}/receipts.csv`, reads: "text" }, options);
  }

  /**
   * Bulk run: file. Rows of a file, a list or a selection that are posted to many people; undone as one. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/run`
   */
  fileRun(body: FileRunInput, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/run", body, keyed: true }, options);
  }

  /**
   * Bulk run: approve. Rows of a file, a list or a selection that are posted to many people; undone as one. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/run/{id}/approve`
   */
  approveRun(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/run/${id}/approve`, body, keyed: true }, options);
  }

  /**
   * Bulk run: reject. Rows of a file, a list or a selection that are posted to many people; undone as one. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/run/{id}/reject`
   */
  rejectRun(id: string, body: RejectRunInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/run/${id}/reject`, body, keyed: true }, options);
  }

  /**
   * Bulk run: pause. Rows of a file, a list or a selection that are posted to many people; undone as one. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/run/{id}/pause`
   */
  pauseRun(id: string, body: PauseRunInput = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/run/${id}/pause`, body, keyed: true }, options);
  }

  /**
   * Bulk run: go on. Rows of a file, a list or a selection that are posted to many people; undone as one. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/run/{id}/resume`
   */
  resumeRun(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/run/${id}/resume`, body, keyed: true }, options);
  }

  /**
   * Bulk run: leave out the row. Rows of a file, a list or a selection that are posted to many people; undone as one. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/run/{id}/skip`
   */
  skipRun(id: string, body: SkipRunInput = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/run/${id}/skip`, body, keyed: true }, options);
  }

  /**
   * Bulk run: cancel. Rows of a file, a list or a selection that are posted to many people; undone as one. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/run/{id}/cancel`
   */
  cancelRun(id: string, body: CancelRunInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/run/${id}/cancel`, body, keyed: true }, options);
  }

  /**
   * Bulk run: correct. Rows of a file, a list or a selection that are posted to many people; undone as one. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/run/{id}/correct`
   */
  correctRun(id: string, body: CorrectRunInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/run/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Bulk run: drop the correction. Rows of a file, a list or a selection that are posted to many people; undone as one. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/run/{id}/drop_correction`
   */
  drop_correctionRun(id: string, body: Drop_correctionRunInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/run/${id}/drop_correction`, body, keyed: true }, options);
  }
}
