/** Who may import whom: the rules stand in biome.json. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RESERVED } from "../src/registry/registry";
import { createConsoleRouter } from "../src/router";

const WEB = join(import.meta.dirname, "../..");
const BIOME = join(WEB, "node_modules/.bin/biome");

/** By file: what it imports, and whether it may. */
const IMPORTS: [file: string, code: string, allowed: boolean][] = [
  ["requests/a.ts", 'import "../programs/bank/data";', false],
  [
    "requests/b.ts",
    'import type { CardData } from "../programs/bank/data"; export type A = CardData;',
    false,
  ],
  ["parts/a.ts", 'export * from "../programs/bank";', false],
  ["shell/a.ts", 'void import("../programs/bank/data");', false],
  ["ui/a.ts", 'import "../programs";', false],
  ["lib/a.ts", 'import "../programs/statements/query";', false],
  ["live/a.ts", 'import "../programs/notifications";', false],
  ["inbox/a.ts", 'import "../programs/bank/lines";', false],
  ["pages/a.ts", 'import "../programs/bank/pages/loans";', false],
  ["api/a.ts", 'import "../programs/statements/statement";', false],
  ["registry/a.ts", 'import "../programs/bank/index";', false],
  ["modules/a.ts", 'import "../programs/bank";', false],
  ["a_new_room/deep/a.ts", 'import "../../programs/bank";', false],
  ["router.ts", 'import "./programs";', false],
  ["programs/bank/a.ts", 'import "../statements/query";', false],
  ["programs/bank/b.ts", 'import "../statements";', false],
  ["programs/bank/pages/a.ts", 'import "../../statements/query";', false],
  ["console.tsx", 'import "./programs";', true],
  ["programs/index.ts", 'import "./bank";', true],
  ["programs/bank/c.ts", 'import "../../ui/button";', true],
  ["programs/bank/d.ts", 'import "./pages/loans";', true],
  ["programs/bank/pages/b.ts", 'import "../../../ui/button";', true],
  ["programs/bank/pages/c.ts", 'import "../data";', true],
  ["requests/c.ts", 'import "../registry/registry";', true],
];
const CIRCLE = ["ui/first.ts", "ui/second.ts"];

let scratch = "";
let wrong: Map<string, string>;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "groat-rooms-"));
  cpSync(join(WEB, "biome.json"), join(scratch, "biome.json"));
  const put = (file: string, code: string) => {
    const path = join(scratch, "console/src", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
  };
  for (const [file, code] of IMPORTS) put(file, code);
  put("ui/first.ts", 'import type { Second } from "./second"; export type First = Second[];');
  put("ui/second.ts", 'import type { First } from "./first"; export type Second = First | null;');
  const report = await new Promise<string>((done) => {
    const flags = ["lint", "--vcs-enabled=false", "--reporter=json", "--max-diagnostics=none", "."];
    execFile(BIOME, flags, { cwd: scratch }, (_failed, stdout) => done(stdout));
  });
  const { diagnostics } = JSON.parse(report) as {
    diagnostics: { category: string; location: { path: string | { file: string } } }[];
  };
  wrong = new Map(
    diagnostics.map(({ category, location: { path } }) => [
      (typeof path === "string" ? path : path.file).replace(/^.*console\/src\//, ""),
      category,
    ]),
  );
}, 30_000);

afterAll(() => rmSync(scratch, { recursive: true }));

test.each(IMPORTS)("%s: %s is allowed: %s", (file, _code, allowed) => {
  expect(wrong.get(file)).toBe(allowed ? undefined : "lint/style/noRestrictedImports");
});

test.each(CIRCLE)("%s may not import what imports it, not even types", (file) => {
  expect(wrong.get(file)).toBe("lint/suspicious/noImportCycles");
});

test("no program can take an address of the console's own", () => {
  const own = Object.keys(createConsoleRouter().routesByPath).filter((path) => path !== "/$");
  expect(new Set(own.map((path) => path.split("/")[1]))).toEqual(RESERVED);
});
