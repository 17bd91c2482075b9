/** Writes of which it is not known what became. They outlive the page: with their key, and with whose they are. */
import { randomId } from "@groat/client";

/** A write as it goes to the server. */
export interface Sent {
  path: string;
  method: string;
  body: unknown;
  query: Record<string, string | number | null | undefined>;
}

export interface Kept {
  key: string;
  /** Which write it is, and all that it says. */
  text: string;
  /** Who wrote it; it goes out under nobody else's name. */
  user: string;
  /** For people: "Transfer: 25.00 USD". Without it a write is known to its page only. */
  title: string;
  sent: Sent | null;
  /** The tab that sent it, and when it last did (ms since 1970). */
  tab: string;
  at: number;
}

const PLACE = "groat:writes";
/** How many may be open at once; of more, the one that was tried the longest ago is forgotten. */
const OPEN_MAX = 100;
/** The client repeats a write for half a minute: what another tab sent before that is not under way any more. */
const ELSEWHERE_MS = 60_000;

const tab = tabId();
const listeners = new Set<() => void>();
/** Sent from this page and not answered yet, by key: how many times. */
const underWay = new Map<string, number>();
let kept: readonly Kept[] = read();
let shown: readonly Kept[] = [];

window.addEventListener("storage", (event) => {
  if (event.key !== PLACE) return;
  // Those without a title are this page's own, and nowhere else.
  kept = [...kept.filter(({ title }) => title === ""), ...read()];
  publish();
});

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

function read(): Kept[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isKept) : [];
  } catch {
    // Where the browser keeps nothing, writes are known as long as the page lives.
    return [];
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

function store(next: readonly Kept[]): void {
  kept = next.slice(-OPEN_MAX);
  try {
    const lasting = kept.filter(({ title, sent }) => title !== "" && sent !== null);
    if (lasting.length > 0) localStorage.setItem(PLACE, JSON.stringify(lasting));
    else localStorage.removeItem(PLACE);
  } catch {
    // See `read`.
  }
  publish();
}

function publish(): void {
  const now = Date.now();
  const next = kept.filter(
    ({ key, title, tab: where, at }) =>
      title !== "" && !underWay.has(key) && (where === tab || now - at > ELSEWHERE_MS),
  );
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
  store([...kept.filter(({ key }) => key !== write.key), { ...write, tab, at: Date.now() }]);
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
  if (kept.some((one) => one.key === key)) store(kept.filter((one) => one.key !== key));
  else publish();
}

/** Of what others have left open only the key stays, and only in this page: they may come back, and have paid already. */
export function forgetOthers(user: string): void {
  const others = kept.filter((one) => one.user !== user && one.title !== "");
  if (others.length > 0) store(kept.map((one) => (others.includes(one) ? { ...one, title: "" } : one)));
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
