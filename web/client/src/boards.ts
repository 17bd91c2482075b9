/** Boards: what programs show to whoever may watch, such as how far a bulk run is. Each state replaces the one before. */
import type { GroatState } from "./model.js";
import type { BoardStates } from "./wire.js";

const PREFIX = "board:";

/** The name of a board, for `watch` and in the picture: `boardName("run", id)` is "board:run:<id>". */
export const boardName = (sort: string, id: string): string => `${PREFIX}${sort}:${id}`;

export const isBoard = (name: string): boolean => name.startsWith(PREFIX);

/**
 * The state of a board that `watch` follows: undefined until the first one came, null where there is nothing to show any more. The
 * type is that of the server's own boards; name it for those of other programs.
 */
export function boardState<Sort extends keyof BoardStates>(
  state: GroatState,
  sort: Sort,
  id: string,
): BoardStates[Sort] | null | undefined;
export function boardState<State>(state: GroatState, sort: string, id: string): State | null | undefined;
export function boardState(state: GroatState, sort: string, id: string): unknown {
  return state.boards[boardName(sort, id)];
}

/** The states that this tab knows, by name, and what to say over HTTP to get only another one. */
export class Boards {
  states: Readonly<Record<string, unknown>> = {};
  private readonly positions = new Map<string, string>();

  take(name: string, state: unknown, position: string): void {
    this.states = { ...this.states, [name]: state };
    this.positions.set(name, position);
  }

  position(name: string): string {
    return this.positions.get(name) ?? "";
  }

  forget(name: string): void {
    if (!(name in this.states)) return;
    const { [name]: _, ...rest } = this.states;
    this.states = rest;
    this.positions.delete(name);
  }

  clear(): void {
    this.states = {};
    this.positions.clear();
  }
}
