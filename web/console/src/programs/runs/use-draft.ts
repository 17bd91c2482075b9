/** A draft as the server has it, and changes of it: one after the other, in the order in which they were made. */
import { type DraftChange, GroatError, type RunRowView } from "@groat/client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { explain } from "../../api/problem";
import type { RowWindow } from "../../ui/window-table";
import { changeDraft, draftQuery, rowsKey } from "./data";

/** Choices of single rows that the server has not been told yet, by number. */
export type Toggles = Map<number, boolean>;

/** Choices as a change of the draft. */
export function changeOfToggles(toggles: ReadonlyMap<number, boolean>): DraftChange {
  const numbers = (wanted: boolean) =>
    [...toggles].flatMap(([number, on]) => (on === wanted ? [number] : []));
  const [on, off] = [numbers(true), numbers(false)];
  return {
    ...(on.length > 0 && { select: { numbers: on } }),
    ...(off.length > 0 && { unselect: { numbers: off } }),
  };
}

export function useDraft(id: string) {
  const queries = useQueryClient();
  const query = useQuery(draftQuery(id));
  const [waiting, setWaiting] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const last = useRef(Promise.resolve());
  const count = useRef(0);
  const toggles = useRef<Toggles>(new Map());

  const send = useCallback(
    (make: () => DraftChange): Promise<void> => {
      const told = (open: number) => {
        count.current += open;
        setWaiting(count.current);
      };
      const step = async () => {
        const change = make();
        try {
          if (Object.keys(change).length === 0) return;
          queries.setQueryData(draftQuery(id).queryKey, await changeDraft(id, change));
          setProblem(null);
        } catch (error) {
          if (!(error instanceof GroatError)) throw error;
          setProblem(explain(error));
          void queries.invalidateQueries({ queryKey: draftQuery(id).queryKey });
        } finally {
          told(-1);
          // What is read again while more is on its way would show choices as they were before it.
          if (count.current === 0) {
            queries.removeQueries({ queryKey: rowsKey("draft", id), type: "inactive" });
            void queries.invalidateQueries({ queryKey: rowsKey("draft", id) });
          }
        }
      };
      told(1);
      last.current = last.current.then(step, step);
      return last.current;
    },
    [id, queries],
  );

  /** Changes the draft; what was chosen shows at once. */
  const change = useCallback(
    (wanted: DraftChange) => {
      const { reason, mode, source, duplicates, short } = wanted;
      const chosen = Object.entries({ reason, mode, source, duplicates, short }).filter(
        ([, value]) => value !== undefined,
      );
      queries.setQueryData(
        draftQuery(id).queryKey,
        (now) => now && { ...now, ...Object.fromEntries(chosen) },
      );
      return send(() => wanted);
    },
    [id, queries, send],
  );

  /** Chooses a row or leaves it out. It shows at once; many at a time are told together. */
  const toggle = useCallback(
    (number: number, on: boolean) => {
      const rows = { queryKey: rowsKey("draft", id) };
      void queries.cancelQueries(rows);
      queries.setQueriesData<RowWindow<RunRowView>>(
        rows,
        (window) =>
          window && {
            ...window,
            items: window.items.map((row) => (row.number === number ? { ...row, selected: on } : row)),
          },
      );
      const { size } = toggles.current;
      toggles.current.set(number, on);
      if (size > 0) return;
      void send(() => {
        const told = changeOfToggles(toggles.current);
        toggles.current = new Map();
        return told;
      });
    },
    [id, queries, send],
  );

  return {
    draft: query.data,
    error: query.error,
    refetch: query.refetch,
    busy: waiting > 0,
    problem,
    change,
    toggle,
  };
}
