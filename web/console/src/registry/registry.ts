/** The one list of all programs with a console module. Rooms of the console ask it; none of them knows a program by name. */
import type { KindView, RequestView } from "@groat/client";
import { useSyncExternalStore } from "react";
import type { ConsoleProgram, DeclaredTexts, KindModule, Page } from "./program";

/** The first segments of the console's own addresses, which no program may take. */
export const RESERVED: ReadonlySet<string> = new Set([
  "",
  "audit",
  "inbox",
  "keys",
  "login",
  "requests",
  "users",
]);

/** The first segments of addresses that the server answers itself. */
const SERVERS: ReadonlySet<string> = new Set(["assets", "connection", "console", "health", "metrics", "v1"]);

const NAME = /^[a-z][a-z0-9_-]*$/;

let programs: readonly ConsoleProgram[] = [];
const listeners = new Set<() => void>();

/** Returns the programs in the order in which they were registered. */
export const registered = (): readonly ConsoleProgram[] => programs;

/** Calls back after each registration; returns what ends that. */
export function onRegister(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Adds a program. Throws Error if its name or the address of a page is malformed or taken; then nothing of it is added. */
export function register(program: ConsoleProgram): void {
  const { name, pages = [] } = program;
  if (!NAME.test(name)) throw new Error(`a program cannot have the name ${JSON.stringify(name)}`);
  if (programs.some((other) => other.name === name)) throw new Error(`there is a program ${name} already`);
  for (const { path } of pages) {
    if (!path.startsWith("/")) throw new Error(`${name}: the address ${path} does not begin with a slash`);
    const first = firstOf(path);
    const owner = programs.find((other) => other.pages?.some((page) => firstOf(page.path) === first));
    if (RESERVED.has(first) || SERVERS.has(first) || owner) {
      throw new Error(`${name}: the addresses under /${first} belong to ${owner?.name ?? "the console"}`);
    }
  }
  programs = [...programs, program];
  for (const listener of listeners) listener();
}

const firstOf = (path: string) => path.split("/")[1] ?? "";

/** All programs; the component renders again when another one is registered. */
export const usePrograms = (): readonly ConsoleProgram[] => useSyncExternalStore(onRegister, registered);

/** The pages of all programs. */
export const pagesOf = (all: readonly ConsoleProgram[]): Page[] => all.flatMap(({ pages = [] }) => pages);

/**
 * The program that brings the looks of a kind whose data has these fields; undefined where none does. Of two with a kind of that name
 * the one registered last counts.
 */
function programOf(all: readonly ConsoleProgram[], name: string, fields: object): ConsoleProgram | undefined {
  return all.findLast(({ kinds }) => {
    const module = kinds && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    return module && (module.fields ?? []).every((field) => field in fields);
  });
}

const moduleOf = (all: readonly ConsoleProgram[], name: string, fields: object): KindModule | undefined =>
  programOf(all, name, fields)?.kinds?.[name];

const fieldsOf = ({ schema }: KindView) => (schema.properties ?? {}) as object;

/** The texts that a kind's program brings, by their English. */
export const textsOf = (kind: KindView): DeclaredTexts =>
  programOf(programs, kind.name, fieldsOf(kind))?.texts ?? {};

/** The looks of the kind of a request. */
export const useModuleOf = ({ kind, data }: Pick<RequestView, "kind" | "data">): KindModule | undefined =>
  moduleOf(usePrograms(), kind, data);

/** Finds the looks of kinds by their declaration. */
export function useKindModules(): (kind: KindView) => KindModule | undefined {
  const all = usePrograms();
  return (kind) => moduleOf(all, kind.name, fieldsOf(kind));
}

/** Fetches the code of all faces and forms ahead; the router does so for pages. */
export async function preloadPieces(): Promise<void> {
  const modules = programs.flatMap(({ kinds = {} }) => Object.values(kinds));
  const pieces = modules.flatMap(({ Face, form, acts = {} }) => [
    Face,
    form?.Form,
    ...Object.values(acts).flatMap(({ Form, Preview }) => [Form, Preview]),
  ]);
  await Promise.all(pieces.map((piece) => piece?.preload?.()));
}
