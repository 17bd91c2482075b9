/** The last runs of this browser: they make a repeated run safe, and an undo possible after a reload. */

export interface RunRecord {
  key: string;
  fingerprint: string;
  at: string;
  file: string;
  asset: string;
  people: number;
  total: string;
  /** Empty until the run is through. */
  transactions: string[];
  undone: boolean;
}

const PLACE = "groat:bulk-runs";
const KEPT = 5;

export function records(): RunRecord[] {
  const text = localStorage.getItem(PLACE);
  if (text === null) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as RunRecord[]) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

export function recordOf(fingerprint: string): RunRecord | null {
  return records().find((record) => record.fingerprint === fingerprint) ?? null;
}

/** Lets go of a run of which it is certain that it gave nothing. */
export function forget(key: string): void {
  localStorage.setItem(PLACE, JSON.stringify(records().filter((record) => record.key !== key)));
}

/** Puts a record first, in place of an older one under the same key. Where storage is full, older runs give way. */
export function remember(record: RunRecord): void {
  const list = [record, ...records().filter((other) => other.key !== record.key)].slice(0, KEPT);
  while (list.length > 0) {
    try {
      localStorage.setItem(PLACE, JSON.stringify(list));
      return;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      list.pop();
    }
  }
}
