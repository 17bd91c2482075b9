/** The draft of a transfer, and its meaning. No screens here. */

import { type Asset, compare } from "@groat/client";
import { t } from "@lingui/core/macro";
import { readAmount } from "../../lib/amounts";
import type { Problems, Reading } from "../../requests/draft";

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
  /** The person with the id or e-mail address, by the server's answer. */
  to?: { user: string; name: string };
}

/** Reads to whom money goes, as a transfer or a saved recipient says it. */
export function readRecipient(draft: Pick<TransferDraft, "way" | "saved" | "user" | "name" | "number">): {
  data: Record<string, string>;
  problems: Problems<typeof draft>;
} {
  const { way, saved } = draft;
  const user = draft.user.trim().replace(/^user:/, "");
  const name = draft.name.trim();
  const number = plainNumber(draft.number);
  if (way === "saved") {
    return { data: { beneficiary: saved }, problems: saved ? {} : { saved: t`Choose whom to pay.` } };
  }
  if (way === "user") return { data: { user }, problems: user ? {} : { user: t`Enter a recipient.` } };
  const wrong = numberProblem(number);
  return {
    data: { external: number, name },
    problems: {
      ...(!name && { name: t`Write the name of the account's holder.` }),
      ...(wrong && { number: wrong }),
    },
  };
}

/** Reads a transfer; `today` is a day (UTC) like "2026-11-21", for the bank's days are UTC's. */
export function readTransfer(
  draft: TransferDraft,
  assets: readonly Asset[],
  today: string,
): Reading<TransferDraft, ReadTransfer> {
  const problems: Problems<TransferDraft> = {};
  const data: Record<string, string> = {};
  const to = readRecipient(draft);
  Object.assign(data, to.data);
  Object.assign(problems, to.problems);

  const { code, scale } = assets.find((asset) => asset.code === draft.asset) ?? {
    code: draft.asset,
    scale: 2,
  };
  const amount = readAmount(draft.amount, { code, scale });
  if (!amount.ok) problems.amount = amount.problem;
  else if (compare(amount.amount, "0") === 0) problems.amount = t`Enter an amount greater than 0.`;
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
    if (draft.until && draft.until < draft.first) problems.until = t`It would end before it begins.`;
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
      keep:
        draft.way === "bank" && draft.keep
          ? { external: to.data.external ?? "", name: to.data.name ?? "" }
          : null,
    },
  };
}

function dayProblem(day: string, today: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return t`Choose a day.`;
  return day < today ? t`That day has passed.` : null;
}

/** An account's number as it is sent: no spaces, in capitals. */
const plainNumber = (typed: string) => typed.replaceAll(/\s/g, "").toUpperCase();

/** The length of each country's IBANs (ISO 13616); the server's `recipients.py` has the same. */
const IBAN_LENGTHS = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 " +
    "DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 " +
    "GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 " +
    "LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 " +
    "PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 " +
    "SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
  )
    .split(" ")
    .map((each) => [each.slice(0, 2), Number(each.slice(2))]),
);

/** Finds the fault of an account's number; null: none. One that begins as an IBAN must be one, by length and check digits. */
export function numberProblem(number: string): string | null {
  if (!/^[A-Z0-9]{5,34}$/.test(number)) return t`Write an IBAN, or 5 to 34 letters and digits.`;
  const [, country = "", check = ""] = /^([A-Z]{2})([0-9]{2})/.exec(number) ?? [];
  const length = IBAN_LENGTHS.get(country);
  if (!country || (length === undefined && number.length < 15)) return null;
  if (length !== undefined && number.length !== length)
    return t`An IBAN of ${country} has ${length} letters and digits, and this one ${number.length}.`;
  const digits = (number.slice(4) + number.slice(0, 4)).replaceAll(/[A-Z]/g, (letter) =>
    String(letter.charCodeAt(0) - 55),
  );
  const right = BigInt(digits) % 97n === 1n && check >= "02" && check <= "98";
  return right ? null : t`The check digits are wrong: a digit may be mistyped.`;
}

/** Finds the field that a refusal of the bank is about. */
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
