/** What the server says of itself in English is said in the language of the page, sentence by sentence. */
import { expect, test } from "vitest";
import { sayerOfSentences } from "../src/registry/said";

const TEMPLATES = {
  "Card ready": "Karte bereit",
  "The card •••• {last4}.": "Die Karte •••• {last4}.",
  "It ends in {last4}.": "Sie endet auf {last4}.",
  "{money} to {shown}.": "{money} an {shown}.",
  "It waits for approval.": "Wartet auf Genehmigung.",
  "{amount} expire on {day} {month}": "{amount} verfallen am {day}. {month}",
  "{kind} corrected": "{kind} berichtigt",
  "Loan corrected": "Kredit berichtigt",
  "{used} of {limit} {what} a {window} are used, {left} left.":
    "{used} von {limit} {what} pro {window} sind verbraucht, {left} übrig.",
  "The first instalment of {payment} is due on {day}.": "Die erste Rate von {payment} ist am {day} fällig.",
  "It is tried again.": "Es wird noch einmal versucht.",
  "{name}: {people} people": "{name}: {people} Personen",
};
const say = sayerOfSentences(TEMPLATES, { "Bitcoin transaction": "Bitcoin-Transaktion" });

test.each([
  ["Card ready", "Karte bereit"],
  ["The card •••• 4711. It ends in 4711.", "Die Karte •••• 4711. Sie endet auf 4711."],
  ["120.00 USD to Bob. It waits for approval.", "120.00 USD an Bob. Wartet auf Genehmigung."],
  // A name, or a reason that somebody wrote, may have a full stop in it.
  ["1.50 USD to Dr. Bob. It waits for approval.", "1.50 USD an Dr. Bob. Wartet auf Genehmigung."],
  ["The card was declined. It is tried again.", "The card was declined. Es wird noch einmal versucht."],
  ["It waits for approval", "It waits for approval"],
  ["12 credits expire on 5 March", "12 credits verfallen am 5. March"],
  ["Loan corrected", "Kredit berichtigt"],
  ["Bitcoin transaction corrected", "Bitcoin-Transaktion berichtigt"],
  [
    "9 of 10 credits a rolling day are used, 1 left.",
    "9 von 10 credits pro rolling day sind verbraucht, 1 übrig.",
  ],
  ["A file.csv: 3 people", "A file.csv: 3 Personen"],
  ["See $& and $1.", "See $& and $1."],
  ["", ""],
])("%s", (english, said) => {
  expect(say(english)).toBe(said);
});

test("a value is a value, whatever it is", () => {
  expect(say("5 USD to {money}.")).toBe("5 USD an {money}.");
  expect(say("5 USD to $&.")).toBe("5 USD an $&.");
});
