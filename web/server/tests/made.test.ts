import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Bank, Credits, Groat, Placements } from "../src/index.js";

const server = join(import.meta.dirname, "..");
const node = (...script: string[]) =>
  execFileSync(process.execPath, script, { cwd: server, encoding: "utf8", maxBuffer: 2 ** 24 });
const {
  Groat: every,
  Bank: bank,
  Credits: credits,
  Placements: placements,
} = JSON.parse(readFileSync(join(server, "operations.json"), "utf8"));

test.each([
  ["operations.mjs", "operations.ts"],
  ["operations.mjs Bank", "bank.ts"],
  ["operations.mjs Credits", "credits.ts"],
  ["operations.mjs Placements", "placements.ts"],
  ["codes.mjs", "codes.ts"],
  ["../client/wire.mjs", "wire.ts"],
])("what %s prints is src/%s: `make types` makes it anew", (script, file) => {
  expect(node(...script.split(" "))).toBe(readFileSync(join(server, "src", file), "utf8"));
});

test("each operation of the document is a method", () => {
  expect(Object.keys(every).length).toBeGreaterThan(50);
  expect(Object.keys(bank).length).toBeGreaterThan(40);
  for (const name of Object.keys(every)) expect(Groat.prototype).toHaveProperty(name, expect.any(Function));
  for (const name of Object.keys(bank)) expect(Bank.prototype).toHaveProperty(name, expect.any(Function));
  expect(credits).toHaveProperty("redeemVoucher");
  for (const name of Object.keys(credits))
    expect(Credits.prototype).toHaveProperty(name, expect.any(Function));
  expect(placements).toHaveProperty("createPlacement");
  for (const name of Object.keys(placements))
    expect(Placements.prototype).toHaveProperty(name, expect.any(Function));
});
