/** Describes bitcoin transactions. No screens here. */

import { compare, formatAmount, isZero, type RequestView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { readAmount } from "../../lib/amounts";
import type { Reading } from "../../requests/draft";
import { dataOf } from "./data";

export const BTC = "BTC";

/** The form of addresses of all networks; the server and the network check more. */
const ADDRESS = /^[A-Za-z0-9]{14,90}$/;

export interface Withdrawal {
  amount: string;
  address: string;
}

/** Reads what is typed; `available` is null where it is not known. */
export function readWithdrawal(
  typed: Withdrawal,
  scale: number,
  available: string | null,
): Reading<Withdrawal, Withdrawal> {
  const amount = readAmount(typed.amount, { code: BTC, scale });
  const wrong = (field: keyof Withdrawal, problem: string) => ({
    ok: false as const,
    problems: { [field]: problem },
  });
  if (!amount.ok) return wrong("amount", amount.problem);
  if (isZero(amount.amount)) return wrong("amount", t`Enter an amount greater than 0.`);
  if (available !== null && compare(amount.amount, available) > 0) {
    return wrong("amount", t`Only ${formatAmount(available)} ${BTC} are available.`);
  }
  const address = typed.address.trim().replace(/^bitcoin:/i, "");
  if (!address) return wrong("address", t`Where shall it go?`);
  if (!ADDRESS.test(address)) return wrong("address", t`The address is not a bitcoin address.`);
  return { ok: true, read: { amount: amount.amount, address } };
}

/** Explains a transaction that did not go through: where the money is, and why; null for all others. */
export function outcomeOf(request: RequestView): { money: string; why: string } | null {
  const data = dataOf("bitcoin_transaction", request);
  if (!data || request.open || request.state === "completed") return null;
  return {
    money: data.direction === "deposit" ? t`Nothing was credited` : t`Given back to you`,
    // Otherwise the reason is what stands on the statement.
    why: request.state === "failed" || request.state === "rejected" ? request.reason : "",
  };
}
