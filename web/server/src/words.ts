/** Words for what apps do with people's credits. */
import { randomUUID } from "node:crypto";
import type { WriteOptions } from "./door.js";
import type { Groat } from "./operations.js";
import type { FulfillInput, RequestView, TransactionView } from "./wire.js";

/**
 * Sets a user's balance: the difference is posted, and all screens of the user follow. `reason` ("Admin update") is what the person and
 * the audit log read, `asset` is "CREDIT" by default. Throws Problem.
 */
export function updateUserCredits(
  groat: Groat,
  userId: string,
  newCredits: number | string,
  {
    asset = "CREDIT",
    reason = "Admin update",
    ...options
  }: { asset?: string; reason?: string } & WriteOptions = {},
): Promise<TransactionView> {
  return groat.setBalance(`user:${userId}`, asset, { balance: String(newCredits), reason }, options);
}

/**
 * Gives the buyer the credits of an order. `fulfilled_by` is the caller, as the token says; another value is refused with
 * `fulfilled_by_differs`. The server needs the program `credits`. Throws Problem.
 */
export function fulfillCreditOrder(
  groat: Groat,
  orderId: string,
  input: FulfillInput = {},
  options: WriteOptions = {},
): Promise<RequestView> {
  const path = `/v1/credits/orders/${encodeURIComponent(orderId)}/fulfill`;
  return groat.request<RequestView>("POST", path, { key: randomUUID(), ...options, body: input });
}
