import type { RequestView } from "@groat/client";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { groat } from "../groat";
import { write } from "../lib/write-key";
import { takeIn } from "./use-take";

/** Filing requests: one at a time, and one key for each until its verdict is in. */
export function useFile() {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);

  /** Files for oneself, or for `user`. Throws GroatError. */
  async function file(kind: string, data: Record<string, unknown>, user?: string): Promise<RequestView> {
    setBusy(true);
    try {
      const request = await write(["file", kind, user, data], (key) =>
        groat.api.fileRequest(kind, data, { key, ...(user && { user }) }),
      );
      takeIn(queries, request);
      await queries.invalidateQueries({ queryKey: ["requests"] });
      return request;
    } finally {
      setBusy(false);
    }
  }
  return { file, busy };
}
