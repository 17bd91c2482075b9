/** Writes dist/: the declarations of what the console shares with modules, and of nothing behind it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isolatedDeclarationSync } from "rolldown/experimental";

const SOURCE = "../console/src";
const PUBLIC = [
  "shared/console.tsx",
  "shared/answer.ts",
  "shared/link.tsx",
  "shared/place.ts",
  "shared/table.tsx",
  "registry/program.ts",
];

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
for (const name of PUBLIC) {
  const { code, errors } = isolatedDeclarationSync(name, readFileSync(join(SOURCE, name), "utf8"));
  if (errors.length > 0) throw new Error(`${name}: ${errors.map(({ message }) => message).join("\n")}`);
  // The files stand side by side here.
  const flat = code.replace(/(?<=from ")\.\.?\/(?:\w+\/)*(\w+)(?=")/g, "./$1.js");
  writeFileSync(join("dist", basename(name).replace(/\.tsx?$/, ".d.ts")), flat);
}
