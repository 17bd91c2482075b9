/** Print src/wire.ts: a TypeScript type for each schema of schemas.json (or of the file that is named), of the same name. */
import { readFileSync } from "node:fs";
import { comment, interfaceOf } from "../server/generate/shapes.mjs";

const [file = new URL("schemas.json", import.meta.url)] = process.argv.slice(2);
const schemas = JSON.parse(readFileSync(file, "utf8"));

const parts = Object.entries(schemas).map(([name, schema]) => interfaceOf(name, schema).join("\n"));
const head = comment(
  "The shapes that the server sends and takes, made by `make types` from its OpenAPI document: do not edit.\n\n" +
    "Amounts are decimal strings, times are RFC 3339 in UTC, ids are UUIDs.",
).join("\n");
process.stdout.write(`${[head, ...parts].join("\n\n")}\n`);
