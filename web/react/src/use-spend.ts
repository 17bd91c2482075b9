"use client";

import {
  type ActionInput,
  type GroatError,
  GroatError as GroatFailure,
  isUnsettled,
  randomId,
  type TransactionView,
} from "@groat/client";
import { useRef, useState } from "react";
import { useGroat, useGroatState } from "./provider.js";

export interface UseSpend {
  /**
   * Spends the signed-in user's own money by the server's action. The pending change shows at once. One at a time: a
   * second call meanwhile (a double click) gets the running one's result. While it is open what became of one
   * (`isUnsettled`), the same input of the same person is repeated under the same key, so it is never paid twice. Throws GroatError.
   */
  spend: (input: ActionInput) => Promise<TransactionView>;
  pending: boolean;
  /** The error of the last one; null again with the next. */
  error: GroatError | null;
}

/** So many inputs keep their key while their outcome is open; the one tried the longest ago goes first. */
const UNSETTLED_MAX = 100;

/** The state of one session: nothing of it is shown in the next. */
interface Shown {
  session: number;
  pending: boolean;
  error: GroatError | null;
}

/** `action` is a name the server declares; "spend" by default. */
export function useSpend(action = "spend"): UseSpend {
  const groat = useGroat();
  const session = useGroatState((state) => state.session);
  const running = useRef<{ session: number; result: Promise<TransactionView> } | null>(null);
  const unsettled = useRef(new Map<string, string>());
  const [shown, setShown] = useState<Shown>({ session, pending: false, error: null });
  const { pending, error } = shown.session === session ? shown : { pending: false, error: null };

  async function run(input: ActionInput): Promise<TransactionView> {
    const keys = unsettled.current;
    const { session, user } = groat.getState();
    // The person is part of the write: the same input of the next person is another write.
    const text = JSON.stringify([user, action, input]);
    const key = keys.get(text) ?? randomId();
    keys.delete(text);
    const show = (pending: boolean, error: GroatError | null) => setShown({ session, pending, error });
    const end = (error: GroatError | null) => {
      if (running.current?.session !== session) return;
      running.current = null;
      show(false, error);
    };
    show(true, null);
    try {
      const result = await groat.act(action, input, { key });
      end(null);
      return result;
    } catch (failure) {
      if (isUnsettled(failure)) keys.set(text, key);
      const [oldest] = keys.keys();
      if (keys.size > UNSETTLED_MAX && oldest !== undefined) keys.delete(oldest);
      end(failure instanceof GroatFailure ? failure : null);
      throw failure;
    }
  }

  return {
    spend: (input) => {
      const { session } = groat.getState();
      if (running.current?.session !== session) running.current = { session, result: run(input) };
      return running.current.result;
    },
    pending,
    error,
  };
}
