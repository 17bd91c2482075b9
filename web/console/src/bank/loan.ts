/** What follows from a loan's schedule: what is due, and what a repayment pays, by the bank's own rules. No screens here. */
import { add, compare, isZero, subtract } from "@groat/client";
import { type Instalment, isPaid, type LoanData, leftOf } from "./data";

/** The bank's day: its days are UTC's. */
export const bankDay = (now: number | Date) => new Date(now).toISOString().slice(0, 10);

/** Of an instalment: paid, overdue (its day has come), the next one, or still to come. */
export type Standing = "paid" | "overdue" | "next" | "later";

export function standingOf(row: Instalment, { schedule }: LoanData, today: string): Standing {
  if (isPaid(row)) return "paid";
  if (row.due <= today) return "overdue";
  return schedule.find((one) => !isPaid(one) && one.due > today) === row ? "next" : "later";
}

/** What is due and not paid: how much, of it interest, and since when ("" for nothing). */
export function overdueOf(
  { schedule, principal }: LoanData,
  today: string,
): { amount: string; interest: string; since: string } {
  const zero = subtract(principal, principal);
  const rows = schedule.filter((row) => row.due <= today && !isPaid(row));
  const sum = (parts: string[]) => parts.reduce(add, zero);
  return {
    amount: sum(rows.map(leftOf)),
    interest: sum(rows.map(interestLeft)),
    since: rows[0]?.due ?? "",
  };
}

/** What is paid of an instalment pays its interest first. */
function interestLeft({ interest, paid }: Instalment): string {
  if (!paid) return interest;
  return compare(paid, interest) >= 0 ? subtract(interest, interest) : subtract(interest, paid);
}

/** How much can be repaid at most: what is owed, and the interest that is due. */
export function mostOf(loan: LoanData, today: string): string {
  return add(loan.owed, overdueOf(loan, today).interest);
}

interface Split {
  /** Of it for what is due already, interest included. */
  overdue: string;
  interest: string;
  /** Of it off the principal ahead of time. */
  early: string;
  /** What is still owed afterwards. */
  owed: string;
  /** It pays the loan off. */
  last: boolean;
}

/** What a repayment pays: what is due first, the oldest and its interest before its principal, then the principal. */
export function splitOf(loan: LoanData, amount: string, today: string): Split {
  const zero = subtract(amount, amount);
  let [left, overdue, interest, owed] = [amount, zero, zero, loan.owed];
  for (const row of loan.schedule) {
    if (row.due > today || isZero(left)) break;
    if (isPaid(row)) continue;
    const part = least(leftOf(row), left);
    const ofInterest = least(interestLeft(row), part);
    overdue = add(overdue, part);
    interest = add(interest, ofInterest);
    owed = subtract(owed, subtract(part, ofInterest));
    left = subtract(left, part);
  }
  owed = subtract(owed, left);
  return { overdue, interest, early: left, owed, last: compare(amount, mostOf(loan, today)) === 0 };
}

const least = (a: string, b: string) => (compare(a, b) < 0 ? a : b);
