"use client";

/** Gives components their client. */
import { createGroat, type Groat, type GroatOptions, type GroatState } from "@groat/client";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { pulseOf } from "./pulse.js";
import { ENGLISH, type Words } from "./words.js";

interface GroatContextValue {
  groat: Groat;
  locale: string | undefined;
  words: Words;
}

export const GroatContext = createContext<GroatContextValue | null>(null);

/** A server does not know the reader's language: until the page has taken over, both sides write numbers so. */
const FIRST_LOCALE = "en-US";

export interface GroatProviderProps {
  /** A client of the app's own: it is started here, and lives on when the provider goes. */
  client?: Groat;
  /** Or how to make one, read once: it is stopped when the provider goes. */
  options?: GroatOptions;
  /** BCP 47 tag for numbers and times; the reader's own when absent (in what a server renders: en-US). */
  locale?: string;
  /** Words to say instead of the English ones. */
  words?: Partial<Words>;
  children?: ReactNode;
}

export function GroatProvider({ client, options, locale, words, children }: GroatProviderProps) {
  const [made] = useState(() => client ?? createGroat(options));
  const groat = client ?? made;
  const owned = client === undefined;
  useEffect(() => {
    groat.start();
    return owned ? () => groat.stop() : undefined;
  }, [groat, owned]);
  const own = useIsTaken() ? undefined : FIRST_LOCALE;
  const spoken = locale ?? own;
  const value = useMemo(
    () => ({ groat, locale: spoken, words: words ? { ...ENGLISH, ...words } : ENGLISH }),
    [groat, spoken, words],
  );
  return <GroatContext.Provider value={value}>{children}</GroatContext.Provider>;
}

const never = () => () => undefined;

/** False while a server renders, and while a page takes over what it rendered. */
export function useIsTaken(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

interface Held<T> {
  value?: T;
}

/** The value held, unless it is another now: a snapshot must be the same object until something changes. */
function hold<T>(held: Held<T>, value: T, equal: (a: T, b: T) => boolean): T {
  if ("value" in held && equal(held.value as T, value)) return held.value as T;
  held.value = value;
  return value;
}

export function useGroatContext(): GroatContextValue {
  const value = useContext(GroatContext);
  if (!value) throw new Error("groat: this component must be inside <GroatProvider>");
  return value;
}

/** The client itself: `api`, `login`, `logout`, `watch` ... */
export function useGroat(): Groat {
  return useGroatContext().groat;
}

/**
 * A part of the picture; the component renders again only when that part changes, by `Object.is` or by `equal`, and for
 * changes in quick succession once. A `select` that builds a new object each time needs an `equal`.
 */
export function useGroatState<T>(
  select: (state: GroatState) => T,
  equal: (a: T, b: T) => boolean = Object.is,
): T {
  const groat = useGroat();
  const last = useRef<Held<T>>({});
  const first = useRef<Held<T>>({});
  const read = () => hold(last.current, select(groat.getState()), equal);
  // Keep the server's rendering until the page has taken it over, even if the client has begun meanwhile.
  const readFirst = () => hold(first.current, select(groat.getInitialState()), equal);
  return useSyncExternalStore(pulseOf(groat).subscribe, read, readFirst);
}
