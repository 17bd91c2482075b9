"use client";

import type { ActionInput, GroatError, TransactionView } from "@groat/client";
import { useGroat } from "./provider.js";
import { useWrite } from "./use-write.js";

export interface UseSpend {
  /**
   * Spends the signed-in user's own money by the server's action. The pending change shows at once. One at a time: a
   * second call meanwhile (a double click) gets the running one's result. While it is open what became of one
   * (`isUnsettled`), the same input of the same person is repeated under the same key, so it is never paid twice. With a `title` (for
   * people: "Buy: a hat") that also holds after a reload, and until then it is in `state.unconfirmed`. Throws GroatError.
   */
  spend: (input: ActionInput, options?: { title?: string }) => Promise<TransactionView>;
  pending: boolean;
  /** The error of the last one; null again with the next. */
  error: GroatError | null;
}

/** `action` is a name the server declares; "spend" by default. */
export function useSpend(action = "spend"): UseSpend {
  const groat = useGroat();
  const { write, pending, error } = useWrite((input: ActionInput, { title = "" }: { title?: string } = {}) =>
    groat.write(["act", action, input], (key, api) => api.action(action, input, { key }), {
      title,
      by: (key) => groat.act(action, input, { key }),
    }),
  );
  return { spend: write, pending, error };
}
