/** Calls that never throw: they give `{ error }`, for pages that show what went wrong and go on. */
import type { Api } from "./api.js";
import { GroatError } from "./errors.js";
import type { FulfillInput, RequestView, TransactionView } from "./wire.js";

/** `error.detail` says for people what went wrong. */
export type Outcome<T> = { data: T; error: null } | { data: null; error: GroatError };

export interface UpdateCreditsOptions {
  /** "CREDIT" by default. */
  asset?: string;
  /** The person and the audit log read it; "Admin update" by default. */
  reason?: string;
}

export interface Calls {
  /**
   * Sets a user's balance (admins): the difference is posted, and all screens of the user follow. The same again keeps its key until the
   * server's verdict, so a repetition does nothing twice.
   */
  updateUserCredits(
    userId: string,
    newCredits: number | string,
    options?: UpdateCreditsOptions,
  ): Promise<Outcome<TransactionView>>;
  /**
   * Gives the buyer the credits of an order that waits (admins). The server takes `fulfilled_by` from the token; naming somebody else is
   * refused with `fulfilled_by_differs`. The server needs the program `credits`.
   */
  fulfillCreditOrder(orderId: string, options?: FulfillInput): Promise<Outcome<RequestView>>;
}

/** The routes, and the calls made of them. */
export type ClientApi = Api & Calls;

/** `write` of the client. */
type Write = <Result>(
  what: readonly unknown[],
  send: (key: string, api: Api) => Promise<Result>,
) => Promise<Result>;

export function createCalls(write: Write): Calls {
  return {
    updateUserCredits: (userId, newCredits, { asset = "CREDIT", reason = "Admin update" } = {}) => {
      const account = `user:${userId}`;
      const input = { balance: String(newCredits), reason };
      return outcome(
        write(["updateUserCredits", account, asset, input], (key, api) =>
          api.setBalance(account, asset, input, { key }),
        ),
      );
    },
    fulfillCreditOrder: (orderId, input = {}) =>
      outcome(
        write(["fulfillCreditOrder", orderId, input], (key, api) =>
          api.request<RequestView>(`/v1/credits/orders/${encodeURIComponent(orderId)}/fulfill`, {
            method: "POST",
            body: input,
            key,
          }),
        ),
      ),
  };
}

async function outcome<T>(call: Promise<T>): Promise<Outcome<T>> {
  try {
    return { data: await call, error: null };
  } catch (error) {
    if (!(error instanceof GroatError)) throw error;
    return { data: null, error };
  }
}
