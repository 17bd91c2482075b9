/** Carrying out a plan so that it can be repeated without paying anybody twice, and undone. */

import { type BulkView, GroatError, type TransactionInput } from "@groat/client";
import { t } from "@lingui/core/macro";
import { explain } from "../api/problem";
import { groat } from "../groat";

export type Mode = "atomic" | "independent";

/** Most items the server takes in one call. */
export const ITEMS_MAX = 10_000;
/** Independent runs are sent in pieces of this many, so that progress can be shown. */
const PIECE = 500;
/** So many reversals are under way at once. */
const UNDO_PARALLEL = 6;

/** The outcome of one item: its transaction, or why there is none. */
interface Outcome {
  index: number;
  transaction: string | null;
  problem: string | null;
}

export interface RunResult {
  outcomes: Outcome[];
  committed: number;
  refused: number;
  /** Every item had been done before under this key: nothing was given twice. */
  replayed: boolean;
}

/** A value that is equal for equal runs and practically never for others (53 bits; not for secrets). */
export function fingerprint(mode: Mode, items: readonly TransactionInput[]): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  const text = JSON.stringify([mode, items]);
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(16);
}

/**
 * Sends the items under `key`. Pieces have keys derived from it, so that repeating an interrupted run continues it: what was
 * done is answered again, what was not is done.
 * @throws GroatError when the server cannot be reached, or refuses an atomic run as a whole.
 */
export async function run(
  mode: Mode,
  items: readonly TransactionInput[],
  reason: string,
  key: string,
  onProgress: (done: number) => void,
  signal?: AbortSignal,
): Promise<RunResult> {
  // Piece after piece, also when somebody else signs in meanwhile: then none goes out any more.
  const api = groat.bind();
  const send = (part: readonly TransactionInput[], partKey: string) =>
    api.bulk({ mode, items: [...part], reason }, { key: partKey, ...(signal && { signal }) });
  if (mode === "atomic") {
    const answer = await send(items, key);
    onProgress(items.length);
    return collect([{ start: 0, answer }]);
  }
  const pieces: { start: number; answer: BulkView }[] = [];
  for (let start = 0; start < items.length; start += PIECE) {
    const piece = items.slice(start, start + PIECE);
    const answer = await send(piece, `${key}.${start / PIECE}`);
    pieces.push({ start, answer });
    onProgress(start + piece.length);
  }
  return collect(pieces);
}

function collect(pieces: { start: number; answer: BulkView }[]): RunResult {
  const outcomes = pieces.flatMap(({ start, answer }) =>
    answer.results.map((result) => ({
      index: start + result.index,
      transaction: result.transaction?.id ?? null,
      problem: result.problem
        ? explain(GroatError.fromProblem(result.problem.status, result.problem))
        : result.transaction
          ? null
          : t`refused`,
    })),
  );
  const committed = outcomes.filter((outcome) => outcome.transaction).length;
  return {
    outcomes,
    committed,
    refused: outcomes.length - committed,
    replayed: pieces.length > 0 && pieces.every(({ answer }) => answer.replayed),
  };
}

/** Reverses each transaction of a run once; says how many went back and which did not, and why. */
export async function undo(
  transactions: readonly string[],
  reason: string,
  key: string,
  onProgress: (done: number) => void,
): Promise<{ reversed: number; failed: { transaction: string; problem: string }[] }> {
  const api = groat.bind();
  const failed: { transaction: string; problem: string }[] = [];
  let next = 0;
  let done = 0;
  async function worker(): Promise<void> {
    for (;;) {
      const index = next++;
      const transaction = transactions[index];
      if (transaction === undefined) return;
      try {
        await api.reverse(transaction, { reason }, { key: `${key}.undo.${index}` });
      } catch (error) {
        if (!(error instanceof GroatError)) throw error;
        failed.push({ transaction, problem: explain(error) });
      }
      done += 1;
      onProgress(done);
    }
  }
  await Promise.all(Array.from({ length: UNDO_PARALLEL }, worker));
  return { reversed: transactions.length - failed.length, failed };
}
