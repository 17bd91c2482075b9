/** Code that is not ours: an app's listeners, its debug sink, its callbacks. */

/** Calls it. What it throws is reported, and whoever comes after it is called all the same. */
export function guarded<A extends unknown[]>(call: (...args: A) => void, ...args: A): void {
  try {
    call(...args);
  } catch (error) {
    report(error);
  }
}

/** Reports like an error that nobody caught: to `window.onerror` and the console, or to the console alone. */
export function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}

/** Returns the result of `use`; null where the surroundings forbid it by any exception. */
export function attempt<T>(use: () => T): T | null {
  try {
    return use();
  } catch {
    return null;
  }
}
