/** The drafts of applications for a loan or a card and of a card's payment, and their meaning. No screens here. */

import { type Asset, compare, type GroatError, isZero } from "@groat/client";
import { t } from "@lingui/core/macro";
import { readAmount, readPlain } from "../../lib/amounts";
import type { Problems, Reading } from "../../requests/draft";
import { placeOf } from "../../requests/form";
import { type Plan, planOf } from "./plan";

export interface LoanDraft {
  amount: string;
  asset: string;
  months: string;
  purpose: string;
  /** Percent a year to reckon with: the bank sets the loan's own. */
  rate: string;
}

export interface CardDraft {
  holder: string;
  asset: string;
  limit: string;
}

export interface PaymentDraft {
  /** The id of the card's request. */
  card: string;
  amount: string;
  merchant: string;
}

export interface ReadLoan {
  data: { amount: string; asset: string; months: number; purpose: string };
  plan: Plan;
}

/** Limits that the kind declares. */
export interface Months {
  min: number;
  max: number;
}

const RATE = { code: t`A rate`, scale: 4 };
const RATE_MAX = "100";

export function readLoan(
  draft: LoanDraft,
  assets: readonly Asset[],
  { min, max }: Months,
): Reading<LoanDraft, ReadLoan> {
  const problems: Problems<LoanDraft> = {};
  const { asset } = draft;
  const amount = positive(draft.amount, asset, assets);
  if ("problem" in amount) problems.amount = amount.problem;
  const months = Number(readPlain(draft.months) ?? Number.NaN);
  if (!Number.isInteger(months) || months < min || months > max) {
    problems.months = t`Enter a whole number of months, ${min} to ${max}.`;
  }
  const rate = readRate(draft.rate);
  if ("problem" in rate) problems.rate = rate.problem;
  if ("problem" in amount || "problem" in rate || problems.months) return { ok: false, problems };
  const data = { amount: amount.amount, asset, months, purpose: draft.purpose.trim() };
  return { ok: true, read: { data, plan: planOf(amount.amount, rate.rate, months) } };
}

/** "6,5" -> "6.5"; "" stays "". */
function readRate(typed: string): { rate: string } | { problem: string } {
  if (!typed.trim()) return { rate: "" };
  const read = readAmount(typed.replace(/[%\u066a\uff05]/u, ""), RATE);
  if (!read.ok) return { problem: read.problem };
  if (compare(read.amount, RATE_MAX) > 0) return { problem: t`Enter ${RATE_MAX} or less.` };
  return { rate: read.amount.replace(/\.?0+$/, "") };
}

export function readCard(draft: CardDraft, assets: readonly Asset[]): Reading<CardDraft, CardDraft> {
  const problems: Problems<CardDraft> = {};
  const holder = draft.holder.trim();
  if (!holder) problems.holder = t`Write the name that shall stand on the card.`;
  const limit = positive(draft.limit, draft.asset, assets);
  if ("problem" in limit) problems.limit = limit.problem;
  if ("problem" in limit || problems.holder) return { ok: false, problems };
  return { ok: true, read: { holder, asset: draft.asset, limit: limit.amount } };
}

/** Reads a payment in the asset of its card. */
export function readPayment(
  draft: PaymentDraft,
  asset: string,
  assets: readonly Asset[],
): Reading<PaymentDraft, PaymentDraft & { asset: string }> {
  const problems: Problems<PaymentDraft> = {};
  const merchant = draft.merchant.trim();
  if (!merchant) problems.merchant = t`Write who is paid.`;
  const amount = positive(draft.amount, asset, assets);
  if ("problem" in amount) problems.amount = amount.problem;
  if ("problem" in amount || problems.merchant) return { ok: false, problems };
  return { ok: true, read: { card: draft.card, amount: amount.amount, asset, merchant } };
}

function positive(
  typed: string,
  code: string,
  assets: readonly Asset[],
): { amount: string } | { problem: string } {
  const scale = assets.find((asset) => asset.code === code)?.scale ?? 2;
  const read = readAmount(typed, { code, scale });
  if (!read.ok) return { problem: read.problem };
  return isZero(read.amount) ? { problem: t`Enter an amount greater than 0.` } : { amount: read.amount };
}

/** Finds the field that a refusal is about; `money` is the one with the amount. Null: none of them. */
export function fieldOf<Name extends string>(
  { code, detail }: GroatError,
  fields: readonly Name[],
  money: Name,
): Name | null {
  switch (code) {
    case "amount_wrong":
    case "invalid_amount":
    case "too_many_digits":
    case "amount_not_positive":
    case "amount_overflow":
      return money;
    default:
      return fields.find((field) => field === placeOf(detail)) ?? null;
  }
}
