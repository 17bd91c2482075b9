/** The operations of the program bank, made by `make types` from its OpenAPI document: do not edit. */

import { at, type WriteOptions } from "./door.js";
import { Groat } from "./operations.js";
import type { RequestView } from "./wire.js";

/** A payment `on` a day (UTC), or at once. */
export interface FileTransferInput {
  user?: string;
  /** An IBAN, or 5 to 34 letters and digits */
  external?: string;
  name?: string;
  amount: string;
  asset: string;
  /** The id of a saved recipient */
  beneficiary?: string;
  reference?: string;
  on?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface RejectTransferInput {
  reason: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectTransferInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionTransferInput {
  reason: string;
}

/** A recipient: `user` (an id; when filed also an e-mail address), or `external` with the holder's `name`. */
export interface FileBeneficiaryInput {
  user?: string;
  /** An IBAN, or 5 to 34 letters and digits */
  external?: string;
  name?: string;
}

/** Another name for the recipient. */
export interface RenameBeneficiaryInput {
  name: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectBeneficiaryInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionBeneficiaryInput {
  reason: string;
}

/** A payment every week or month from the `first` day (UTC) to the day `until`, or until it is ended. */
export interface FileStandingOrderInput {
  user?: string;
  /** An IBAN, or 5 to 34 letters and digits */
  external?: string;
  name?: string;
  amount: string;
  asset: string;
  /** The id of a saved recipient */
  beneficiary?: string;
  reference?: string;
  first: string;
  every?: "month" | "week";
  until?: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectStandingOrderInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionStandingOrderInput {
  reason: string;
}

/** An application for a card: the name on it, the asset it spends, and the most it spends in a month. */
export interface FileCardInput {
  holder: string;
  asset: string;
  limit: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface RejectCardInput {
  reason: string;
}

/** The network's description of the card that it made. */
export interface CreateCardInput {
  last4: string;
  expiry: string;
}

/** A new monthly limit. */
export interface Set_limitCardInput {
  limit: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectCardInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionCardInput {
  reason: string;
}

/** A merchant's demand: `card` is the id of the card's request. */
export interface FileCardPaymentInput {
  card: string;
  amount: string;
  asset: string;
  merchant: string;
}

/** The part of the payment that is meant; an empty amount is all that is left. */
export interface CaptureCardPaymentInput {
  amount?: string;
}

/** The part of the payment that is meant; an empty amount is all that is left. */
export interface RefundCardPaymentInput {
  amount?: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectCardPaymentInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionCardPaymentInput {
  reason: string;
}

/** An application for a loan: its amount, and the number of months in which it is paid back. */
export interface FileLoanInput {
  amount: string;
  asset: string;
  months: number;
  purpose?: string;
}

/** The terms of a loan: the rate in percent a year. Principal and months are as asked for, unless they are given. */
export interface ApproveLoanInput {
  /** Percent a year. */
  rate: string;
  /** As asked for, if empty. */
  principal?: string;
  /** As asked for, if 0. */
  months?: number;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface RejectLoanInput {
  reason: string;
}

/** A repayment. An empty amount is all that is owed. */
export interface RepayLoanInput {
  amount?: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectLoanInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionLoanInput {
  reason: string;
}

/** A withdrawal to an address. The bank itself files a deposit when it sees one, with its `txid`. */
export interface FileBitcoinTransactionInput {
  amount: string;
  asset?: string;
  direction?: "deposit" | "withdrawal";
  address?: string;
  txid?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface RejectBitcoinTransactionInput {
  reason: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectBitcoinTransactionInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionBitcoinTransactionInput {
  reason: string;
}

/** The purpose of an address. */
export interface FileBitcoinAddressInput {
  note?: string;
}

/** The part of a request's money that is given back, a decimal string, and why; empty is all that is left. */
export interface CorrectBitcoinAddressInput {
  reason: string;
  /** All that is left, if empty. */
  amount?: string;
}

/** The input of a transition that must be explained: the filer reads `reason`, 1 to 1,000 characters. */
export interface Drop_correctionBitcoinAddressInput {
  reason: string;
}

/** A server of groat with the program bank. */
export class Bank extends Groat {
  /**
   * Transfer: send money. Money to a user of the system or to an account at another bank. By: owner, service, admin, system. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/transfer`
   */
  fileTransfer(body: FileTransferInput, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/transfer", body, keyed: true }, options);
  }

  /**
   * Transfer: approve. Money to a user of the system or to an account at another bank. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/transfer/{id}/approve`
   */
  approveTransfer(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/transfer/${id}/approve`, body, keyed: true }, options);
  }

  /**
   * Transfer: reject. Money to a user of the system or to an account at another bank. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/transfer/{id}/reject`
   */
  rejectTransfer(id: string, body: RejectTransferInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/transfer/${id}/reject`, body, keyed: true }, options);
  }

  /**
   * Transfer: cancel. Money to a user of the system or to an account at another bank. By: owner. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/transfer/{id}/cancel`
   */
  cancelTransfer(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/transfer/${id}/cancel`, body, keyed: true }, options);
  }

  /**
   * Transfer: correct. Money to a user of the system or to an account at another bank. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/transfer/{id}/correct`
   */
  correctTransfer(id: string, body: CorrectTransferInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/transfer/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Transfer: drop the correction. Money to a user of the system or to an account at another bank. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/transfer/{id}/drop_correction`
   */
  drop_correctionTransfer(id: string, body: Drop_correctionTransferInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/transfer/${id}/drop_correction`, body, keyed: true }, options);
  }

  /**
   * Saved recipient: save. A user of the system or an account at another bank, kept for transfers. By: owner, admin, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/beneficiary`
   */
  fileBeneficiary(body: FileBeneficiaryInput = {}, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/beneficiary", body, keyed: true }, options);
  }

  /**
   * Saved recipient: rename. A user of the system or an account at another bank, kept for transfers. By: owner. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/beneficiary/{id}/rename`
   */
  renameBeneficiary(id: string, body: RenameBeneficiaryInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/beneficiary/${id}/rename`, body, keyed: true }, options);
  }

  /**
   * Saved recipient: remove. A user of the system or an account at another bank, kept for transfers. By: owner, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/beneficiary/{id}/remove`
   */
  removeBeneficiary(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/beneficiary/${id}/remove`, body, keyed: true }, options);
  }

  /**
   * Saved recipient: correct. A user of the system or an account at another bank, kept for transfers. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/beneficiary/{id}/correct`
   */
  correctBeneficiary(id: string, body: CorrectBeneficiaryInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/beneficiary/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Saved recipient: drop the correction. A user of the system or an account at another bank, kept for transfers. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/beneficiary/{id}/drop_correction`
   */
  drop_correctionBeneficiary(id: string, body: Drop_correctionBeneficiaryInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/beneficiary/${id}/drop_correction`, body, keyed: true }, options);
  }

  /**
   * Standing order: set up. A transfer that is filed again every week or month. By: owner, service, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/standing_order`
   */
  fileStandingOrder(body: FileStandingOrderInput, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/standing_order", body, keyed: true }, options);
  }

  /**
   * Standing order: end. A transfer that is filed again every week or month. By: owner. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/standing_order/{id}/end`
   */
  endStandingOrder(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/standing_order/${id}/end`, body, keyed: true }, options);
  }

  /**
   * Standing order: correct. A transfer that is filed again every week or month. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/standing_order/{id}/correct`
   */
  correctStandingOrder(id: string, body: CorrectStandingOrderInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/standing_order/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Standing order: drop the correction. A transfer that is filed again every week or month. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/standing_order/{id}/drop_correction`
   */
  drop_correctionStandingOrder(id: string, body: Drop_correctionStandingOrderInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/standing_order/${id}/drop_correction`, body, keyed: true }, options);
  }

  /**
   * Card: apply. A payment card with a monthly limit. By: owner, service, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card`
   */
  fileCard(body: FileCardInput, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/card", body, keyed: true }, options);
  }

  /**
   * Card: approve. A payment card with a monthly limit. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card/{id}/approve`
   */
  approveCard(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card/${id}/approve`, body, keyed: true }, options);
  }

  /**
   * Card: reject. A payment card with a monthly limit. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card/{id}/reject`
   */
  rejectCard(id: string, body: RejectCardInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card/${id}/reject`, body, keyed: true }, options);
  }

  /**
   * Card: cancel. A payment card with a monthly limit. By: owner. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card/{id}/cancel`
   */
  cancelCard(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card/${id}/cancel`, body, keyed: true }, options);
  }

  /**
   * Card: make. A payment card with a monthly limit. By: system, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card/{id}/create`
   */
  createCard(id: string, body: CreateCardInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card/${id}/create`, body, keyed: true }, options);
  }

  /**
   * Card: freeze. A payment card with a monthly limit. By: owner, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card/{id}/freeze`
   */
  freezeCard(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card/${id}/freeze`, body, keyed: true }, options);
  }

  /**
   * Card: unfreeze. A payment card with a monthly limit. By: owner, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card/{id}/unfreeze`
   */
  unfreezeCard(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card/${id}/unfreeze`, body, keyed: true }, options);
  }

  /**
   * Card: change limit. A payment card with a monthly limit. By: owner, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card/{id}/set_limit`
   */
  set_limitCard(id: string, body: Set_limitCardInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card/${id}/set_limit`, body, keyed: true }, options);
  }

  /**
   * Card: close. A payment card with a monthly limit. By: owner, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card/{id}/close`
   */
  closeCard(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card/${id}/close`, body, keyed: true }, options);
  }

  /**
   * Card: correct. A payment card with a monthly limit. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card/{id}/correct`
   */
  correctCard(id: string, body: CorrectCardInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Card: drop the correction. A payment card with a monthly limit. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card/{id}/drop_correction`
   */
  drop_correctionCard(id: string, body: Drop_correctionCardInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card/${id}/drop_correction`, body, keyed: true }, options);
  }

  /**
   * Card payment: authorise. What was paid with a card: authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card_payment`
   */
  fileCardPayment(body: FileCardPaymentInput, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/card_payment", body, keyed: true }, options);
  }

  /**
   * Card payment: capture. What was paid with a card: authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card_payment/{id}/capture`
   */
  captureCardPayment(id: string, body: CaptureCardPaymentInput = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card_payment/${id}/capture`, body, keyed: true }, options);
  }

  /**
   * Card payment: release. What was paid with a card: authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card_payment/{id}/void`
   */
  voidCardPayment(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card_payment/${id}/void`, body, keyed: true }, options);
  }

  /**
   * Card payment: refund. What was paid with a card: authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card_payment/{id}/refund`
   */
  refundCardPayment(id: string, body: RefundCardPaymentInput = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card_payment/${id}/refund`, body, keyed: true }, options);
  }

  /**
   * Card payment: correct. What was paid with a card: authorised, captured, perhaps refunded. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card_payment/{id}/correct`
   */
  correctCardPayment(id: string, body: CorrectCardPaymentInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card_payment/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Card payment: drop the correction. What was paid with a card: authorised, captured, perhaps refunded. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/card_payment/{id}/drop_correction`
   */
  drop_correctionCardPayment(id: string, body: Drop_correctionCardPaymentInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/card_payment/${id}/drop_correction`, body, keyed: true }, options);
  }

  /**
   * Loan: apply. Money lent, and paid back in monthly instalments. By: owner, service, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/loan`
   */
  fileLoan(body: FileLoanInput, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/loan", body, keyed: true }, options);
  }

  /**
   * Loan: approve. Money lent, and paid back in monthly instalments. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/loan/{id}/approve`
   */
  approveLoan(id: string, body: ApproveLoanInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/loan/${id}/approve`, body, keyed: true }, options);
  }

  /**
   * Loan: reject. Money lent, and paid back in monthly instalments. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/loan/{id}/reject`
   */
  rejectLoan(id: string, body: RejectLoanInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/loan/${id}/reject`, body, keyed: true }, options);
  }

  /**
   * Loan: cancel. Money lent, and paid back in monthly instalments. By: owner. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/loan/{id}/cancel`
   */
  cancelLoan(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/loan/${id}/cancel`, body, keyed: true }, options);
  }

  /**
   * Loan: repay. Money lent, and paid back in monthly instalments. By: owner, service. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/loan/{id}/repay`
   */
  repayLoan(id: string, body: RepayLoanInput = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/loan/${id}/repay`, body, keyed: true }, options);
  }

  /**
   * Loan: correct. Money lent, and paid back in monthly instalments. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/loan/{id}/correct`
   */
  correctLoan(id: string, body: CorrectLoanInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/loan/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Loan: drop the correction. Money lent, and paid back in monthly instalments. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/loan/{id}/drop_correction`
   */
  drop_correctionLoan(id: string, body: Drop_correctionLoanInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/loan/${id}/drop_correction`, body, keyed: true }, options);
  }

  /**
   * Bitcoin: withdraw. Bitcoin that comes or goes. By: owner, service, admin, system. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/bitcoin_transaction`
   */
  fileBitcoinTransaction(body: FileBitcoinTransactionInput, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/bitcoin_transaction", body, keyed: true }, options);
  }

  /**
   * Bitcoin: approve. Bitcoin that comes or goes. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/bitcoin_transaction/{id}/approve`
   */
  approveBitcoinTransaction(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/bitcoin_transaction/${id}/approve`, body, keyed: true }, options);
  }

  /**
   * Bitcoin: reject. Bitcoin that comes or goes. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/bitcoin_transaction/{id}/reject`
   */
  rejectBitcoinTransaction(id: string, body: RejectBitcoinTransactionInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/bitcoin_transaction/${id}/reject`, body, keyed: true }, options);
  }

  /**
   * Bitcoin: cancel. Bitcoin that comes or goes. By: owner. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/bitcoin_transaction/{id}/cancel`
   */
  cancelBitcoinTransaction(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/bitcoin_transaction/${id}/cancel`, body, keyed: true }, options);
  }

  /**
   * Bitcoin: correct. Bitcoin that comes or goes. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/bitcoin_transaction/{id}/correct`
   */
  correctBitcoinTransaction(id: string, body: CorrectBitcoinTransactionInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/bitcoin_transaction/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Bitcoin: drop the correction. Bitcoin that comes or goes. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/bitcoin_transaction/{id}/drop_correction`
   */
  drop_correctionBitcoinTransaction(id: string, body: Drop_correctionBitcoinTransactionInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/bitcoin_transaction/${id}/drop_correction`, body, keyed: true }, options);
  }

  /**
   * Bitcoin address: get an address. An address of the bank's wallet to receive at. By: owner, service, admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/bitcoin_address`
   */
  fileBitcoinAddress(body: FileBitcoinAddressInput = {}, options: { user?: string | undefined; owner?: string | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: "/v1/requests/bitcoin_address", body, keyed: true }, options);
  }

  /**
   * Bitcoin address: retire. An address of the bank's wallet to receive at. By: owner. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/bitcoin_address/{id}/retire`
   */
  retireBitcoinAddress(id: string, body: Record<string, never> = {}, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/bitcoin_address/${id}/retire`, body, keyed: true }, options);
  }

  /**
   * Bitcoin address: correct. An address of the bank's wallet to receive at. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/bitcoin_address/{id}/correct`
   */
  correctBitcoinAddress(id: string, body: CorrectBitcoinAddressInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/bitcoin_address/${id}/correct`, body, keyed: true }, options);
  }

  /**
   * Bitcoin address: drop the correction. An address of the bank's wallet to receive at. By: admin. For whoever is signed in; people get only what is theirs.
   *
   * `POST /v1/requests/bitcoin_address/{id}/drop_correction`
   */
  drop_correctionBitcoinAddress(id: string, body: Drop_correctionBitcoinAddressInput, options: { version?: number | undefined; dry_run?: boolean | undefined } & WriteOptions = {}): Promise<RequestView> {
    return this.call<RequestView>({ method: "POST", path: at`/v1/requests/bitcoin_address/${id}/drop_correction`, body, keyed: true }, options);
  }
}
