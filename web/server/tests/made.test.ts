import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Groat } from "../src/index.js";

const server = join(import.meta.dirname, "..");
const node = (script: string) =>
  execFileSync(process.execPath, [script], { cwd: server, encoding: "utf8", maxBuffer: 2 ** 24 });
const { operations } = JSON.parse(readFileSync(join(server, "operations.json"), "utf8"));

test.each([
  ["operations.mjs", "operations.ts"],
  ["codes.mjs", "codes.ts"],
  ["../client/wire.mjs", "wire.ts"],
])("what %s prints is src/%s: `make types` makes it anew", (script, file) => {
  expect(node(script)).toBe(readFileSync(join(server, "src", file), "utf8"));
});

test("each operation of the document is a method", () => {
  const names = Object.keys(operations);
  expect(names.length).toBeGreaterThan(50);
  for (const name of names) expect(Groat.prototype).toHaveProperty(name, expect.any(Function));
});
