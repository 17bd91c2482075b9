/**
 * Plans the repayment of a loan by the bank's own schedule (src/groat/programs/bank/schedule.py), before there is a loan.
 * No screens here.
 */
import { decimalOf } from "../../lib/amounts";

/** One payment; amounts as decimals, `balance` is owed after it. */
interface Planned {
  number: number;
  payment: string;
  interest: string;
  principal: string;
  balance: string;
}

export interface Plan {
  /** Percent a year; "" where no interest is reckoned. */
  rate: string;
  rows: Planned[];
  interest: string;
  /** The principal and all interest. */
  total: string;
}

/** A month of one percent a year: 1 / 1200. */
const PERCENT_MONTHS = 1200n;

/**
 * Equal instalments by the annuity formula, rounded half to even once; a month's interest is what is owed times a twelfth of
 * the rate, rounded half to even; the last instalment is what is left. `amount` is a decimal with all digits of its asset,
 * above zero, `rate` percent a year or "", `months` at least 1.
 */
export function planOf(amount: string, rate: string, months: number): Plan {
  const scale = amount.split(".")[1]?.length ?? 0;
  const principal = BigInt(amount.replace(".", ""));
  const [above, below] = monthly(rate);
  const equal = instalment(principal, above, below, months);
  const rows: Planned[] = [];
  let [balance, interest] = [principal, 0n];
  for (let number = 1; number <= months && balance > 0n; number += 1) {
    const ofInterest = halfEven(balance * above, below);
    const paid = number === months || equal - ofInterest > balance ? balance : equal - ofInterest;
    balance -= paid;
    interest += ofInterest;
    rows.push({
      number,
      payment: decimalOf(paid + ofInterest, scale),
      interest: decimalOf(ofInterest, scale),
      principal: decimalOf(paid, scale),
      balance: decimalOf(balance, scale),
    });
  }
  return { rate, rows, interest: decimalOf(interest, scale), total: decimalOf(principal + interest, scale) };
}

/** The rate of one month as a fraction. */
function monthly(rate: string): [bigint, bigint] {
  const digits = rate.split(".")[1]?.length ?? 0;
  return [BigInt(rate.replace(".", "")), 10n ** BigInt(digits) * PERCENT_MONTHS];
}

function instalment(principal: bigint, above: bigint, below: bigint, months: number): bigint {
  const periods = BigInt(months);
  const grown = (above + below) ** periods;
  const exact =
    above === 0n
      ? halfEven(principal, periods)
      : halfEven(principal * above * grown, below * (grown - below ** periods));
  return exact > 0n ? exact : 1n;
}

function halfEven(above: bigint, below: bigint): bigint {
  const [whole, rest] = [above / below, (above % below) * 2n];
  return rest > below || (rest === below && whole % 2n === 1n) ? whole + 1n : whole;
}
