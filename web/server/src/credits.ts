/** Words for what apps do with people's credits. */
import type { WriteOptions } from "./door.js";
import type { Groat } from "./operations.js";
import type { TransactionView } from "./wire.js";

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
