/** The `/v1` routes, typed. Writes of money carry an idempotency key: the caller's, or one made here. */
import { randomId } from "./environment.js";
import type { Http, RequestOptions } from "./http.js";
import type { Page, RequestFilter, SheetChoices, UpdateFilter } from "./types.js";
import type * as wire from "./wire.js";

export interface WriteOptions {
  /** Idempotency key (1..255 printable ASCII). Give your own to repeat a write after a reload of the page. */
  key?: string;
  signal?: AbortSignal;
}

export interface PageOptions {
  cursor?: string | null;
  limit?: number;
  signal?: AbortSignal;
}

/** Bulk writes and uploaded files take their time. */
const LONG_MS_MAX = 120_000;

export type Api = ReturnType<typeof createApi>;

const path = (...segments: string[]) => `/v1/${segments.map(encodeURIComponent).join("/")}`;

function paging({ cursor, limit, signal }: PageOptions = {}) {
  return { query: { cursor, limit }, ...(signal && { signal }) };
}

/** The typed routes over whatever carries them out; the client's own is `groat.api`. */
export function createApi(http: Pick<Http, "json" | "file">) {
  function write<T>(
    method: string,
    route: string,
    body: unknown,
    options: WriteOptions & Pick<RequestOptions, "timeout_ms" | "query"> = {},
  ): Promise<T> {
    const { key = randomId(), signal, timeout_ms, query = {} } = options;
    return http.json<T>(route, {
      method,
      body,
      key,
      query,
      ...(signal && { signal }),
      ...(timeout_ms !== undefined && { timeout_ms }),
    });
  }

  function list<T>(route: string, query: Record<string, string | undefined>, options?: PageOptions) {
    const page = paging(options);
    return http.json<Page<T>>(route, { ...page, query: { ...page.query, ...query } });
  }

  return {
    me: () => http.json<wire.Me>("/v1/me"),
    config: () => http.json<wire.ConfigView>("/v1/config", { auth: false }),
    demoPeople: () => http.json<wire.DemoPerson[]>("/v1/demo/people", { auth: false }),

    // Signing in and out changes the page's identity too: see `login` and `logout` of the client.
    createSession: (body: wire.Credentials) =>
      http.json<wire.Session>("/v1/auth/login", { method: "POST", body, auth: false }),
    renewSession: () => http.json<wire.Session>("/v1/auth/token", { method: "POST", auth: false }),
    endSession: () => http.json<void>("/v1/auth/logout", { method: "POST", auth: false }),

    /** A person's own money, by an action that the server declares ("spend", "transfer"). */
    action: (name: string, input: wire.ActionInput, options?: WriteOptions) =>
      write<wire.TransactionView>("POST", path("actions", name), input, options),

    transaction: (id: string) => http.json<wire.TransactionView>(path("transactions", id)),
    post: (input: wire.TransactionInput, options?: WriteOptions) =>
      write<wire.TransactionView>("POST", "/v1/transactions", input, options),
    bulk: (input: wire.BulkInput, options?: WriteOptions) =>
      write<wire.BulkView>("POST", "/v1/transactions/bulk", input, { ...options, timeout_ms: LONG_MS_MAX }),
    reverse: (id: string, input: wire.ReverseInput, options?: WriteOptions) =>
      write<wire.TransactionView>("POST", path("transactions", id, "reverse"), input, options),

    heldAmount: (id: string) => http.json<wire.HoldView>(path("holds", id)),
    hold: (input: wire.HoldInput, options?: WriteOptions) =>
      write<wire.TransactionView>("POST", "/v1/holds", input, options),
    capture: (id: string, input: wire.CaptureInput, options?: WriteOptions) =>
      write<wire.TransactionView>("POST", path("holds", id, "capture"), input, options),
    release: (id: string, input: wire.ReleaseInput, options?: WriteOptions) =>
      write<wire.TransactionView>("POST", path("holds", id, "release"), input, options),

    accounts: (filter: { prefix?: string; asset?: string } = {}, options?: PageOptions) =>
      list<wire.AccountView>("/v1/accounts", { ...filter }, options),
    /** `at` (RFC 3339) asks for a past moment. */
    account: (account: string, { at, signal }: { at?: string; signal?: AbortSignal } = {}) =>
      http.json<wire.AccountView>(path("accounts", account), { query: { at }, ...(signal && { signal }) }),
    entries: (account: string, asset: string, options?: PageOptions) =>
      list<wire.EntryView>(path("accounts", account, "entries"), { asset }, options),
    /** Whether an amount may be spent from an account now, how much at most, and how long it lasts. */
    check: (
      account: string,
      asset: string,
      { amount, of, signal }: { amount?: string; of?: string; signal?: AbortSignal } = {},
    ) =>
      http.json<wire.CheckView>(path("accounts", account, "check"), {
        query: { asset, amount, of },
        ...(signal && { signal }),
      }),
    /** The budgets on an account, or of a principal (`of`), with what is used of each. */
    budgets: (filter: { account?: string; of?: string; asset?: string } = {}, options?: PageOptions) =>
      list<wire.BudgetView>("/v1/budgets", { ...filter }, options),
    /** The grants of an account: those that can be spent, in the order in which they are; the newest first for other states. */
    grants: (
      account: string,
      filter: { asset?: string; state?: "live" | "ended" | "all" } = {},
      options?: PageOptions,
    ) => list<wire.GrantView>(path("accounts", account, "grants"), { ...filter }, options),
    /** What an account's grants are worth day by day; `zone` says where days end. */
    forecast: (account: string, asset: string, { days, zone }: { days?: number; zone?: string } = {}) =>
      http.json<wire.ForecastView>(path("accounts", account, "grants", "forecast"), {
        query: { asset, days, zone },
      }),
    /** A grant, what was made of it, and the holds that reserve parts of it. */
    grant: (id: string, { signal }: { signal?: AbortSignal } = {}) =>
      http.json<wire.GrantDetail>(path("grants", id), { ...(signal && { signal }) }),
    /** Where a grant went, the newest first. */
    grantMoves: (id: string, options?: PageOptions) =>
      list<wire.GrantMove>(path("grants", id, "moves"), {}, options),
    /** A report for staff as CSV: what is outstanding, what expires when, what expired, what was spent of which class. */
    report: (
      name: "liability" | "expiring" | "breakage" | "spent",
      filter: { asset?: string; from?: string; to?: string } = {},
    ) => http.file(`/v1/credits/${name}`, { query: { ...filter, format: "csv" } }),
    /** Updates of people's credits, the newest first (staff): by whom, why, before and after, and how many devices they reached. */
    creditUpdates: (filter: UpdateFilter = {}, options?: PageOptions) =>
      list<wire.CreditUpdate>("/v1/credits/updates", { ...filter }, options),
    /** The devices of a person that an update reached (staff). */
    updateDevices: (transaction: string, user: string, { signal }: { signal?: AbortSignal } = {}) =>
      http.json<wire.DevicePage>(path("credits", "updates", transaction, "devices"), {
        query: { user },
        ...(signal && { signal }),
      }),
    /** A statement of a period as a file: `from` and `to` (RFC 3339; now) by effective date, `zone` for the PDF. */
    statement: (
      account: string,
      asset: string,
      period: { from: string; to?: string; format?: "csv" | "pdf"; zone?: string },
      { signal }: { signal?: AbortSignal } = {},
    ) =>
      http.file(path("accounts", account, "statement"), {
        query: { asset, ...period },
        ...(signal && { signal }),
      }),
    setBalance: (account: string, asset: string, input: wire.SetBalanceInput, options?: WriteOptions) =>
      write<wire.TransactionView>("PUT", path("accounts", account, "balances", asset), input, options),
    /** The time of the ledger. In a sandbox admins set it forward. */
    clock: () => http.json<wire.ClockView>("/v1/clock"),
    confirmClock: (input: wire.ConfirmInput, options?: WriteOptions) =>
      write<wire.ConfirmedView>("POST", "/v1/clock/confirm", input, options),
    forwardClock: (input: wire.ForwardInput, options?: WriteOptions) =>
      write<wire.ForwardedView>("POST", "/v1/sandbox/clock", input, options),
    setLimits: (account: string, asset: string, input: wire.SetLimitsInput, options?: WriteOptions) =>
      write<wire.BalanceView>("PATCH", path("accounts", account, "balances", asset), input, options),

    assets: () => http.json<wire.AssetList>("/v1/assets"),
    addAsset: (asset: wire.AssetInput, options?: WriteOptions) =>
      write<wire.AssetView>("POST", "/v1/assets", asset, options),

    audit: (filter: { actor?: string; target?: string } = {}, options?: PageOptions) =>
      list<wire.AuditView>("/v1/audit", { ...filter }, options),

    users: (filter: { q?: string } = {}, options?: PageOptions) =>
      list<wire.UserView>("/v1/users", { ...filter }, options),
    /** The recipient of money to this id or e-mail address; `user_not_found` where nobody is known. */
    recipient: (to: string) => http.json<wire.RecipientView>(path("people", to)),
    user: (user: string) => http.json<wire.UserView>(path("users", user)),
    addUser: (input: wire.UserInput, options?: WriteOptions) =>
      write<wire.UserView>("POST", "/v1/users", input, options),
    updateUser: (user: string, input: wire.UserPatch, options?: WriteOptions) =>
      write<wire.UserView>("PATCH", path("users", user), input, options),
    /** Signs a user out everywhere. */
    revokeUser: (user: string, options?: WriteOptions) =>
      write<void>("POST", path("users", user, "revoke"), {}, options),

    previewSheet: (
      file: Blob,
      fields: { asset?: string; default_reason?: string; name?: string } & SheetChoices = {},
    ) => {
      const { name = "sheet", ...texts } = fields;
      const body = new FormData();
      body.set("file", file, file instanceof File ? file.name : name);
      for (const [field, value] of Object.entries(texts)) if (value !== undefined) body.set(field, value);
      return http.json<wire.SheetPreview>("/v1/sheets/preview", {
        method: "POST",
        body,
        timeout_ms: LONG_MS_MAX,
      });
    },

    kinds: () => http.json<wire.KindList>("/v1/kinds"),
    /** The newest first; people get their own. */
    requests: (filter: RequestFilter = {}, options?: PageOptions) => {
      const { waits, ...texts } = filter;
      const page = paging(options);
      const query = { ...page.query, ...texts, waits: waits === undefined ? undefined : String(waits) };
      return http.json<wire.RequestPage>("/v1/requests", { ...page, query });
    },
    /** One request with the newest steps of its history. */
    findRequest: (kind: string, id: string, { signal }: { signal?: AbortSignal } = {}) =>
      http.json<wire.RequestView>(path("requests", kind, id), signal ? { signal } : {}),
    /** All steps of a request, the newest first. */
    requestHistory: (kind: string, id: string, options?: PageOptions) =>
      http.json<Page<wire.StepView>>(path("requests", kind, id, "history"), paging(options)),
    /** `data` as the kind's schema says; staff and services file for a `user`, or for another `owner`, such as "house:promo". */
    fileRequest: (
      kind: string,
      data: Record<string, unknown>,
      { user, owner, ...options }: WriteOptions & { user?: string; owner?: string } = {},
    ) =>
      write<wire.RequestView>("POST", path("requests", kind), data, { ...options, query: { user, owner } }),
    /** With a `version` only if the request is still at it: `wrong_state` otherwise. */
    takeTransition: (
      kind: string,
      id: string,
      transition: string,
      input: Record<string, unknown> = {},
      { version, ...options }: WriteOptions & { version?: number } = {},
    ) =>
      write<wire.RequestView>("POST", path("requests", kind, id, transition), input, {
        ...options,
        query: { version: version === undefined ? undefined : String(version) },
      }),
    /** Says for 15 s that one is looking at a request (staff); who else is. */
    lookAtRequest: (id: string) => http.json<wire.LookAnswer>(path("looks", id), { method: "PUT" }),
    looks: () => http.json<wire.LookList>("/v1/looks"),

    /** One's own, one's roles' and everybody's, the newest first; staff and services name a `user`. */
    notifications: (
      { unread, user }: { unread?: boolean; user?: string } = {},
      options?: PageOptions,
    ): Promise<wire.NotificationPage> => {
      const page = paging(options);
      const query = { ...page.query, user, unread: unread === undefined ? undefined : String(unread) };
      return http.json<wire.NotificationPage>("/v1/notifications", { ...page, query });
    },
    sendNotification: (input: wire.NotificationInput, options?: WriteOptions) =>
      write<wire.SentView>("POST", "/v1/notifications", input, options),
    /** See `markRead` of the client, which shows it at once. What is read stays so: repeating it is harmless. */
    readNotifications: (input: wire.ReadInput) =>
      write<wire.ReadView>("POST", "/v1/notifications/read", input),
    preferences: ({ user }: { user?: string } = {}) =>
      http.json<wire.PreferencesView>("/v1/notifications/preferences", { query: { user } }),
    setPreferences: (input: wire.PreferencesInput, { user }: { user?: string } = {}) =>
      write<wire.PreferencesView>("PUT", "/v1/notifications/preferences", input, { query: { user } }),

    /** Events of a stream after a position; waits up to `wait` seconds for the first. */
    events: (stream: string, after: string, { wait, signal }: { wait?: number; signal?: AbortSignal } = {}) =>
      http.json<wire.StreamPage>(path("streams", stream, "events"), {
        query: { after, wait },
        ...(signal && { signal }),
      }),

    /** Any other route, with the same token, retries and errors. */
    request: http.json.bind(http) as Http["json"],
    /** A file at any other route, with the same token and errors. */
    requestFile: http.file.bind(http) as Http["file"],
  };
}
