/** Write dist/: CommonJS, and an ES module that hands out the same classes, so that `instanceof` holds across both. */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, ["../node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});
for (const name of ["index.mjs", "index.d.mts"])
  writeFileSync(`dist/${name}`, 'export * from "./index.js";\n');
