/**
 * Storage of this browser for all pages of the console. Where there is none (it is forbidden, full, or not there) nothing
 * is found and nothing fails, whatever the browser throws.
 */

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a value, or lets go of it (null); false where that could not be done. */
export function keepAs(name: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
    return true;
  } catch {
    return false;
  }
}

/** All names that begin so. */
export function namesOf(prefix: string): string[] {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}
