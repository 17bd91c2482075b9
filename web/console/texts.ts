/** Turns the macros by which the console says its texts into calls of the catalogue (`lingui.config.ts`), and serves the catalogues. */
import { join } from "node:path";
import { transformAsync } from "@babel/core";
import macros from "@lingui/babel-plugin-lingui-macro";
import { getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";
import type { Plugin } from "vite";

const config = getConfig({ configPath: join(import.meta.dirname, "lingui.config.ts") });
const WRITES_TEXTS = /from "@lingui\/(core|react)\/macro"/;

const CATALOGUE = "virtual:groat-texts/";

/** The texts of all rooms in a language, by id. */
export async function translations(language: string): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const catalog of await getCatalogs(config)) {
    for (const [id, { translation }] of Object.entries((await catalog.read(language)) ?? {})) {
      if (translation) texts[id] = translation;
    }
  }
  return texts;
}

export function texts(): Plugin {
  return {
    name: "groat-texts",
    enforce: "pre",
    resolveId: (id) => (id.startsWith(CATALOGUE) ? `\0${id}` : null),
    async load(id) {
      if (!id.startsWith(`\0${CATALOGUE}`)) return null;
      return `export const messages = ${JSON.stringify(await translations(id.slice(CATALOGUE.length + 1)))};`;
    },
    async transform(code, id) {
      const filename = id.split("?")[0] ?? id;
      if (!/\.tsx?$/.test(filename) || !WRITES_TEXTS.test(code)) return null;
      const result = await transformAsync(code, {
        filename,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        parserOpts: { plugins: ["typescript", "jsx"] },
        // English stays in the code: it shows where a language has no translation.
        plugins: [[macros, { linguiConfig: config, stripMessageField: false }]],
      });
      return result?.code ? { code: result.code, map: result.map ? JSON.stringify(result.map) : null } : null;
    },
  };
}
