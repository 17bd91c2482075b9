/** Runs as they stand: read once, and from then on as they are pushed. */
import type { RunProgress, RunView } from "@groat/client";
import { useBoard } from "@groat/react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { isMoving, runQuery, runsQuery } from "./data";
import { doneOf } from "./words";

/** Where nothing is pushed, what moves is asked for again so often (ms). */
const UNPUSHED_MS = 5_000;
const UNDONE = { no: 0, part: 1, whole: 2 };

/** Above zero if the first is later than the second: all of these only grow. */
const compare = (a: RunProgress, b: RunProgress) =>
  a.version - b.version ||
  doneOf(a) - doneOf(b) ||
  a.undone_by.length - b.undone_by.length ||
  UNDONE[a.undone] - UNDONE[b.undone];

/** The later of what was read and what was pushed. */
export const latest = (run: RunView, pushed: RunProgress | null | undefined): RunView =>
  pushed && compare(pushed, run) >= 0 ? { ...run, ...pushed } : run;

/** A run. What its board does not say changes with its state, which is an event (`useRunNews`). */
export function useRun(id: string) {
  const { state: pushed, live } = useBoard("run", id);
  const { data, error, refetch } = useQuery({
    ...runQuery(id),
    refetchInterval: ({ state }) => (!live && state.data && isMoving(state.data) ? UNPUSHED_MS : false),
  });
  const run = useMemo(() => data && latest(data, pushed), [data, pushed]);
  return { run, error, refetch };
}

/** The runs in a state, page by page. */
export function useRuns(state: string) {
  const { state: pushed, live } = useBoard("runs", "running");
  const query = useInfiniteQuery({
    ...runsQuery(state),
    refetchInterval: ({ state: { data } }) =>
      !live && data?.pages.some(({ items }) => items.some(isMoving)) ? UNPUSHED_MS : false,
  });
  const rows = useMemo(() => {
    const moving = new Map(pushed?.items.map((run) => [run.id, run]));
    const read = query.data?.pages.flatMap(({ items }) => items) ?? [];
    return read.map((run) => latest(run, moving.get(run.id)));
  }, [query.data, pushed]);
  return { query, rows };
}
