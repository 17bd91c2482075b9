/** Print src/operations.ts, or src/bank.ts when it is asked for "Bank": a class with a method for each operation. */
import { readFileSync } from "node:fs";
import { classOf, namesIn } from "./generate/methods.mjs";
import { comment } from "./generate/shapes.mjs";

const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
const [name = "Groat"] = process.argv.slice(2);
const operations = read("operations.json")[name];
const schemas = read("../client/schemas.json");

const MADE = "made by `make types` from its OpenAPI document: do not edit.";
const types = `import type { ${namesIn(operations).join(", ")} } from "./wire.js";`;
const parts = {
  Groat: () => [
    `import { at, type CallOptions, Door, type Listed, type WriteOptions } from "./door.js";\n${types}`,
    classOf(
      "Groat",
      "Door",
      "A server of groat. Each operation takes what its path names, then its body, then its query parameters and options in one.",
      operations,
      schemas,
    ),
  ],
  Bank: () => [
    `import { at, type WriteOptions } from "./door.js";\nimport { Groat } from "./operations.js";\n${types}`,
    classOf("Bank", "Groat", "A server of groat with the program bank.", operations, schemas),
  ],
};
const head = comment(
  `The operations of ${name === "Groat" ? "every server" : "the program bank"}, ${MADE}`,
).join("\n");
process.stdout.write(`${[head, ...parts[name]()].join("\n\n")}\n`);
