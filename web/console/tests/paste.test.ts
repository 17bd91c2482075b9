/** Lists as people paste them become tables that the server reads. */
import { expect, test } from "vitest";
import { hasAmounts, tableOf } from "../src/programs/runs/paste";

const table = (...rows: string[][]) =>
  `${[["user", "amount", "reason"], ...rows].map((row) => row.join("\t")).join("\n")}\n`;

test.each<[name: string, text: string, amount: string, wanted: string]>([
  ["ids alone", "42\n7\n", "50", table(["42", "50"], ["7", "50"])],
  [
    "copied from a spreadsheet",
    "42\t1.5\tBonus\r\n7\t2\t",
    "",
    table(["42", "1.5", "Bonus"], ["7", "2", ""]),
  ],
  [
    "an amount of its own goes first",
    "42\nkofi@example.com; 25\nUrsula; 50; Thank you",
    "10",
    table(["42", "10"], ["kofi@example.com", "25"], ["Ursula", "50", "Thank you"]),
  ],
  [
    "by blanks",
    "Anna Smith 50 Thank you\n42  7",
    "",
    table(["Anna Smith", "50", "Thank you"], ["42", "7", ""]),
  ],
  ["a comma before a fraction", "42 12,5\n7 3,25", "", table(["42", "12,5", ""], ["7", "3,25", ""])],
  ["commas between cells", "42,12\n7, 3,Bonus", "", table(["42", "12"], ["7", "3", "Bonus"])],
  ["an amount with a comma", "42\n7", "12,5", table(["42", "12,5"], ["7", "12,5"])],
  ["blank lines say nothing", "\n42 1\n\n  \n7 2\n", "", table(["42", "1", ""], ["7", "2", ""])],
  ["signs and currencies", "42 -5\n7 €5", "", table(["42", "-5", ""], ["7", "€5", ""])],
])("%s", (_name, text, amount, wanted) => {
  expect(tableOf(text, amount)).toBe(wanted);
});

test("a header stays, whatever it says", () => {
  expect(tableOf("Candidate;Credits\n42;7")).toBe("Candidate;Credits\n42;7\n");
});

test("quoted cells stay as they are", () => {
  expect(tableOf('"Smith; Anna";5')).toBe('user;amount;reason\n"Smith; Anna";5\n');
});

test.each([
  ["42 5\n7 6", true],
  ["42; 5\n7;", false],
  ["42\n7 6", false],
])("%j has amounts: %s", (text, wanted) => {
  expect(hasAmounts(text)).toBe(wanted);
});
