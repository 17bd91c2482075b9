/** A person's last runs in this browser: they make a repeated run safe, and an undo possible after a reload. */
import { groat } from "../groat";

export interface RunRecord {
  /** Whose run it is; absent from those of the version before, which anybody finds who may carry out runs. */
  by?: string | null;
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
/** Of one person, and of all others together. */
const KEPT = 5;
const KEPT_OF_OTHERS = 20;

/** The signed-in person's, the latest first. */
export function records(): RunRecord[] {
  return all().filter(isMine);
}

function isMine({ by }: RunRecord): boolean {
  return by === undefined || by === groat.getState().user;
}

function all(): RunRecord[] {
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
  localStorage.setItem(PLACE, JSON.stringify(all().filter((record) => record.key !== key)));
}

/** Puts a record first, in place of an older one under the same key. Where storage is full, older runs give way. */
export function remember(record: RunRecord): void {
  const known = all().filter((other) => other.key !== record.key);
  const mine = [record, ...known.filter(isMine)].slice(0, KEPT);
  const list = [...mine, ...known.filter((other) => !isMine(other)).slice(0, KEPT_OF_OTHERS)];
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
