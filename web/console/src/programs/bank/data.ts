/** The data of the bank's kinds of requests, as far as pages of their own show it. */
import { compare, type RequestView, subtract } from "@groat/client";
import { t } from "@lingui/core/macro";

/** The intervals of standing orders. */
export const RHYTHMS = { week: t`every week`, month: t`every month` };

/** To whom money goes: a user here, or an account elsewhere with its holder's name. */
export interface Recipient {
  user: string;
  external: string;
  name: string;
}

interface TransferData extends Recipient {
  amount: string;
  asset: string;
  beneficiary: string;
  reference: string;
  /** A day, "" for at once. */
  on: string;
}

interface StandingOrderData extends Omit<TransferData, "on"> {
  first: string;
  every: "week" | "month";
  until: string;
  next: string;
  count: number;
  last: string;
}

export interface CardData {
  holder: string;
  asset: string;
  limit: string;
  last4: string;
  /** "2030-11" */
  expiry: string;
  /** The month in which `spent` was spent. */
  month: string;
  spent: string;
}

interface CardPaymentData {
  card: string;
  amount: string;
  asset: string;
  merchant: string;
  captured: string;
  refunded: string;
}

export interface Instalment {
  number: number;
  due: string;
  payment: string;
  interest: string;
  principal: string;
  balance: string;
  paid: string;
}

export interface LoanData {
  amount: string;
  asset: string;
  months: number;
  purpose: string;
  /** Percent a year; "" before it is granted. */
  rate: string;
  principal: string;
  start: string;
  schedule: Instalment[];
  owed: string;
  overdue: string;
  interest_paid: string;
  next: string;
}

export interface BitcoinData {
  amount: string;
  asset: string;
  direction: "withdrawal" | "deposit";
  address: string;
  txid: string;
  confirmations: number;
  needed: number;
  fee: string;
}

interface AddressData {
  note: string;
  address: string;
}

/** By the name of their kind. */
interface BankData {
  transfer: TransferData;
  standing_order: StandingOrderData;
  beneficiary: Recipient;
  card: CardData;
  card_payment: CardPaymentData;
  loan: LoanData;
  bitcoin_transaction: BitcoinData;
  bitcoin_address: AddressData;
}

/** A field that tells a bank's data from those of another program's kind of the same name. */
export const TELLING: Record<keyof BankData, string> = {
  transfer: "external",
  standing_order: "every",
  beneficiary: "external",
  card: "holder",
  card_payment: "merchant",
  loan: "months",
  bitcoin_transaction: "direction",
  bitcoin_address: "address",
};

/** The data of a request of the bank's; null for others. */
export function dataOf<Kind extends keyof BankData>(
  kind: Kind,
  request: Pick<RequestView, "kind" | "data">,
): BankData[Kind] | null {
  if (request.kind !== kind || request.data[TELLING[kind]] === undefined) return null;
  return request.data as unknown as BankData[Kind];
}

/** "DE89 3704 0044 ..." */
export const spaced = (number: string) => number.replace(/(.{4})(?=.)/g, "$1 ");

/** Shortens an address for a row to its beginning and its end. */
export const shortened = (text: string) =>
  text.length > 20 ? `${text.slice(0, 9)}…${text.slice(-6)}` : text;

/** Returns the amount spent with a card in the present month (UTC). */
export function spentNow({ month, spent, limit }: CardData, now: Date): string {
  return spent && month === now.toISOString().slice(0, 7) ? spent : subtract(limit, limit);
}

/** Returns the part of an instalment that is left to pay. */
export const leftOf = ({ payment, paid }: Instalment) => (paid ? subtract(payment, paid) : payment);

export const isPaid = (row: Instalment) => compare(leftOf(row), "0") <= 0;

/** Returns the part of a loan that is paid back, 0 to 1; only for the length of a bar. */
export function paidPart({ principal, owed }: LoanData): number {
  const whole = Number(principal);
  return whole > 0 ? Math.min(1, Math.max(0, (whole - Number(owed)) / whole)) : 0;
}
