import { randomId } from "@groat/client";
import { useRef } from "react";

/**
 * The idempotency key of a form: one key per body, kept until the server has given its verdict. Pressing twice, or again
 * after a lost answer, is then the same write.
 */
export function useWriteKey() {
  const held = useRef<{ body: string; key: string } | null>(null);
  return useRef({
    keyFor(body: unknown): string {
      const text = JSON.stringify(body);
      if (held.current?.body !== text) held.current = { body: text, key: randomId() };
      return held.current.key;
    },
    /** The verdict is in: the next press is a new write. */
    settle(): void {
      held.current = null;
    },
  }).current;
}

/** Whether an error leaves open what became of a write; then the same key must be tried again. */
export function isUnsettled(error: unknown): boolean {
  const { code, status } = error as { code?: string; status?: number };
  return code === "network" || code === "unknown_outcome" || code === "aborted" || (status ?? 0) >= 500;
}
