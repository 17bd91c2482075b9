"use client";

import { type BoardStates, boardName, boardState, type GroatError } from "@groat/client";
import { useEffect } from "react";
import { useGroat, useGroatState } from "./provider.js";

export interface UseBoard<State> {
  /** What the board shows; null while nothing is known, and where there is nothing to show. */
  state: State | null;
  /** True while changes arrive by themselves. */
  live: boolean;
  /** The reason why the server refuses; it is asked again, but not soon. */
  error: GroatError | null;
}

/**
 * Watches a board of a program, such as `useBoard("run", id)`, for as long as the component is there; without an `id` none. The type
 * is that of the server's own boards; name it for those of other programs.
 */
export function useBoard<Sort extends keyof BoardStates>(
  sort: Sort,
  id: string | null,
): UseBoard<BoardStates[Sort]>;
export function useBoard<State>(sort: string, id: string | null): UseBoard<State>;
export function useBoard(sort: string, id: string | null): UseBoard<unknown> {
  const groat = useGroat();
  const name = id === null ? null : boardName(sort, id);
  const session = useGroatState((state) => state.session);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a watch ends with its session, and the next one needs its own
  useEffect(() => (name === null ? undefined : groat.watch(name)), [groat, name, session]);
  const shown = useGroatState((state) =>
    id === null ? null : (boardState<unknown>(state, sort, id) ?? null),
  );
  const view = useGroatState((state) => (name === null ? null : (state.views[name] ?? null)));
  return { state: shown, live: view?.state === "live", error: view?.error ?? null };
}
