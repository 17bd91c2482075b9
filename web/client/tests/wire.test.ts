import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const client = fileURLToPath(new URL("..", import.meta.url));
const run = (...args: string[]) =>
  spawnSync(process.execPath, ["wire.mjs", ...args], { cwd: client, encoding: "utf8" });

test("the types are those of the server's schemas: `make types` makes them anew", () => {
  expect(run().stdout).toBe(readFileSync(join(client, "src/wire.ts"), "utf8"));
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "groat-wire-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function made(schemas: Record<string, unknown>) {
  const file = join(folder, "schemas.json");
  writeFileSync(file, JSON.stringify(schemas));
  return run(file);
}

test("a field is optional unless the server requires it, and nullable where it may be null", () => {
  const nullable = { anyOf: [{ type: "string" }, { type: "null" }] };
  const { stdout } = made({
    Note: {
      title: "Note",
      description: "A note: ``text`` and more.\n\n    With pages.",
      type: "object",
      properties: {
        text: { type: "string", description: "For people." },
        by: nullable,
        level: { enum: ["info", "error"], type: "string" },
        pages: { type: "array", items: { $ref: "#/components/schemas/Page" } },
        spans: {
          type: "array",
          items: { type: "array", prefixItems: [{ type: "integer" }, {}], items: false },
        },
        marks: { type: "object", additionalProperties: { type: "array", items: nullable } },
      },
      required: ["text", "by"],
    },
    Page: {
      description: "A page.",
      allOf: [
        { $ref: "#/components/schemas/Note" },
        { type: "object", properties: { number: { type: "integer" } }, required: ["number"] },
        // biome-ignore lint/suspicious/noThenProperty: it is JSON Schema's.
        { if: { properties: { level: { const: "info" } } }, then: { required: ["pages"] } },
      ],
    },
  });
  expect(stdout.split("\n").slice(6).join("\n")).toBe(`/**
 * A note: \`text\` and more.
 *
 * With pages.
 */
export interface Note {
  /** For people. */
  text: string;
  by: string | null;
  level?: "info" | "error";
  pages?: Page[];
  spans?: [number, unknown][];
  marks?: Record<string, (string | null)[]>;
}

/** A page. */
export interface Page extends Note {
  number: number;
}
`);
});

test.each([
  ["a keyword", { type: "object", properties: { text: { type: "string", not: {} } } }, "Note.text.*not"],
  ["a keyword of a whole type", { type: "object", patternProperties: {} }, "Note.*patternProperties"],
  ["a type", { type: "object", properties: { text: { type: ["string", "null"] } } }, "Note.text.*type"],
])("%s that it does not know is an error", (_, schema, message) => {
  const { status, stderr } = made({ Note: schema });
  expect(status).not.toBe(0);
  expect(stderr).toMatch(new RegExp(message));
});
