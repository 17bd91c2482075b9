/** The answers of the HTTP API as the console reads them. Amounts are decimal strings, times RFC 3339 UTC. */

export interface Asset {
  code: string;
  scale: number;
}

export interface Balance {
  account: string;
  asset: string;
  balance: string;
  available: string;
  held: string;
  version: number;
  /** null: none. */
  floor: string | null;
  ceiling: string | null;
}

export interface Account {
  account: string;
  balances: Balance[];
}

export interface Page<Item> {
  items: Item[];
  cursor: string | null;
}

export interface Posting {
  source: string;
  destination: string;
  amount: string;
  asset: string;
}

export interface Hold {
  id: string;
  source: string;
  destination: string;
  asset: string;
  amount: string;
  captured: string;
  released: string;
  remaining: string;
  state: "open" | "captured" | "released" | "expired";
  expires_at: string | null;
  created_at: string;
}

export interface Transaction {
  id: string;
  kind: string;
  postings: Posting[];
  reason: string;
  metadata: Record<string, unknown> | null;
  actor: string | null;
  principal: string | null;
  key: string | null;
  at: string;
  recorded_at: string;
  reverses: string | null;
  hold: Hold | null;
  balances: Balance[];
  positions: Record<string, string>;
  replayed: boolean;
}

export interface Entry {
  transaction: string;
  kind: string;
  account: string;
  asset: string;
  delta: string;
  balance: string;
  held_delta?: string;
  held: string;
  version: number;
  counterparty: string | null;
  reason: string;
  actor: string | null;
  metadata: Record<string, unknown> | null;
  at: string;
  recorded_at: string;
  hold: string | null;
}

export interface User {
  user: string;
  name: string | null;
  email: string | null;
  roles: string[];
  disabled: boolean;
  balances: Balance[];
}

export interface AuditEntry {
  id: string;
  at: string;
  actor: string | null;
  principal: string | null;
  kind: string;
  target: string | null;
  reason: string | null;
  key: string | null;
  before: unknown;
  after: unknown;
  details: unknown;
}

export interface ApiKey {
  id: string;
  name: string;
  roles?: string[];
  principal?: string;
  created_at?: string;
  last_used_at?: string | null;
}

/** What a person may do with their own money, declared on the server. */
export interface Action {
  source: string;
  destination: string;
  assets: string[];
  max?: string | null;
  reason?: string | null;
}

export interface Config {
  version: string;
  demo: boolean;
  assets: Asset[];
  actions: Record<string, Action>;
}

export interface DemoPerson {
  user: string;
  name: string;
  role: string;
  password: string;
}

export interface SheetRow {
  line: number;
  user: string;
  amount: string;
  reason: string;
  error?: { code: string; detail: string } | null;
  /** The line that names the same person first. */
  duplicate_of?: number | null;
  balance?: string | null;
  known?: boolean;
}

export interface SheetPreview {
  columns: Record<string, string> | string[];
  encoding: string | null;
  delimiter: string | null;
  sheet: string | null;
  rows: SheetRow[];
  summary: { rows: number; good: number; bad: number; total: string };
}

export interface BulkResult {
  mode: "atomic" | "independent";
  replayed: boolean;
  results: {
    index: number;
    status: string | number;
    transaction?: Transaction | null;
    problem?: { code: string; detail: string } | null;
  }[];
  summary: { committed: number; refused: number };
}
