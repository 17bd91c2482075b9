/** Reads the declaration of a kind for people. */
import {
  compare,
  formatAmount,
  type KindView,
  type RequestView,
  type StateView,
  type TransitionView,
} from "@groat/client";
import type { Tone } from "../ui/surface";
import { fieldsOf, type Said, saidOf, sentence } from "./fields";

export const FILE = "file";

export const TONES: Record<StateView["tone"], Tone> = {
  neutral: "plain",
  wait: "warn",
  good: "good",
  bad: "bad",
};

/** A state by its name; one that this page has not heard of yet is shown by its name. */
export function stateOf(kind: KindView | undefined, name: string): StateView {
  const known = kind?.states.find((state) => state.name === name);
  return known ?? { name, title: sentence(name), open: true, waits: false, tone: "neutral", due: "" };
}

export function transitionOf(kind: KindView | undefined, name: string): TransitionView | undefined {
  return kind?.transitions.find((transition) => transition.name === name);
}

/** "Expense claim" -> "Expense claims", as headings of lists need it. */
export function plural(title: string): string {
  if (/[^aeiou]y$/.test(title)) return `${title.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(title) ? `${title}es` : `${title}s`;
}

/** Returns the fields that a transition needs. */
export const asksFor = (transition: TransitionView) => fieldsOf(transition.schema);

/** Those of `may` that decide for and against: what the keys A and R stand for. */
export function verdictsOf(
  kind: KindView | undefined,
  may: readonly string[] = [],
): { approve: TransitionView | undefined; reject: TransitionView | undefined } {
  const deciding = may.flatMap((name) => transitionOf(kind, name) ?? []).filter((one) => one.decides);
  const approve = deciding.find((one) => one.approves) ?? deciding.find((one) => leadsTo(kind, one, "good"));
  return { approve, reject: deciding.find((one) => one !== approve && leadsTo(kind, one, "bad")) };
}

/** Whether a transition leads to a state of this tone, wherever it leads. */
export function leadsTo(
  kind: KindView | undefined,
  { to }: TransitionView,
  tone: StateView["tone"],
): boolean {
  return to.every((name) => stateOf(kind, name).tone === tone);
}

/** Whether nothing can happen any more after a transition. */
export function isLast(kind: KindView | undefined, { to }: TransitionView): boolean {
  return to.every((name) => !stateOf(kind, name).open);
}

/** The amount from which two must approve, where this request reaches it. */
export function thresholdOf(
  kind: KindView | undefined,
  { amount, asset }: Pick<RequestView, "amount" | "asset">,
): string | null {
  const threshold = kind?.thresholds[asset ?? ""];
  return threshold && amount && compare(amount, threshold) >= 0 ? threshold : null;
}

export function moneyOf({ amount, asset }: Pick<RequestView, "amount" | "asset">): string | null {
  return amount !== null && asset !== null ? `${formatAmount(amount)} ${asset}` : null;
}

/** Describes a request in a list: the first texts of its data, without the amount. */
export function headline(kind: KindView | undefined, { data }: Pick<RequestView, "data">): string {
  const telling = ({ input, value }: Said) =>
    typeof value === "string" &&
    value.length > 1 &&
    !ID.test(value) &&
    (input === null || (input.type === "text" && !input.format) || input.type === "choice");
  return saidOf(fieldsOf(kind?.schema ?? {}), data)
    .filter(telling)
    .slice(0, 2)
    .map(({ value }) => String(value))
    .join(" · ");
}

export const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id of a request's toast: later news of the request update the same toast. */
export const toastId = ({ id }: Pick<RequestView, "id">) => `request-${id}`;
