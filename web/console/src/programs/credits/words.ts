/** Words for grants and budgets. */
import type { BudgetView, GrantView } from "@groat/client";
import { t } from "@lingui/core/macro";
import type { Tone } from "../../ui/surface";

export const CLASSES: Record<string, string> = {
  paid: t`Paid`,
  promotional: t`Promotional`,
  other: t`Without terms`,
};

export const STATES: Record<GrantView["state"], { label: string; tone: Tone }> = {
  live: { label: t({ message: "Live", context: "a grant" }), tone: "good" },
  spent: { label: t`Spent`, tone: "plain" },
  expired: { label: t`Expired`, tone: "warn" },
  voided: { label: t`Taken back`, tone: "bad" },
};

const CAUSES: Record<string, string> = {
  adopted: t`Balance of before`,
  order: t`Order`,
  recurring: t`Recurring credits`,
  signup: t`Sign-up`,
  voucher: t`Voucher`,
};

/** A grant's name for people: its note, else its cause, else its class. */
export function grantName({ note, cause, class: sort }: Pick<GrantView, "note" | "cause" | "class">): string {
  const [word = ""] = cause.split(":");
  return note || CAUSES[word] || word || (sort === "paid" ? t`Paid credits` : t`Promotional credits`);
}

const WINDOWS: Record<string, { calendar: string; rolling: string }> = {
  hour: { calendar: t`An hour`, rolling: t`Any 60 minutes` },
  day: { calendar: t`A day`, rolling: t`Any 24 hours` },
  month: { calendar: t`A month`, rolling: t`Any 30 days` },
};

/** A budget's name for people: its window, and of whom it is. */
export function budgetName({ window, rolling, of }: Pick<BudgetView, "window" | "rolling" | "of">): string {
  const words = WINDOWS[window];
  const name = words ? (rolling ? words.rolling : words.calendar) : window;
  return of === null ? name : t`${name}, ${of}`;
}
