/** Turns the macros by which the console says its texts into calls of the catalogue (`lingui.config.ts`). */
import { join } from "node:path";
import { transformAsync } from "@babel/core";
import macros from "@lingui/babel-plugin-lingui-macro";
import { getConfig } from "@lingui/conf";
import type { Plugin } from "vite";

const config = getConfig({ configPath: join(import.meta.dirname, "lingui.config.ts") });
const WRITES_TEXTS = /from "@lingui\/(core|react)\/macro"/;

export function texts(): Plugin {
  return {
    name: "groat-texts",
    enforce: "pre",
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
