/** What is typed into a transfer, and what it means. No screens here. */
import { type Asset, compare } from "@groat/client";
import { readAmount } from "../lib/amounts";
import type { Problems, Reading } from "./draft";

export type Way = "saved" | "user" | "bank";
export type When = "now" | "day" | "regularly";

export interface TransferDraft {
  way: Way;
  /** Id of a saved recipient. */
  saved: string;
  /** Id or e-mail address of a user. */
  user: string;
  name: string;
  number: string;
  /** Keep the account for another time. */
  keep: boolean;
  amount: string;
  asset: string;
  reference: string;
  when: When;
  day: string;
  first: string;
  every: "week" | "month";
  until: string;
}

export const EMPTY_TRANSFER: TransferDraft = {
  way: "user",
  saved: "",
  user: "",
  name: "",
  number: "",
  keep: false,
  amount: "",
  asset: "",
  reference: "",
  when: "now",
  day: "",
  first: "",
  every: "month",
  until: "",
};

export interface ReadTransfer {
  kind: "transfer" | "standing_order";
  data: Record<string, string>;
  /** The account to keep first; the transfer then names it. */
  keep: { external: string; name: string } | null;
  /** Who is behind the id or e-mail address, as the server says. */
  to?: { user: string; name: string };
}

/** Reads a transfer; `today` is a day (UTC) like "2026-11-21", for the bank's days are UTC's. */
export function readTransfer(
  draft: TransferDraft,
  assets: readonly Asset[],
  today: string,
): Reading<TransferDraft, ReadTransfer> {
  const problems: Problems<TransferDraft> = {};
  const data: Record<string, string> = {};
  const { way } = draft;
  const user = draft.user.trim().replace(/^user:/, "");
  const name = draft.name.trim();
  const number = plainNumber(draft.number);
  if (way === "saved") {
    if (!draft.saved) problems.saved = "Choose whom to pay.";
    data.beneficiary = draft.saved;
  } else if (way === "user") {
    if (!user) problems.user = "Enter a recipient.";
    data.user = user;
  } else {
    if (!name) problems.name = "Write the name of the account's holder.";
    const wrong = numberProblem(number);
    if (wrong) problems.number = wrong;
    Object.assign(data, { external: number, name });
  }

  const { code, scale } = assets.find((asset) => asset.code === draft.asset) ?? {
    code: draft.asset,
    scale: 2,
  };
  const amount = readAmount(draft.amount, { code, scale });
  if (!amount.ok) problems.amount = amount.problem;
  else if (compare(amount.amount, "0") === 0) problems.amount = "Enter an amount greater than 0.";
  else data.amount = amount.amount;
  data.asset = code;
  if (draft.reference.trim()) data.reference = draft.reference.trim();

  if (draft.when === "day") {
    const wrong = dayProblem(draft.day, today);
    if (wrong) problems.day = wrong;
    data.on = draft.day;
  } else if (draft.when === "regularly") {
    const wrong = dayProblem(draft.first, today);
    if (wrong) problems.first = wrong;
    if (draft.until && draft.until < draft.first) problems.until = "It would end before it begins.";
    Object.assign(data, {
      first: draft.first,
      every: draft.every,
      ...(draft.until && { until: draft.until }),
    });
  }
  if (Object.keys(problems).length > 0) return { ok: false, problems };
  return {
    ok: true,
    read: {
      kind: draft.when === "regularly" ? "standing_order" : "transfer",
      data,
      keep: way === "bank" && draft.keep ? { external: number, name } : null,
    },
  };
}

function dayProblem(day: string, today: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return "Choose a day.";
  return day < today ? "That day has passed." : null;
}

/** An account's number as it is sent: no spaces, in capitals. */
const plainNumber = (typed: string) => typed.replaceAll(/\s/g, "").toUpperCase();

/** What is wrong with an account's number; null: nothing. One that begins as an IBAN must have an IBAN's check digits. */
export function numberProblem(number: string): string | null {
  if (!/^[A-Z0-9]{5,34}$/.test(number)) return "Write an IBAN, or 5 to 34 letters and digits.";
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(number)) return null;
  const digits = (number.slice(4) + number.slice(0, 4)).replaceAll(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  return BigInt(digits) % 97n === 1n ? null : "The check digits are wrong: a digit may be mistyped.";
}

/** Which field a refusal of the bank's is about. */
export function fieldOf(code: string, way: Way, when: When): keyof TransferDraft | null {
  switch (code) {
    case "recipient_missing":
    case "recipient_wrong":
    case "recipient_unknown":
    case "recipient_removed":
      return way === "bank" ? "number" : way;
    case "day_wrong":
      return when === "regularly" ? "first" : "day";
    case "insufficient_funds":
    case "too_many_digits":
    case "invalid_amount":
    case "amount_not_positive":
      return "amount";
    default:
      return null;
  }
}
