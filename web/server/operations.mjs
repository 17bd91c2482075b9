/** Print src/operations.ts: a method for each operation of operations.json, of the operation's name. */
import { readFileSync } from "node:fs";
import { comment, typeOf } from "../client/shapes.mjs";

const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
const { operations } = read("operations.json");
const schemas = read("../client/schemas.json");
const KEY = "Idempotency-Key";
/** Bulks and files take their time. */
const SLOW = ["postTransactions", "previewSheet", "getStatement"];
/** Options of a call that are no query parameters. */
const OPTIONS = ["key", "signal", "timeoutMs"];

const schemaOf = ({ $ref, ...schema }) =>
  $ref ? schemas[$ref.replace("#/components/schemas/", "")] : schema;
const quoted = JSON.stringify;

function methodOf(name, { method, path, summary, description, parameters, body, answer }) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
  const query = parameters.filter((each) => each.in === "query");
  const keyed = parameters.some((each) => each.name === KEY);
  const { call, result, reads } = answerOf(answer, query, name);
  const [form] = Object.keys(body);
  const sends = [
    `method: ${quoted(method)}`,
    `path: ${inPath.length ? `at\`${path.replaceAll("{", "$" + "{")}\`` : quoted(path)}`,
    ...(form ? ["body"] : []),
    ...(form === "multipart/form-data" ? ["form: true"] : []),
    ...(keyed ? ["keyed: true"] : []),
    ...(SLOW.includes(name) ? ["slow: true"] : []),
    ...(reads === "json" ? [] : [`reads: ${quoted(reads)}`]),
  ];
  const takes = [
    ...inPath.map((parameter) => `${parameter}: string`),
    ...(form ? [bodyOf(body[form], method, name)] : []),
    optionsOf(query, keyed, name),
  ];
  return [
    ...comment(`${summary}. ${description}\n\n\`${method} ${path}\``, "  "),
    `  ${name}(${takes.join(", ")}): ${result} {`,
    `    return this.${call}({ ${sends.join(", ")} }, options);`,
    "  }",
  ].join("\n");
}

/** How the answer is read, and its type. */
function answerOf(answer, query, name) {
  const [[form, schema] = [], ...others] = Object.entries(answer);
  if (!form) return { call: "call<void>", result: "Promise<void>", reads: "json" };
  if (form === "application/json") {
    const type = typeOf(schema, name);
    const paged =
      "cursor" in (schemaOf(schema)?.properties ?? {}) && query.some((each) => each.name === "cursor");
    if (paged) return { call: `list<${type}>`, result: `Listed<${type}>`, reads: "json" };
    return { call: `call<${type}>`, result: `Promise<${type}>`, reads: "json" };
  }
  if (others.length > 0) return { call: "call<Uint8Array>", result: "Promise<Uint8Array>", reads: "bytes" };
  return { call: "call<string>", result: "Promise<string>", reads: "text" };
}

/** The parameter for a body. Where it may be empty it need not be given, except to an operation that changes what it names. */
function bodyOf(schema, method, name) {
  const { required = [], properties } = schemaOf(schema);
  if ("$ref" in schema || !properties)
    return `body: ${typeOf(schema, name)}${method === "PATCH" || required.length > 0 ? "" : " = {}"}`;
  const fields = Object.entries(properties).map(([field, each]) => {
    const type = each.contentMediaType ? "Uint8Array" : typeOf(each, `${name}.${field}`);
    return `${field}${required.includes(field) ? "" : "?"}: ${type}`;
  });
  return `body: { ${fields.join("; ")} }`;
}

function optionsOf(query, keyed, name) {
  const base = keyed ? "WriteOptions" : "CallOptions";
  const clash = query.find((each) => OPTIONS.includes(each.name));
  if (clash) throw new Error(`${name}: an option of every call is named "${clash.name}", too`);
  const fields = query.map((each) => {
    const type = typeOf(each.schema, `${name}.${each.name}`);
    return each.required ? `${each.name}: ${type}` : `${each.name}?: ${type} | undefined`;
  });
  const type = fields.length ? `{ ${fields.join("; ")} } & ${base}` : base;
  return `options: ${type}${query.some((each) => each.required) ? "" : " = {}"}`;
}

const methods = Object.entries(operations).map(([name, operation]) => methodOf(name, operation));
const named = new Set(
  [...quoted(operations).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, schema]) => schema),
);
process.stdout.write(
  `${[
    comment(
      "The operations of the server, made by `make types` from its OpenAPI document: do not edit.",
    ).join("\n"),
    `import { at, type CallOptions, Door, type Listed, type WriteOptions } from "./door.js";\nimport type { ${[...named].sort().join(", ")} } from "./wire.js";`,
    `/** A server of groat. Each operation takes what its path names, then its body, then its query parameters and options in one. */\nexport class Groat extends Door {\n${methods.join("\n\n")}\n}`,
  ].join("\n\n")}\n`,
);
