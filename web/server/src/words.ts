/** Words for what apps do with people's credits. */
import { randomUUID } from "node:crypto";
import type { WriteOptions } from "./door.js";
import { Groat } from "./operations.js";
import type { FulfillInput, PostRunInput, RequestView, RunView, TransactionView } from "./wire.js";

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

export interface BulkCreditOptions extends WriteOptions {
  /** What each person reads, and the audit log; "Admin update" by default. */
  reason?: string | undefined;
  /** "CREDIT" by default. */
  asset?: string | undefined;
  /** Whether the credits are added to what each has, which is the default, or what each has from then on. */
  mode?: PostRunInput["mode"];
  /** The server; by default the one that the variables `GROAT_URL` and `GROAT_API_KEY` name. */
  groat?: Groat | undefined;
}

/**
 * Gives each of these people so many credits as one run, and all their screens follow. The answer is the run as it is filed:
 * people get their credits a moment later, or once somebody has approved it. A call with the same `key` does nothing twice.
 * Throws Problem; with `run_rows_bad` one of them can get nothing, and then nobody gets anything.
 */
export async function emitBulkCreditUpdate(
  candidateIds: Iterable<number | string>,
  credits: number | string,
  { groat = ofEnvironment(), reason = "Admin update", asset, mode, ...options }: BulkCreditOptions = {},
): Promise<RunView> {
  if (typeof candidateIds === "string")
    throw new TypeError(`candidateIds is a list of ids, such as ["${candidateIds}"], not "${candidateIds}"`);
  const input = { people: Array.from(candidateIds, String), amount: String(credits), reason };
  return groat.postRun({ ...input, ...(asset && { asset }), ...(mode && { mode }) }, options);
}

let ours: Groat | undefined;

function ofEnvironment(): Groat {
  const { GROAT_URL: url, GROAT_API_KEY: apiKey } = process.env;
  if (!url || !apiKey)
    throw new TypeError(
      "set the variables GROAT_URL and GROAT_API_KEY, or give emitBulkCreditUpdate a groat",
    );
  ours ??= new Groat({ url, apiKey: () => process.env.GROAT_API_KEY ?? apiKey });
  return ours;
}
