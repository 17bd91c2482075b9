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

/** Keeps a value; false where that could not be done. */
export function keepAs(name: string, value: string): boolean {
  try {
    localStorage.setItem(name, value);
    return true;
  } catch {
    return false;
  }
}
