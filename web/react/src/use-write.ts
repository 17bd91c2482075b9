"use client";

import { GroatError } from "@groat/client";
import { useRef, useState } from "react";
import { useGroat, useGroatState } from "./provider.js";

export interface UseWrite<Args extends unknown[], Result> {
  /** Does it, one at a time: a second call meanwhile (a double click) gets the running one's result. Throws what the call throws. */
  write: (...args: Args) => Promise<Result>;
  pending: boolean;
  /** The error of the last one; null again with the next. */
  error: GroatError | null;
}

/** The state of one session: nothing of it is shown in the next. */
interface Shown {
  session: number;
  pending: boolean;
  error: GroatError | null;
}

/**
 * Any write, with what a button needs to know of it. `send` makes it: by `groat.write`, `groat.act` or `groat.requests`, so that it keeps
 * its key until its verdict.
 */
export function useWrite<Args extends unknown[], Result>(
  send: (...args: Args) => Promise<Result>,
): UseWrite<Args, Result> {
  const groat = useGroat();
  const session = useGroatState((state) => state.session);
  const running = useRef<{ session: number; result: Promise<Result> } | null>(null);
  const [shown, setShown] = useState<Shown>({ session, pending: false, error: null });
  const { pending, error } = shown.session === session ? shown : { pending: false, error: null };

  async function run(session: number, args: Args): Promise<Result> {
    const end = (error: GroatError | null) => {
      if (running.current?.session !== session) return;
      running.current = null;
      setShown({ session, pending: false, error });
    };
    setShown({ session, pending: true, error: null });
    try {
      const result = await send(...args);
      end(null);
      return result;
    } catch (failure) {
      end(failure instanceof GroatError ? failure : null);
      throw failure;
    }
  }

  return {
    write: (...args) => {
      const { session } = groat.getState();
      if (running.current?.session !== session) running.current = { session, result: run(session, args) };
      return running.current.result;
    },
    pending,
    error,
  };
}
