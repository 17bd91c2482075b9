/** Waits for something, unless the request that waits is given up first: then it rejects with the signal's reason. */
export async function orAborted(
  awaited: Promise<void> | undefined,
  signal: AbortSignal | null | undefined,
): Promise<void> {
  if (!awaited) return;
  let giveUp = () => {};
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal?.reason);
  });
  signal?.addEventListener("abort", giveUp);
  try {
    await Promise.race([awaited, aborted]);
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}
