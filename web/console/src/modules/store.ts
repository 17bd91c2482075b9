/** The modules of this server's programs, as the page lists them, and how far each of them has come. */
import { useSyncExternalStore } from "react";
import type { Sheet } from "./style";

export interface Listed {
  program: string;
  /** The address of its code. */
  script: string;
  style: Sheet | null;
}

export type Progress = { state: "loading" } | { state: "there" } | { state: "failed"; why: string };
export type Module = Listed & Progress;

/** The list in the page: the server puts it there, and no other address is ever loaded. */
function listed(): Listed[] {
  const list = document.getElementById("modules")?.textContent;
  return list ? (JSON.parse(list) as Listed[]) : [];
}

let modules: readonly Module[] = listed().map((one) => ({ ...one, state: "loading" }));
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const allModules = (): readonly Module[] => modules;

export function setProgress(program: string, progress: Progress): void {
  modules = modules.map((one) => {
    if (one.program !== program) return one;
    const { script, style } = one;
    return { program, script, style, ...progress };
  });
  for (const listener of listeners) listener();
}

export const useModules = (): readonly Module[] => useSyncExternalStore(subscribe, allModules);
