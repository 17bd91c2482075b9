// The two servers that the page asks: Django, which files, and the live server, which knows how things stand.

import type { Kind, Request } from "@/lib/events";
import { accessToken, signOut } from "@/lib/session";

export const SOCKET_URL = process.env.NEXT_PUBLIC_SOCKET_URL ?? "";

export interface Person {
  username: string;
  name: string;
}

export interface Me extends Person {
  others: Person[];
}

/** The bank says no: nothing has happened, and the same again would be refused again. */
export class Refused extends Error {}

async function ask<T>(url: string, options: RequestInit = {}): Promise<T> {
  const headers = { Authorization: `Bearer ${await accessToken()}`, ...options.headers };
  const answer = await fetch(url, { ...options, headers });
  if (answer.status === 401) signOut();
  const body = await answer.json().catch(() => ({}));
  if (answer.status >= 400 && answer.status < 500) throw new Refused(body.detail);
  if (!answer.ok) throw new Error("The bank cannot be reached. Please try again.");
  return body;
}

export const getMe = () => ask<Me>("/api/me");

/** Asks the bank for something. The same key again changes nothing, however often it is sent. */
export const apply = (what: string, data: object, key: string) =>
  ask(`/api/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(data),
  });

interface Deposit {
  id: number;
  amount: string;
  cheque: string;
  decision: "open" | "approved" | "rejected";
  reason: string;
  filed_at: string;
}

const DEPOSIT_STATES = { open: "received", approved: "credited", rejected: "returned" };

export const getDeposits = () =>
  ask<Deposit[]>("/api/deposits").then((deposits) =>
    deposits.map(
      ({ id, amount, cheque, decision, reason, filed_at }): Request => ({
        id: `deposit-${id}`,
        kind: "deposit",
        state: DEPOSIT_STATES[decision],
        version: decision === "open" ? 1 : 2,
        reason,
        filed_at,
        data: { amount, asset: "USD", cheque },
      }),
    ),
  );

export const getRequests = () =>
  ask<{ items: Request[] }>(`${SOCKET_URL}/v1/requests?limit=100`).then(({ items }) => items);

export const getRequest = (kind: Kind, id: string) => ask<Request>(`${SOCKET_URL}/v1/requests/${kind}/${id}`);
