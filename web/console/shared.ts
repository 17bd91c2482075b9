/** Builds the modules that the console shares with those of programs, and the import map that names them. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Plugin, Rolldown } from "vite";

const require = createRequire(import.meta.url);

const FOLDER = "console/shared";
const SOURCE = join(import.meta.dirname, "src/");
const MAIN = join(SOURCE, "main.tsx");
const PREFIX = "\0groat-shared:";

/** The names that programs import: a public interface (docs/programs.md). */
const SHARED = {
  react: named("react"),
  "react/jsx-runtime": named("react/jsx-runtime"),
  "react-dom": named("react-dom"),
  "@groat/client": 'export * from "@groat/client";',
  "@groat/react": 'export * from "@groat/react";',
  "@groat/console": 'export * from "/src/shared/console.tsx";',
};

/** Exports a CommonJS package by its names: a browser cannot find them out. */
function named(name: string): string {
  const names = Object.keys(require(name)).filter((key) => /^[A-Za-z]\w*$/.test(key) && key !== "default");
  return `export { ${names.join(", ")}, default } from "${name}";`;
}

const inputName = (name: string) => `shared-${name.replace("@", "").replaceAll("/", "-")}`;

/** The inputs of the build beside the console's page: one for each shared module. */
export const sharedInputs = Object.fromEntries(
  Object.keys(SHARED).map((name) => [inputName(name), PREFIX + name]),
);

/** Where a built entry goes: shared modules have a folder of their own. */
export const entryFileNames = ({ name }: { name: string }) =>
  name in sharedInputs ? `${FOLDER}/${name.slice("shared-".length)}-[hash].js` : "assets/[name]-[hash].js";

interface Graph {
  getModuleInfo(id: string): Rolldown.ModuleInfo | null;
}

let shell: Set<string> | null = null;

/** Whether a module of the console is loaded with its page, and not later. */
export function isInShell(id: string, graph: Graph): boolean {
  shell ??= reached(MAIN, graph);
  return shell.has(id);
}

function reached(start: string, graph: Graph): Set<string> {
  const found = new Set([start]);
  for (const id of found) {
    for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) {
      if (imported.startsWith(SOURCE)) found.add(imported);
    }
  }
  return found;
}

/** Serves the shared modules to the build, and writes the import map into the page. */
export function shared(): Plugin {
  return {
    name: "groat-shared",
    apply: "build",
    resolveId: (id) => (id.startsWith(PREFIX) ? id : null),
    load: (id) => (id.startsWith(PREFIX) ? SHARED[id.slice(PREFIX.length) as keyof typeof SHARED] : null),
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle = {} }) {
        const imports: Record<string, string> = {};
        for (const file of Object.values(bundle)) {
          const id = file.type === "chunk" ? (file.facadeModuleId ?? "") : "";
          if (id.startsWith(PREFIX)) imports[id.slice(PREFIX.length)] = `/${file.fileName}`;
        }
        const left = Object.keys(SHARED).filter((name) => !(name in imports));
        if (left.length > 0) throw new Error(`the build has no file for ${left.join(", ")}`);
        return [{ tag: "script", attrs: { type: "importmap" }, children: JSON.stringify({ imports }) }];
      },
    },
  };
}
