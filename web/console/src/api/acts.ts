/** What the console asks the server to do. Every act on money takes the key under which it has at most one effect. */

import { call, segment } from "./http";
import type { ApiKey, BulkResult, Posting, SheetPreview, Transaction, User } from "./types";

/** The reason of an admin who gives none. */
export const DEFAULT_REASON = "Admin update";

/** Where credits that an admin gives come from, and where those taken go. */
export const ADJUSTMENTS = "house:adjustments";
export const BONUS = "house:bonus";

export interface Item {
  postings: Posting[];
  reason: string;
  metadata?: Record<string, unknown>;
}

export function post(item: Item, key: string): Promise<Transaction> {
  return call("/transactions", { method: "POST", body: item, key });
}

export function setBalance(
  account: string,
  asset: string,
  balance: string,
  reason: string,
  key: string,
): Promise<Transaction> {
  return call(`/accounts/${segment(account)}/balances/${segment(asset)}`, {
    method: "PUT",
    body: { balance, reason },
    key,
  });
}

/** null takes a limit away; one that is left out stays as it is. */
export function setLimits(
  account: string,
  asset: string,
  limits: { floor?: string | null; ceiling?: string | null },
  reason: string,
  key: string,
): Promise<unknown> {
  return call(`/accounts/${segment(account)}/balances/${segment(asset)}`, {
    method: "PATCH",
    body: { ...limits, reason },
    key,
  });
}

/** Undoes a transaction by one that runs the other way. */
export function reverse(transaction: string, reason: string, key: string): Promise<Transaction> {
  return call(`/transactions/${segment(transaction)}/reverse`, { method: "POST", body: { reason }, key });
}

export function postBulk(
  items: Item[],
  mode: "atomic" | "independent",
  reason: string,
  key: string,
  signal?: AbortSignal,
): Promise<BulkResult> {
  return call("/transactions/bulk", { method: "POST", body: { mode, items, reason }, key, signal });
}

export function previewSheet(file: File, asset: string, reason: string): Promise<SheetPreview> {
  const form = new FormData();
  form.set("file", file);
  form.set("asset", asset);
  form.set("default_reason", reason);
  return call("/sheets/preview", { method: "POST", body: form });
}

export function createUser(person: {
  user: string;
  name: string;
  email: string;
  password?: string;
  roles: string[];
}): Promise<User> {
  return call("/users", { method: "POST", body: person });
}

export function changeUser(
  user: string,
  change: Partial<Pick<User, "roles" | "disabled" | "name" | "email">>,
): Promise<User> {
  return call(`/users/${segment(user)}`, { method: "PATCH", body: change });
}

/** Signs a person out everywhere: tokens given until now are no longer good. */
export function revokeSessions(user: string): Promise<unknown> {
  return call(`/users/${segment(user)}/revoke`, { method: "POST", body: {} });
}

/** The answer holds the key itself, this once. */
export function createApiKey(name: string, roles: string[]): Promise<ApiKey & { key: string }> {
  return call("/api-keys", { method: "POST", body: { name, roles } });
}

export function deleteApiKey(id: string): Promise<void> {
  return call(`/api-keys/${segment(id)}`, { method: "DELETE" });
}
