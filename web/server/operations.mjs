/** Print src/operations.ts, or the like for a program ("Bank", "Credits", "Placements"): a class with a method for each operation. */
import { readFileSync } from "node:fs";
import { classOf, namesIn } from "./generate/methods.mjs";
import { comment } from "./generate/shapes.mjs";

const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
const [name = "Groat"] = process.argv.slice(2);
const operations = read("operations.json")[name];
const schemas = read("../client/schemas.json");

const MADE = "made by `make types` from its OpenAPI document: do not edit.";
const types = `import type { ${namesIn(operations).join(", ")} } from "./wire.js";`;
const program = name.toLowerCase();
const [of, base, description] =
  name === "Groat"
    ? [
        "every server",
        "Door",
        "A server of groat. Each operation takes what its path names, then its body, then its query parameters and options in one.",
      ]
    : [`the program ${program}`, "Groat", `A server of groat with the program ${program}.`];
const code = classOf(name, base, description, operations, schemas);
const ofDoor = ["at", "type CallOptions", "Door", "type Listed", "type WriteOptions"].filter((each) =>
  new RegExp(`\\b${each.replace("type ", "")}\\b`).test(code),
);
const imports = [
  `import { ${ofDoor.join(", ")} } from "./door.js";`,
  ...(base === "Groat" ? [`import { Groat } from "./operations.js";`] : []),
  types,
];
const head = comment(`The operations of ${of}, ${MADE}`).join("\n");
process.stdout.write(`${[head, imports.join("\n"), code].join("\n\n")}\n`);
