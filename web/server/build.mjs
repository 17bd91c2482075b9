/**
 * Write dist/ (or the folder that is named): CommonJS, and an ES module that hands out the same classes, so that `instanceof`
 * holds across both.
 */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder = "dist"] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
const compiler = ["../node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", folder];
execFileSync(process.execPath, compiler, { stdio: "inherit" });
for (const name of ["index.mjs", "index.d.mts"])
  writeFileSync(join(folder, name), 'export * from "./index.js";\n');
