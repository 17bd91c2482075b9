import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ALL, onRunsTold } from "./data";

/** News that come within this time are read together (ms). */
const TOGETHER_MS = 250;

/** Reads runs and drafts again when the server tells of a run that was filed, decided or changed its state. */
export function useRunNews(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = onRunsTold(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: [ALL] });
      }, TOGETHER_MS);
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [queries]);
}
