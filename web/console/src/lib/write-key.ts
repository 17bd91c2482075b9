/** Keys of writes: one for each until its verdict is in, wherever and however often it is pressed. */
import { isUnsettled, randomId } from "@groat/client";
import { groat } from "../groat";

/** How many writes may be open at once; of more, the one that was tried the longest ago gets a new key if it comes again. */
const OPEN_MAX = 100;

/** The key of each write of which it is not known what became, by whose it is and what it says; the last tried is the last. */
const open = new Map<string, string>();

/**
 * Writes under an idempotency key. `what` is which write it is and all that it says: the same again is the same write until the
 * server has given its verdict, also if others were sent in between, or its form was closed; after that it is a new one. It is
 * its person's, though: the same of the next person is another write, and theirs goes on when they come back. Throws what `send` throws.
 */
export async function write<Result>(
  what: readonly unknown[],
  send: (key: string) => Promise<Result>,
): Promise<Result> {
  const text = JSON.stringify([groat.getState().user, ...what]);
  const key = open.get(text) ?? randomId();
  open.delete(text);
  open.set(text, key);
  const [oldest] = open.keys();
  if (open.size > OPEN_MAX && oldest !== undefined) open.delete(oldest);
  const settle = () => {
    if (open.get(text) === key) open.delete(text);
  };
  try {
    const result = await send(key);
    settle();
    return result;
  } catch (error) {
    if (!isUnsettled(error)) settle();
    throw error;
  }
}
