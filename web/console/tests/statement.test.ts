import { expect, test } from "vitest";
import { readStatement } from "../src/programs/statements/statement";

const HEAD = "at,recorded_at,transaction,kind,counterparty,reason,amount,balance,asset";
const AT = "2026-11-01T00:00:00.000000Z";
const balance = (kind: string, value: string) => `${AT},,,${kind},,,,${value},USD`;
const line = (amount: string, after: string, reason = "Rent") =>
  `${AT},${AT},t1,post,user:7,${reason},${amount},${after},USD`;
const file = (...rows: string[]) => `${[HEAD, ...rows].join("\r\n")}\r\n`;

test("sums and counts of both ways, exactly, and the reasons as they were written", () => {
  const opening = "90071992547409.93";
  const statement = readStatement(
    file(
      balance("opening_balance", opening),
      line("-0.01", "90071992547409.92", "'=1+1"),
      line("0.03", "90071992547409.95"),
      line("-5.95", "90071992547404.00"),
      balance("closing_balance", "90071992547404.00"),
    ),
  );
  expect(statement).toMatchObject({
    opening,
    closing: "90071992547404.00",
    moneyIn: "0.03",
    moneyOut: "5.96",
    countIn: 1,
    countOut: 2,
  });
  expect(statement.lines.map(({ reason }) => reason)).toEqual(["=1+1", "Rent", "Rent"]);
});

test("a period in which nothing happened", () => {
  const statement = readStatement(file(balance("opening_balance", "7"), balance("closing_balance", "7")));
  expect(statement).toEqual({
    opening: "7",
    closing: "7",
    moneyIn: "0",
    moneyOut: "0",
    countIn: 0,
    countOut: 0,
    lines: [],
  });
});

test.each([
  ["breaks off", file(balance("opening_balance", "5.00"), line("1.00", "6.00"))],
  [
    "has a line that does not add up",
    file(balance("opening_balance", "5.00"), line("1.00", "7.00"), balance("closing_balance", "7.00")),
  ],
  [
    "does not lead to its end",
    file(balance("opening_balance", "5.00"), line("1.00", "6.00"), balance("closing_balance", "7.00")),
  ],
  ["is something else", "<html></html>"],
])("a file that %s is not shown", (_what, csv) => {
  expect(() => readStatement(csv)).toThrow(SyntaxError);
});
