import { readdirSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

const SOURCE = join(import.meta.dirname, "src");

const foldersIn = (folder: string): string[] =>
  readdirSync(join(SOURCE, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));

/** Each room and each program has its texts in its own folder. */
const rooms = [...foldersIn("").filter((name) => name !== "programs"), ...foldersIn("programs")];

export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "de"],
  catalogs: rooms.map((room) => ({
    path: `<rootDir>/src/${room}/texts/{locale}`,
    include: [`<rootDir>/src/${room}`],
  })),
  format: formatter({ lineNumbers: false }),
  runtimeConfigModule: { i18n: ["#texts", "i18n"], Trans: ["#texts", "Trans"] },
});
