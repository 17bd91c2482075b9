import { GroatError } from "@groat/client";
import { useState } from "react";
import { explain } from "../api/problem";

/** Sends a form, once at a time; `problem` says why it was refused, in the words of `say`. */
export function useAttempt(say: (error: GroatError) => string = explain) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  async function attempt(act: () => Promise<void>): Promise<void> {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await act();
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      setProblem(say(error));
    } finally {
      setBusy(false);
    }
  }
  return { busy, problem, setProblem, attempt };
}
