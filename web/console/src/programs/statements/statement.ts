/** A statement as its CSV tells it. No screens here. */
import { add, compare, negate, subtract } from "@groat/client";
import { cellText, fromCsv } from "../../lib/csv";

export interface StatementLine {
  /** RFC 3339, by effective date. */
  at: string;
  transaction: string;
  kind: string;
  counterparty: string;
  reason: string;
  /** The amount that came (positive) or went (negative). */
  amount: string;
  /** The balance after it. */
  balance: string;
}

export interface Statement {
  opening: string;
  closing: string;
  /** Sums, both without a sign. */
  moneyIn: string;
  moneyOut: string;
  countIn: number;
  countOut: number;
  /** The oldest first. */
  lines: StatementLine[];
}

/** Reads the CSV of a statement. Throws where it is none, or where its lines do not lead from one balance to the other. */
export function readStatement(csv: string): Statement {
  const [header = [], ...rows] = fromCsv(csv);
  const records = rows.map((row) =>
    Object.fromEntries(header.map((name, index) => [name, row[index] ?? ""])),
  );
  const first = records.shift();
  const last = records.pop();
  if (first?.kind !== "opening_balance" || last?.kind !== "closing_balance") {
    throw new SyntaxError("the statement is not complete");
  }
  const opening = first.balance ?? "";
  const zero = subtract(opening, opening);
  let [moneyIn, moneyOut, countIn, countOut, balance] = [zero, zero, 0, 0, opening];
  const lines = records.map((record): StatementLine => {
    const { at = "", transaction = "", kind = "", counterparty = "", reason = "", amount = "" } = record;
    if (compare(amount, "0") > 0) {
      moneyIn = add(moneyIn, amount);
      countIn += 1;
    } else {
      moneyOut = add(moneyOut, negate(amount));
      countOut += 1;
    }
    balance = add(balance, amount);
    if (balance !== record.balance) throw new SyntaxError(`the line of ${at} does not add up`);
    return { at, transaction, kind, counterparty, reason: cellText(reason), amount, balance };
  });
  const closing = last.balance ?? "";
  if (balance !== closing) throw new SyntaxError("the lines do not add up");
  return { opening, closing, moneyIn, moneyOut, countIn, countOut, lines };
}
