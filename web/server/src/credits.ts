/** The operations of the program credits, made by `make types` from its OpenAPI document: do not edit. */

import { at, type CallOptions, type Listed, type WriteOptions } from "./door.js";
import { Groat } from "./operations.js";
import type { AlertInput, AlertList, AlertView, CampaignChange, CampaignChart, CampaignInput, CampaignPage, CampaignView, CodePage, CodesInput, CreditUpdatePage, DevicePage, ForecastView, FulfillInput, GrantDetail, GrantMovePage, GrantPage, GroupInput, GroupPreview, GroupView, LiabilityReport, MadeCodes, MonthReport, PackageInput, PackageList, PackageView, PaymentPage, PreviewInput, PrintedCodes, RedeemInput, RedeemedView, RedemptionPage, RequestView, UndoInput, VoidCodeInput, VoucherPreview } from "./wire.js";

/**
 * Grant `amount` every day, week or month from the `first` day (UTC; today unless given) to `until`.
 *
 * At most `rollover` of what is left of the plan's earlier grants stays when a period begins, all if it is empty.
 */
export interface FileRecurringGrantInput {
  amount: string;
  asset?: string;
  every?: "day" | "month" | "week";
  /** The first day (UTC); today if empty. */
  first?: string;
  /** The last day (UTC); never if empty. */
  until?: string;
  /** How much of it carries over; everything if empty, 0 for nothing. */
  rollover?: string;
  /** Paid credits rather than promotional ones. */
  paid?: boolean;
  /** How the person sees it. */
  note?: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectRecurringGrantInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionRecurringGrantInput {
  reason: string;
}

/**
 * Order a package. `price` and `currency` are those that the person was shown; empty takes what holds now.
 *
 * `cause` says why an order was filed for somebody (`top_up`).
 */
export interface FileCreditOrderInput {
  package: string;
  /** Needed where there are several. */
  currency?: string;
  /** Refused where it is another one by now. */
  price?: string;
  cause?: string;
}

/** Fulfil it by hand. `fulfilled_by` may only be the caller, by id or as a principal. */
export interface FulfilCreditOrderInput {
  fulfilled_by?: string;
  reason?: string;
}

/** The payment that came: its id, and what was paid. */
export interface PayCreditOrderInput {
  /** The payment's id at the gateway. */
  payment: string;
  amount: string;
  currency: string;
}

/** The payment that failed, and why. */
export interface Payment_failedCreditOrderInput {
  /** The payment's id at the gateway. */
  payment: string;
  reason?: string;
}

/** The reason, which staff and services must give. */
export interface CancelCreditOrderInput {
  reason?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface ReopenCreditOrderInput {
  reason: string;
}

/** The credits to take back (a decimal string), all that is left of the order's grant if empty, and why. */
export interface RefundCreditOrderInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectCreditOrderInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionCreditOrderInput {
  reason: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface ResolveCreditPaymentInput {
  reason: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectCreditPaymentInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionCreditPaymentInput {
  reason: string;
}

/**
 * Order `package` whenever less than `below` of `asset` is available, once in `cooldown_min` minutes.
 *
 * In a calendar month of the time zone `zone` at most `month_orders` orders are filed, for `month_amount` of the
 * package's currency at most. After `failures_max` orders in a row that failed the rule stops.
 */
export interface FileAutoTopUpInput {
  asset?: string;
  /** It orders when less than this is available. */
  below: string;
  /** A package of the catalogue. */
  package: string;
  /** Needed where there are several. */
  currency?: string;
  /** Minutes from one order to the next. */
  cooldown_min?: number;
  /** Orders in a month, at most. */
  month_orders?: number;
  /** To spend in a month, at most; no limit if empty. */
  month_amount?: string;
  /** The time zone in which months begin. */
  zone?: string;
  /** It stops after so many failures in a row. */
  failures_max?: number;
}

/**
 * Order `package` whenever less than `below` of `asset` is available, once in `cooldown_min` minutes.
 *
 * In a calendar month of the time zone `zone` at most `month_orders` orders are filed, for `month_amount` of the
 * package's currency at most. After `failures_max` orders in a row that failed the rule stops.
 */
export interface ChangeAutoTopUpInput {
  asset?: string;
  /** It orders when less than this is available. */
  below: string;
  /** A package of the catalogue. */
  package: string;
  /** Needed where there are several. */
  currency?: string;
  /** Minutes from one order to the next. */
  cooldown_min?: number;
  /** Orders in a month, at most. */
  month_orders?: number;
  /** To spend in a month, at most; no limit if empty. */
  month_amount?: string;
  /** The time zone in which months begin. */
  zone?: string;
  /** It stops after so many failures in a row. */
  failures_max?: number;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectAutoTopUpInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionAutoTopUpInput {
  reason: string;
}

/** A server of groat with the program credits. */
export class Credits extends Groat {
  /**
   * List an account's grants. The grants of an account: credits with an expiry, a priority and a class. People read those of their own accounts. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/accounts/{account}/grants`
   */
  listGrants(account: string, options: { asset?: string | undefined; state?: "live" | "ended" | "all" | undefined; cursor?: string | undefined; limit?: number | undefined; max_stale?: number | undefined } & CallOptions = {}): Listed<GrantPage> {
    return this.list<GrantPage>({ method: "GET", path: at`/v1/accounts/${account}/grants` }, options);
  }

  /**
   * Read a grant. A grant, what was made of it (by transfers between people, by reversals), and the holds that reserve parts of it. People read those of their own accounts, and of what was made of them only their own. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/grants/{grant}`
   */
  getGrant(grant: string, options: CallOptions = {}): Promise<GrantDetail> {
    return this.call<GrantDetail>({ method: "GET", path: at`/v1/grants/${grant}` }, options);
  }

  /**
   * Read where a grant went. Every change of a grant, newest first: what it paid, what was held of it and freed, what a reversal gave back, what expired or was taken back. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/grants/{grant}/moves`
   */
  listGrantMoves(grant: string, options: { cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<GrantMovePage> {
    return this.list<GrantMovePage>({ method: "GET", path: at`/v1/grants/${grant}/moves` }, options);
  }

  /**
   * Forecast an account's grants. Tells what an account's grants are worth at the end of each day to come if nothing is spent. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/accounts/{account}/grants/forecast`
   */
  forecastGrants(account: string, options: { asset: string; days?: number | undefined; zone?: string | undefined } & CallOptions): Promise<ForecastView> {
    return this.call<ForecastView>({ method: "GET", path: at`/v1/accounts/${account}/grants/forecast` }, options);
  }

  /**
   * Report what is outstanding. The worth of grants that can still be spent, by asset and class, and what else people have of these assets. For admins and support.
   *
   * `GET /v1/credits/liability`
   */
  reportLiability(options: { asset?: string | undefined; format?: "json" | "csv" | undefined; max_stale?: number | undefined } & CallOptions = {}): Promise<LiabilityReport> {
    return this.call<LiabilityReport>({ method: "GET", path: "/v1/credits/liability" }, options);
  }

  /**
   * Report what expires when. Tells what is left of all grants by the month (UTC) in which it expires if nothing is spent; at the end what never does. For admins and support.
   *
   * `GET /v1/credits/expiring`
   */
  reportExpiring(options: { asset?: string | undefined; format?: "json" | "csv" | undefined; max_stale?: number | undefined } & CallOptions = {}): Promise<MonthReport> {
    return this.call<MonthReport>({ method: "GET", path: "/v1/credits/expiring" }, options);
  }

  /**
   * Report what expired. Tells what expired and was booked to house:breakage, by month (UTC), asset and class. For admins and support.
   *
   * `GET /v1/credits/breakage`
   */
  reportBreakage(options: { asset?: string | undefined; from?: string | undefined; to?: string | undefined; format?: "json" | "csv" | undefined; max_stale?: number | undefined } & CallOptions = {}): Promise<MonthReport> {
    return this.call<MonthReport>({ method: "GET", path: "/v1/credits/breakage" }, options);
  }

  /**
   * Report what was spent. Paid against promotional: what people spent of grants, net of reversals, by month (UTC), asset and class. What goes from person to person is not spent. For admins and support.
   *
   * `GET /v1/credits/spent`
   */
  reportSpent(options: { asset?: string | undefined; from?: string | undefined; to?: string | undefined; format?: "json" | "csv" | undefined; max_stale?: number | undefined } & CallOptions = {}): Promise<MonthReport> {
    return this.call<MonthReport>({ method: "GET", path: "/v1/credits/spent" }, options);
  }

  /**
   * Preview a grant for a group. Tells who would get the grant, and what it would come to. Nothing is written. For admins and services.
   *
   * `POST /v1/grants/group/preview`
   */
  previewGroupGrant(body: GroupInput, options: CallOptions = {}): Promise<GroupPreview> {
    return this.call<GroupPreview>({ method: "POST", path: "/v1/grants/group/preview", body }, options);
  }

  /**
   * Grant to a group. Grants to all people of the group in one commit, or to nobody. The same key again brings the first answer again, whoever has the role by then. For admins and services.
   *
   * `POST /v1/grants/group`
   */
  grantToGroup(body: GroupInput, options: WriteOptions = {}): Promise<GroupView> {
    return this.call<GroupView>({ method: "POST", path: "/v1/grants/group", body, keyed: true }, options);
  }

  /**
   * List an account's alerts. The amounts below which the owner of an account is told that little is left. People read those of their own accounts. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/accounts/{account}/alerts`
   */
  listAlerts(account: string, options: CallOptions = {}): Promise<AlertList> {
    return this.call<AlertList>({ method: "GET", path: at`/v1/accounts/${account}/alerts` }, options);
  }

  /**
   * Set an account's alert. Tells the owner once when less than that is available, and once when it is there again. People set the alerts of their own accounts, admins and services everybody's. One that is set stays, whatever the setting says later. For whoever is signed in; people get only what is theirs.
   *
   * `PUT /v1/accounts/{account}/alerts/{asset}`
   */
  setAlert(account: string, asset: string, body: AlertInput, options: WriteOptions = {}): Promise<AlertView> {
    return this.call<AlertView>({ method: "PUT", path: at`/v1/accounts/${account}/alerts/${asset}`, body, keyed: true }, options);
  }

  /**
   * List the packages of credits. The packages that are sold now, with the prices that hold, in the order of the catalogue. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/credits/packages`
   */
  listCreditPackages(options: { all?: boolean | undefined } & CallOptions = {}): Promise<PackageList> {
    return this.call<PackageList>({ method: "GET", path: "/v1/credits/packages" }, options);
  }

  /**
   * Make or change a package. Replaces all of the package, and makes it if there is none. Orders that were filed keep their price and credits. To end its sale, give it an `active_to`. For admins.
   *
   * `PUT /v1/credits/packages/{package}`
   */
  putCreditPackage(package_: string, body: PackageInput, options: WriteOptions = {}): Promise<PackageView> {
    return this.call<PackageView>({ method: "PUT", path: at`/v1/credits/packages/${package_}`, body, keyed: true }, options);
  }

  /**
   * Fulfill an order. Gives the buyer the credits of an order that waits, whether it was paid or not: the same as its transition `fulfil`. `fulfilled_by` is whoever calls; naming somebody else is refused. For admins and services.
   *
   * `POST /v1/credits/orders/{id}/fulfill`
   */
  fulfillCreditOrder(id: string, body: FulfillInput = {}, options: WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/credits/orders/${id}/fulfill`, body, keyed: true }, options);
  }

  /**
   * List what payment gateways said. Every message about a payment as it came, the newest first, with what it led to. For admins and support.
   *
   * `GET /v1/credits/payments`
   */
  listCreditPayments(options: { order?: string | undefined; payment?: string | undefined; outcome?: "differs" | "failed" | "fulfilled" | "ignored" | "late" | "no_order" | "not_fulfilled" | "noted" | "order_cancelled" | "paid_twice" | "refunded" | "refunded_before" | "repeated" | "wrong_amount" | "wrong_currency" | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<PaymentPage> {
    return this.list<PaymentPage>({ method: "GET", path: "/v1/credits/payments" }, options);
  }

  /**
   * Redeem a code. Pays what the campaign gives, once per rule, in the commit that counts the use. Wrong codes are counted by person and by address, on all nodes together; after too many nothing is tried until the time in `Retry-After` is over. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/vouchers/redeem`
   */
  redeemVoucher(body: RedeemInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RedeemedView> {
    return this.call<RedeemedView>({ method: "POST", path: "/v1/vouchers/redeem", body, keyed: true }, options);
  }

  /**
   * See what a code gives. Tells what the code would give the person now, or why it would not. Nothing is redeemed. Wrong codes count as if they had been redeemed. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/vouchers/preview`
   */
  previewVoucher(body: PreviewInput, options: CallOptions = {}): Promise<VoucherPreview> {
    return this.call<VoucherPreview>({ method: "POST", path: "/v1/vouchers/preview", body }, options);
  }

  /**
   * List redemptions. Redemptions, the newest first. People see their own, staff and services everybody's. For whoever is signed in; people get only what is theirs.
   *
   * `GET /v1/vouchers/redemptions`
   */
  listRedemptions(options: { user?: string | undefined; campaign?: string | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<RedemptionPage> {
    return this.list<RedemptionPage>({ method: "GET", path: "/v1/vouchers/redemptions" }, options);
  }

  /**
   * Undo a redemption. Takes back what it paid, and frees the use: the code can be redeemed again. What is spent of it is refused, or becomes debt. For admins and services.
   *
   * `POST /v1/vouchers/redemptions/{id}/undo`
   */
  undoRedemption(id: string, body: UndoInput, options: { dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RedeemedView> {
    return this.call<RedeemedView>({ method: "POST", path: at`/v1/vouchers/redemptions/${id}/undo`, body, keyed: true }, options);
  }

  /**
   * Begin a campaign. With a shared `code`, everybody redeems that one. Without, make single-use codes afterwards. For admins and services.
   *
   * `POST /v1/vouchers/campaigns`
   */
  beginCampaign(body: CampaignInput, options: WriteOptions = {}): Promise<CampaignView> {
    return this.call<CampaignView>({ method: "POST", path: "/v1/vouchers/campaigns", body, keyed: true }, options);
  }

  /**
   * List campaigns. All campaigns, the newest first. For admins, support and services.
   *
   * `GET /v1/vouchers/campaigns`
   */
  listCampaigns(options: { cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<CampaignPage> {
    return this.list<CampaignPage>({ method: "GET", path: "/v1/vouchers/campaigns" }, options);
  }

  /**
   * Read a campaign. A campaign with its counts: how many codes it has, how many were redeemed, and what they gave. For admins, support and services.
   *
   * `GET /v1/vouchers/campaigns/{campaign}`
   */
  getCampaign(campaign: string, options: CallOptions = {}): Promise<CampaignView> {
    return this.call<CampaignView>({ method: "GET", path: at`/v1/vouchers/campaigns/${campaign}` }, options);
  }

  /**
   * Change or stop a campaign. Takes effect with the next redemption on any node. What was redeemed before stays as it is. Asset, account and code are fixed. With `active` false nothing is redeemed until it is true again. For admins and services.
   *
   * `PUT /v1/vouchers/campaigns/{campaign}`
   */
  changeCampaign(campaign: string, body: CampaignChange, options: WriteOptions = {}): Promise<CampaignView> {
    return this.call<CampaignView>({ method: "PUT", path: at`/v1/vouchers/campaigns/${campaign}`, body, keyed: true }, options);
  }

  /**
   * Chart a campaign's redemptions. Counts redemptions that were not undone by day (UTC), by hour where seven days or fewer are asked for. For admins, support and services.
   *
   * `GET /v1/vouchers/campaigns/{campaign}/chart`
   */
  chartCampaign(campaign: string, options: { days?: number | undefined; max_stale?: number | undefined } & CallOptions = {}): Promise<CampaignChart> {
    return this.call<CampaignChart>({ method: "GET", path: at`/v1/vouchers/campaigns/${campaign}/chart` }, options);
  }

  /**
   * Make single-use codes. Makes up to 100,000 codes, a thousand in each commit. A call that was cut short goes on where it stopped when it is repeated with its key. For admins and services.
   *
   * `POST /v1/vouchers/campaigns/{campaign}/codes`
   */
  makeVoucherCodes(campaign: string, body: CodesInput, options: WriteOptions = {}): Promise<MadeCodes> {
    return this.call<MadeCodes>({ method: "POST", path: at`/v1/vouchers/campaigns/${campaign}/codes`, body, keyed: true }, options);
  }

  /**
   * List a campaign's single-use codes. The codes by number, each with its state and who redeemed it; the codes themselves are only exported. For admins, support and services.
   *
   * `GET /v1/vouchers/campaigns/{campaign}/codes`
   */
  listVoucherCodes(campaign: string, options: { state?: "unused" | "redeemed" | "void" | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<CodePage> {
    return this.list<CodePage>({ method: "GET", path: at`/v1/vouchers/campaigns/${campaign}/codes` }, options);
  }

  /**
   * Export a campaign's single-use codes. A CSV of the codes with their states: number, code, link, state, made_at, redeemed_by, redeemed_at. The server derives the codes of its secret; the database alone does not have them. For admins and services.
   *
   * `GET /v1/vouchers/campaigns/{campaign}/codes/export`
   */
  exportVoucherCodes(campaign: string, options: { state?: "unused" | "redeemed" | "void" | undefined } & CallOptions = {}): Promise<string> {
    return this.call<string>({ method: "GET", path: at`/v1/vouchers/campaigns/${campaign}/codes/export`, reads: "text" }, options);
  }

  /**
   * Draw codes to print. Codes with their QR codes as SVG, which lead to the setting `voucher_link`: the shared code alone, with the number 0, or a page of single-use codes. For admins and services.
   *
   * `GET /v1/vouchers/campaigns/{campaign}/print`
   */
  printVoucherCodes(campaign: string, options: { state?: "unused" | "redeemed" | "void" | undefined; cursor?: string | undefined; limit?: number | undefined } & CallOptions = {}): Listed<PrintedCodes> {
    return this.list<PrintedCodes>({ method: "GET", path: at`/v1/vouchers/campaigns/${campaign}/print` }, options);
  }

  /**
   * Withdraw a single-use code. A code that nobody has redeemed cannot be redeemed any more. For admins and services.
   *
   * `POST /v1/vouchers/campaigns/{campaign}/codes/{number}/void`
   */
  voidVoucherCode(campaign: string, number: string, body: VoidCodeInput, options: WriteOptions = {}): Promise<CampaignView> {
    return this.call<CampaignView>({ method: "POST", path: at`/v1/vouchers/campaigns/${campaign}/codes/${number}/void`, body, keyed: true }, options);
  }

  /**
   * Look up updates of credits. Every change of a person's balance, newest first: by whom, why, before and after, to how many of the person's devices it was sent, and how many have shown it. A page has the updates of up to `limit` transactions. For admins and support.
   *
   * `GET /v1/credits/updates`
   */
  listCreditUpdates(options: { user?: string | undefined; actor?: string | undefined; reason?: string | undefined; from?: string | undefined; to?: string | undefined; cursor?: string | undefined; limit?: number | undefined; max_stale?: number | undefined } & CallOptions = {}): Listed<CreditUpdatePage> {
    return this.list<CreditUpdatePage>({ method: "GET", path: "/v1/credits/updates" }, options);
  }

  /**
   * Look up which devices an update reached. The devices of a person to which an update was sent, and those that have shown it, as long as events are kept. A device is a browser, or one connection of a client that does not name its device. For admins and support.
   *
   * `GET /v1/credits/updates/{transaction}/devices`
   */
  listUpdateDevices(transaction: string, options: { user: string } & CallOptions): Promise<DevicePage> {
    return this.call<DevicePage>({ method: "GET", path: at`/v1/credits/updates/${transaction}/devices` }, options);
  }

  /**
   * Recurring credits: set up. Credits that are granted again every day, week or month. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/recurring_grant`
   */
  fileRecurringGrant(body: FileRecurringGrantInput, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/recurring_grant", body, keyed: true }, options);
  }

  /**
   * Recurring credits: pause. Credits that are granted again every day, week or month. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/recurring_grant/{id}/pause`
   */
  pauseRecurringGrant(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/recurring_grant/${id}/pause`, body, keyed: true }, options);
  }

  /**
   * Recurring credits: resume. Credits that are granted again every day, week or month. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/recurring_grant/{id}/resume`
   */
  resumeRecurringGrant(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/recurring_grant/${id}/resume`, body, keyed: true }, options);
  }

  /**
   * Recurring credits: end. Credits that are granted again every day, week or month. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/recurring_grant/{id}/end`
   */
  endRecurringGrant(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/recurring_grant/${id}/end`, body, keyed: true }, options);
  }

  /**
   * Recurring credits: correct. Credits that are granted again every day, week or month. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/recurring_grant/{id}/correct`
   */
  correctRecurringGrant(id: string, body: CorrectRecurringGrantInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/recurring_grant/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Recurring credits: drop the correction. Credits that are granted again every day, week or month. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/recurring_grant/{id}/drop_correction`
   */
  drop_correctionRecurringGrant(id: string, body: Drop_correctionRecurringGrantInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/recurring_grant/${id}/drop_correction`, body, keyed: true }, options);
  }

  /**
   * Order of credits: order. A package of credits that somebody buys. By: owner, admin, service, system. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_order`
   */
  fileCreditOrder(body: FileCreditOrderInput, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/credit_order", body, keyed: true }, options);
  }

  /**
   * Order of credits: fulfill. A package of credits that somebody buys. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_order/{id}/fulfil`
   */
  fulfilCreditOrder(id: string, body: FulfilCreditOrderInput = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/credit_order/${id}/fulfil`, body, keyed: true }, options);
  }

  /**
   * Order of credits: paid. A package of credits that somebody buys. By: system, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_order/{id}/pay`
   */
  payCreditOrder(id: string, body: PayCreditOrderInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/credit_order/${id}/pay`, body, keyed: true }, options);
  }

  /**
   * Order of credits: payment failed. A package of credits that somebody buys. By: system, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_order/{id}/payment_failed`
   */
  payment_failedCreditOrder(id: string, body: Payment_failedCreditOrderInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/credit_order/${id}/payment_failed`, body, keyed: true }, options);
  }

  /**
   * Order of credits: cancel order. A package of credits that somebody buys. By: owner, admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_order/{id}/cancel`
   */
  cancelCreditOrder(id: string, body: CancelCreditOrderInput = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/credit_order/${id}/cancel`, body, keyed: true }, options);
  }

  /**
   * Order of credits: reopen. A package of credits that somebody buys. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_order/{id}/reopen`
   */
  reopenCreditOrder(id: string, body: ReopenCreditOrderInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/credit_order/${id}/reopen`, body, keyed: true }, options);
  }

  /**
   * Order of credits: refund credits. A package of credits that somebody buys. By: admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_order/{id}/refund`
   */
  refundCreditOrder(id: string, body: RefundCreditOrderInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/credit_order/${id}/refund`, body, keyed: true }, options);
  }

  /**
   * Order of credits: correct. A package of credits that somebody buys. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_order/{id}/correct`
   */
  correctCreditOrder(id: string, body: CorrectCreditOrderInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/credit_order/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Order of credits: drop the correction. A package of credits that somebody buys. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_order/{id}/drop_correction`
   */
  drop_correctionCreditOrder(id: string, body: Drop_correctionCreditOrderInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/credit_order/${id}/drop_correction`, body, keyed: true }, options);
  }

  /**
   * Payment to look at: resolve. A payment that fits no order. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_payment/{id}/resolve`
   */
  resolveCreditPayment(id: string, body: ResolveCreditPaymentInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/credit_payment/${id}/resolve`, body, keyed: true }, options);
  }

  /**
   * Payment to look at: correct. A payment that fits no order. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_payment/{id}/correct`
   */
  correctCreditPayment(id: string, body: CorrectCreditPaymentInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/credit_payment/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Payment to look at: drop the correction. A payment that fits no order. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/credit_payment/{id}/drop_correction`
   */
  drop_correctionCreditPayment(id: string, body: Drop_correctionCreditPaymentInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/credit_payment/${id}/drop_correction`, body, keyed: true }, options);
  }

  /**
   * Automatic top-up: set up. Credits that are bought whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/auto_top_up`
   */
  fileAutoTopUp(body: FileAutoTopUpInput, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/auto_top_up", body, keyed: true }, options);
  }

  /**
   * Automatic top-up: change. Credits that are bought whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/auto_top_up/{id}/change`
   */
  changeAutoTopUp(id: string, body: ChangeAutoTopUpInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/auto_top_up/${id}/change`, body, keyed: true }, options);
  }

  /**
   * Automatic top-up: pause. Credits that are bought whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/auto_top_up/{id}/pause`
   */
  pauseAutoTopUp(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/auto_top_up/${id}/pause`, body, keyed: true }, options);
  }

  /**
   * Automatic top-up: resume. Credits that are bought whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/auto_top_up/{id}/resume`
   */
  resumeAutoTopUp(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/auto_top_up/${id}/resume`, body, keyed: true }, options);
  }

  /**
   * Automatic top-up: end. Credits that are bought whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/auto_top_up/{id}/end`
   */
  endAutoTopUp(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/auto_top_up/${id}/end`, body, keyed: true }, options);
  }

  /**
   * Automatic top-up: correct. Credits that are bought whenever few are left. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/auto_top_up/{id}/correct`
   */
  correctAutoTopUp(id: string, body: CorrectAutoTopUpInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/auto_top_up/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Automatic top-up: drop the correction. Credits that are bought whenever few are left. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/auto_top_up/{id}/drop_correction`
   */
  drop_correctionAutoTopUp(id: string, body: Drop_correctionAutoTopUpInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/auto_top_up/${id}/drop_correction`, body, keyed: true }, options);
  }
}
