#!/usr/bin/env node
/** Print a class with the operations that a server has beside those of this package: of programs of its own. */
import { readFileSync } from "node:fs";
import { argv, exit, stderr, stdout } from "node:process";
import { Bank, Credits, Groat, Placements } from "../dist/index.mjs";
import { classOf, namesIn } from "./methods.mjs";
import { comment, interfaceOf } from "./shapes.mjs";

const [source, name = "OwnGroat"] = argv.slice(2);
if (!source || source.startsWith("-") || !/^[A-Z]\w*$/.test(name)) {
  stderr.write(
    "usage: groat-operations <address of the server, or file of its OpenAPI document> [name of the class]\n",
  );
  exit(2);
}

async function documentOf(place) {
  if (!/^https?:\/\//.test(place)) return JSON.parse(readFileSync(place, "utf8"));
  const response = await fetch(`${place.replace(/\/+$/, "")}/v1/openapi.json`);
  if (!response.ok) throw new Error(`${place} answered ${response.status}`);
  return response.json();
}

const { paths, components } = await documentOf(source);
const served = new Set(
  Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId)),
);
// Without a program of groat's, another one may have a kind whose name is that of one of its kinds. A class has one base:
// what the other program of groat's serves is printed.
const base =
  [Bank, Credits, Placements].find((program) =>
    Object.getOwnPropertyNames(program.prototype).every((id) => id === "constructor" || served.has(id)),
  ) ?? Groat;
const operations = {};
for (const [path, methods] of Object.entries(paths))
  for (const [method, operation] of Object.entries(methods)) {
    const id = operation.operationId;
    if (Object.hasOwn(Groat.prototype, id) || Object.hasOwn(base.prototype, id)) continue;
    if (id in Groat.prototype) throw new Error(`${id}: every class has a method of this name`);
    operations[id] = { ...operation, method, path };
  }

const declared = readFileSync(new URL("../dist/wire.d.ts", import.meta.url), "utf8");
const known = new Set([...declared.matchAll(/^export interface (\w+)/gm)].map(([, schema]) => schema));
/** Schemas of the server's own that something refers to, and those that these refer to. */
const own = new Map();
function take(something) {
  for (const schema of namesIn(something)) {
    if (known.has(schema) || own.has(schema)) continue;
    own.set(schema, components.schemas[schema]);
    take(components.schemas[schema]);
  }
}
const spoken = Object.values(operations).map(({ requestBody, responses }) => [
  requestBody?.content,
  ...Object.entries(responses).flatMap(([status, { content }]) => (status.startsWith("2") ? [content] : [])),
]);
take(spoken);

const code = classOf(
  name,
  base.name,
  `${{ Bank: "The bank", Credits: "The credits", Placements: "The placements" }[base.name] ?? "Groat"} with the operations of our own programs.`,
  operations,
  components.schemas,
);
const interfaces = [...own].map(([schema, of]) => interfaceOf(schema, of).join("\n"));
const used = [
  ...["at", base.name].filter((each) => each === base.name || code.includes("at`")),
  ...["CallOptions", "Listed", "WriteOptions", ...[...known].sort()]
    .filter((each) => new RegExp(`\\b${each}\\b`).test([code, ...interfaces].join("\n")))
    .map((each) => `type ${each}`),
];
const head = comment(`The operations of our own programs, made by groat-operations: do not edit.`).join("\n");
stdout.write(
  `${[head, `import { ${used.join(", ")} } from "@groat/server";`, ...interfaces, code].join("\n\n")}\n`,
);
