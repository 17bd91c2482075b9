import { useSyncExternalStore } from "react";
import { keepAs, recall } from "./storage";

/** A person's choices on this device. Without storage the defaults hold. */
interface Setting<Value extends string> {
  get: () => Value;
  set: (value: Value) => void;
  use: () => Value;
}

/** A setting kept in this browser under `groat:<name>`, followed by every component and tab that uses it. */
export function setting<Value extends string>(
  name: string,
  values: readonly Value[],
  fallback: Value,
): Setting<Value> {
  const id = `groat:${name}`;
  const listeners = new Set<() => void>();
  let current = read();

  function read(): Value {
    const stored = recall(id);
    return values.find((value) => value === stored) ?? fallback;
  }
  function subscribe(listener: () => void): () => void {
    const onStorage = (event: StorageEvent) => {
      if (event.key !== id) return;
      current = read();
      listener();
    };
    listeners.add(listener);
    window.addEventListener("storage", onStorage);
    return () => {
      listeners.delete(listener);
      window.removeEventListener("storage", onStorage);
    };
  }
  const get = () => current;
  return {
    get,
    set(value) {
      current = value;
      keepAs(id, value);
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, get),
  };
}

export const theme = setting("theme", ["system", "light", "dark"] as const, "system");

/** Puts the chosen theme on the page; `public/theme.js` does the same before the first paint. */
export function applyTheme(choice: "system" | "light" | "dark"): void {
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}
