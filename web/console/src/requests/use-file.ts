import type { RequestView } from "@groat/client";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { groat } from "../groat";
import { isUnsettled, useWriteKey } from "../lib/write-key";
import { takeIn } from "./use-take";

/** Filing requests: one at a time, and one key for each until its verdict is in. */
export function useFile() {
  const queries = useQueryClient();
  const writeKey = useWriteKey();
  const [busy, setBusy] = useState(false);

  /** Files for oneself, or for `user`. Throws GroatError. */
  async function file(kind: string, data: Record<string, unknown>, user?: string): Promise<RequestView> {
    setBusy(true);
    try {
      const key = writeKey.keyFor([kind, user, data]);
      const request = await groat.api.fileRequest(kind, data, { key, ...(user && { user }) });
      writeKey.settle();
      takeIn(queries, request);
      await queries.invalidateQueries({ queryKey: ["requests"] });
      return request;
    } catch (error) {
      if (!isUnsettled(error)) writeKey.settle();
      throw error;
    } finally {
      setBusy(false);
    }
  }
  return { file, busy };
}
