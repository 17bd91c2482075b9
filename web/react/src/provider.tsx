/** Where components find their client. */
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

const GroatContext = createContext<GroatContextValue | null>(null);

export interface GroatProviderProps {
  /** A client of the app's own: it is started here, and lives on when the provider goes. */
  client?: Groat;
  /** Or how to make one, read once: it is stopped when the provider goes. */
  options?: GroatOptions;
  /** BCP 47 tag for numbers and times; the reader's own when absent. */
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
  const value = useMemo(
    () => ({ groat, locale, words: words ? { ...ENGLISH, ...words } : ENGLISH }),
    [groat, locale, words],
  );
  return <GroatContext.Provider value={value}>{children}</GroatContext.Provider>;
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
  const last = useRef<{ value: T } | null>(null);
  const read = () => {
    const value = select(groat.getState());
    if (last.current && equal(last.current.value, value)) return last.current.value;
    last.current = { value };
    return value;
  };
  return useSyncExternalStore(pulseOf(groat).subscribe, read, read);
}
