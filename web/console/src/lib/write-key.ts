import { isUnsettled, randomId } from "@groat/client";
import { useCallback, useRef } from "react";

/**
 * Writes under an idempotency key: one key per body, kept until the server has given its verdict. Pressing twice, or again
 * after a lost answer, is then the same write. Throws what the write throws.
 */
export function useWrite() {
  const held = useRef<{ body: string; key: string } | null>(null);
  return useCallback(async function under<Result>(
    body: unknown,
    write: (key: string) => Promise<Result>,
  ): Promise<Result> {
    const text = JSON.stringify(body);
    if (held.current?.body !== text) held.current = { body: text, key: randomId() };
    try {
      const result = await write(held.current.key);
      held.current = null;
      return result;
    } catch (error) {
      if (!isUnsettled(error)) held.current = null;
      throw error;
    }
  }, []);
}
