/** A person's last runs in this browser: they make a repeated run safe, and an undo possible after a reload. */
import { groat } from "../groat";
import { keepAs, recall } from "../lib/storage";

export interface RunRecord {
  /** The owner of the run; absent from runs of the version before, which everybody finds who may carry out runs. */
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

/** The records that the browser could not store; they live as long as the page. */
let unkept: RunRecord[] | null = null;

/** The signed-in person's, the latest first. */
export function records(): RunRecord[] {
  return all().filter(isMine);
}

function isMine({ by }: RunRecord): boolean {
  return by === undefined || by === groat.getState().user;
}

function all(): RunRecord[] {
  const text = recall(PLACE);
  if (unkept || text === null) return unkept ?? [];
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
  keep(all().filter((record) => record.key !== key));
}

/** Puts a record first, in place of an older one under the same key. Where the storage is full, older runs give way. */
export function remember(record: RunRecord): void {
  const known = all().filter((other) => other.key !== record.key);
  const mine = [record, ...known.filter(isMine)].slice(0, KEPT);
  const list = [...mine, ...known.filter((other) => !isMine(other)).slice(0, KEPT_OF_OTHERS)];
  keep(list);
}

function keep(list: RunRecord[]): void {
  let size = list.length;
  while (!keepAs(PLACE, JSON.stringify(list.slice(0, size))) && size > 0) size -= 1;
  unkept = size === 0 && list.length > 0 ? list : null;
}
