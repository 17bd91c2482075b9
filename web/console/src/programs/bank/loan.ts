/** Computes what is due of a loan and what a repayment pays, by the bank's own rules. No screens here. */
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

/** The overdue part: its amount, the interest in it, and since when ("" for nothing). */
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

/** A payment of an instalment pays its interest first. */
function interestLeft({ interest, paid }: Instalment): string {
  if (!paid) return interest;
  return compare(paid, interest) >= 0 ? subtract(interest, interest) : subtract(interest, paid);
}

/** The largest repayment: the principal owed, the interest due, and the interest accrued since. */
export function mostOf(loan: LoanData, today: string): string {
  return add(add(loan.owed, overdueOf(loan, today).interest), accruedOf(loan, today));
}

/** The interest of the running month up to today that is not paid yet: the month's, less what is still to come of it. */
export function accruedOf(loan: LoanData, today: string): string {
  const zero = subtract(loan.principal, loan.principal);
  const later = loan.schedule.filter((row) => row.due > today);
  const [running] = later;
  if (!running) return zero;
  const principal = later.reduce((sum, row) => add(sum, row.principal), zero);
  const days = daysBetween(addMonths(loan.start, running.number - 1), running.due);
  const left = Math.min(daysBetween(today, running.due), days);
  const unpaid = subtract(running.interest, running.paid || zero);
  const accrued = subtract(unpaid, shareOf(principal, loan.rate, days, left));
  return compare(accrued, zero) > 0 ? accrued : zero;
}

/** Of a month of so many `days` the interest for those `left`: exact, then rounded once, half to even. */
function shareOf(principal: string, percent: string, days: number, left: number): string {
  const [units, scale] = unitsOf(principal);
  const [rate, places] = unitsOf(percent);
  const over = units * rate * BigInt(left);
  const under = 10n ** BigInt(places) * 1200n * BigInt(days);
  const [whole, rest] = [over / under, over % under];
  const up = rest * 2n > under || (rest * 2n === under && whole % 2n === 1n);
  return textOf(up ? whole + 1n : whole, scale);
}

function unitsOf(text: string): [units: bigint, places: number] {
  const [whole = "", fraction = ""] = text.split(".");
  return [BigInt(whole + fraction), fraction.length];
}

function textOf(units: bigint, places: number): string {
  const digits = units.toString().padStart(places + 1, "0");
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

const DAY_MS = 86_400_000;
const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

/** The same day some months later, or the last of that month where it is shorter. */
function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}

interface Split {
  /** Of it for what is due already, interest included. */
  overdue: string;
  interest: string;
  /** Of it for the interest of the running month up to today. */
  accrued: string;
  /** Of it off the principal ahead of time. */
  early: string;
  /** The principal owed afterwards. */
  owed: string;
  /** It pays the loan off. */
  last: boolean;
}

/**
 * Divides a repayment: overdue instalments first, the oldest and its interest before its principal, then the interest that has
 * accrued since, then the principal.
 */
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
  const accrued = least(accruedOf(loan, today), left);
  const early = subtract(left, accrued);
  owed = subtract(owed, early);
  return { overdue, interest, accrued, early, owed, last: compare(amount, mostOf(loan, today)) === 0 };
}

const least = (a: string, b: string) => (compare(a, b) < 0 ? a : b);
