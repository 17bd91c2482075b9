import {
  type ActionInput,
  type GroatError,
  GroatError as GroatFailure,
  isUnsettled,
  randomId,
  type TransactionView,
} from "@groat/client";
import { useRef, useState } from "react";
import { useGroat } from "./provider.js";

export interface UseSpend {
  /**
   * Spends the signed-in user's own money by the server's action. The pending change shows at once. One at a time: a
   * second call meanwhile (a double click) gets the running one's result. While it is open what became of one
   * (`isUnsettled`), the same input is repeated under the same key, so it is never paid twice. Throws GroatError.
   */
  spend: (input: ActionInput) => Promise<TransactionView>;
  pending: boolean;
  /** Why the last one failed; null again with the next. */
  error: GroatError | null;
}

/** How many inputs keep their key while it is open what became of them; the one tried the longest ago goes first. */
const UNSETTLED_MAX = 100;

/** `action` is a name the server declares; "spend" by default. */
export function useSpend(action = "spend"): UseSpend {
  const groat = useGroat();
  const running = useRef<Promise<TransactionView> | null>(null);
  const unsettled = useRef(new Map<string, string>());
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<GroatError | null>(null);

  async function run(input: ActionInput): Promise<TransactionView> {
    const keys = unsettled.current;
    const text = JSON.stringify([action, input]);
    const key = keys.get(text) ?? randomId();
    keys.delete(text);
    setPending(true);
    setError(null);
    try {
      return await groat.act(action, input, { key });
    } catch (failure) {
      if (isUnsettled(failure)) keys.set(text, key);
      const [oldest] = keys.keys();
      if (keys.size > UNSETTLED_MAX && oldest !== undefined) keys.delete(oldest);
      if (!(failure instanceof GroatFailure)) throw failure;
      setError(failure);
      throw failure;
    } finally {
      running.current = null;
      setPending(false);
    }
  }

  return {
    spend: (input) => {
      running.current ??= run(input);
      return running.current;
    },
    pending,
    error,
  };
}
