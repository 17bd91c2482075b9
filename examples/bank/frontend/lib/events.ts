// The objects of the live server's Socket.IO events.

export const KINDS = ["transfer", "card", "loan", "bitcoin_transaction"] as const;
export type Kind = (typeof KINDS)[number];

export interface Balance {
  asset: string;
  balance: string;
  available: string;
  held: string;
  version: number;
}

export interface BalanceUpdated extends Balance {
  id: string;
  account: string;
  delta: string;
  reason: string;
  snapshot?: boolean;
}

export interface RequestUpdated {
  id: string;
  status: string;
  amount: string | null;
  currency: string | null;
  reason: string;
  version: number;
  snapshot?: boolean;
}

export interface Notification {
  id: string;
  title: string;
  body: string;
  category: string;
  level: "success" | "info" | "warning" | "error";
  thread?: string;
  subject?: { kind: string; id: string };
}

/** A request as `GET /v1/requests` has it, or a deposit, which is the bank's own. */
export interface Request {
  id: string;
  kind: Kind | "deposit";
  state: string;
  version: number;
  reason: string;
  filed_at: string;
  data: Record<string, string>;
}
