/** Builds the modules that the console shares with those of programs, and the import map that names them. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Plugin, Rolldown } from "vite";

const require = createRequire(import.meta.url);

const FOLDER = "console/shared";
const SOURCE = join(import.meta.dirname, "src/");
/** The page's entry, which chooses the language, and the console that it loads then. */
const FIRST = join(SOURCE, "main.tsx");
const THEN = join(SOURCE, "console.tsx");
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

let loaded: { first: Set<string>; shell: Set<string> } | null = null;

/** Returns the file of a module of the console that is loaded with its page: one before the language is chosen, one behind it. */
export function fileOf(id: string, graph: Graph): "first" | "shell" | null {
  loaded ??= { first: reached(FIRST, graph), shell: reached(THEN, graph) };
  if (loaded.first.has(id)) return "first";
  return loaded.shell.has(id) ? "shell" : null;
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
        const map = { tag: "script", attrs: { type: "importmap" }, children: JSON.stringify({ imports }) };
        return [map, ...early(bundle)];
      },
    },
  };
}

/** Lets the browser fetch what the console needs while the entry still chooses the language. */
function early(bundle: Rolldown.OutputBundle) {
  const console = Object.values(bundle).find(
    (file) => file.type === "chunk" && file.moduleIds.includes(THEN),
  );
  if (console?.type !== "chunk") return [];
  return [console.fileName, ...console.imports].map((file) => ({
    tag: "link",
    attrs: { rel: "modulepreload", crossorigin: true, href: `/${file}` },
  }));
}
