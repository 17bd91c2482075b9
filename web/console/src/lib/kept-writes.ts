/** Writes of which it is not known what became. They outlive the page: with their key, and with whose they are. */
import { randomId } from "@groat/client";
import { keepAs, namesOf, recall } from "./storage";

/** A write as it goes to the server. */
export interface Sent {
  path: string;
  method: string;
  body: unknown;
  query: Record<string, string | number | null | undefined>;
}

export interface Kept {
  key: string;
  /** The write and its whole content. */
  text: string;
  /** The author; it goes out under nobody else's name. */
  user: string;
  /** For people: "Transfer: 25.00 USD". Without it a write is known to its page only. */
  title: string;
  sent: Sent | null;
  /** The tab that sent it, and when it last did (ms since 1970). */
  tab: string;
  at: number;
}

/** Each write has an item of its own in the storage: tabs that write at the same time do not overwrite each other's. */
const PREFIX = "groat:write:";
/** The content of an item for a moment before it goes, when its person's writes are no longer kept on this device. */
const FORGOTTEN = "forgotten";
/** So many may be open at once; beyond that the one tried the longest ago is forgotten. */
const OPEN_MAX = 100;
/** The client repeats a write for half a minute: what another tab sent before that is not under way any more. */
const ELSEWHERE_MS = 60_000;

const tab = tabId();
const listeners = new Set<() => void>();
/** Sent from this page and not answered yet, by key: how many times. */
const underWay = new Map<string, number>();
let kept: readonly Kept[] = stored();
let shown: readonly Kept[] = [];
let looking: ReturnType<typeof setTimeout> | undefined;

window.addEventListener("storage", ({ key: name, newValue }) => {
  if (!name?.startsWith(PREFIX)) return;
  const key = name.slice(PREFIX.length);
  const told = parsed(newValue);
  if (told) kept = [...without(key), told];
  else if (newValue === FORGOTTEN) kept = kept.map((one) => (one.key === key ? { ...one, title: "" } : one));
  // Another tab has its verdict. Those without a title are this page's own, and nowhere else.
  else kept = kept.filter((one) => one.key !== key || one.title === "");
  publish();
});

const without = (key: string) => kept.filter((one) => one.key !== key);

/** A reload keeps the tab's name, another tab has another one. */
function tabId(): string {
  try {
    const known = sessionStorage.getItem("groat:tab") ?? randomId();
    sessionStorage.setItem("groat:tab", known);
    return known;
  } catch {
    return randomId();
  }
}

/** Reads the stored writes, the last tried at the end. Without storage, writes live as long as the page. */
function stored(): Kept[] {
  return namesOf(PREFIX)
    .flatMap((name) => parsed(recall(name)) ?? [])
    .sort((a, b) => a.at - b.at);
}

function parsed(text: string | null): Kept | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return isKept(value) ? value : null;
  } catch {
    return null;
  }
}

function isKept(value: unknown): value is Kept {
  const { key, text, user, title, sent, at } = (value ?? {}) as Record<string, unknown>;
  return (
    [key, text, user, title].every((one) => typeof one === "string") &&
    typeof at === "number" &&
    Boolean(sent)
  );
}

function publish(): void {
  const now = Date.now();
  const open = kept.filter(({ key, title }) => title !== "" && !underWay.has(key));
  // A device's clock may be set back.
  const left = ({ tab: where, at }: Kept) => (where === tab ? 0 : ELSEWHERE_MS - Math.abs(now - at));
  const next = open.filter((one) => left(one) <= 0);
  clearTimeout(looking);
  if (next.length < open.length) looking = setTimeout(publish, Math.max(...open.map(left)));
  if (next.length === shown.length && next.every((one, index) => one === shown[index])) return;
  shown = next;
  for (const listener of listeners) listener();
}

/** The open write that says this, if this person has one. */
export const findKept = (text: string, user: string) =>
  kept.find((one) => one.text === text && one.user === user);

/** Puts a write in, the last tried as the last, and marks it as under way. */
export function keep(write: Omit<Kept, "tab" | "at">): void {
  underWay.set(write.key, (underWay.get(write.key) ?? 0) + 1);
  const fresh = { ...write, tab, at: Date.now() };
  kept = [...without(write.key), fresh];
  if (write.title !== "" && write.sent !== null) keepAs(PREFIX + write.key, JSON.stringify(fresh));
  for (const { key } of kept.slice(0, -OPEN_MAX)) drop(key);
  publish();
}

/** The attempt is over; `settled`: the server has given its verdict. */
export function attempted(key: string, settled: boolean): void {
  const count = (underWay.get(key) ?? 1) - 1;
  if (count > 0) underWay.set(key, count);
  else underWay.delete(key);
  if (settled) drop(key);
  else publish();
}

/** Gives one up: what became of it stays unknown here. */
export function drop(key: string): void {
  kept = without(key);
  keepAs(PREFIX + key, null);
  publish();
}

/** Of what others have left open only the key stays, and only in this page: they may come back, and have paid already. */
export function forgetOthers(user: string): void {
  const others = kept.filter((one) => one.user !== user && one.title !== "");
  if (others.length === 0) return;
  kept = kept.map((one) => (others.includes(one) ? { ...one, title: "" } : one));
  for (const { key } of others) {
    keepAs(PREFIX + key, FORGOTTEN);
    keepAs(PREFIX + key, null);
  }
  publish();
}

/** Those that wait for somebody to try them again, the latest last. */
export const openWrites = {
  get: (): readonly Kept[] => shown,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    publish();
    return () => void listeners.delete(listener);
  },
};
