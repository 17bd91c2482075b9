/** TypeScript of the operations of an OpenAPI document of groat: a class with a method for each, of its name. */
import { comment, interfaceOf, typeOf } from "./shapes.mjs";

const KEY = "Idempotency-Key";
/** Bulks and files take their time. */
const SLOW = ["postTransactions", "previewSheet", "getStatement"];
/** Options of a call that are no query parameters. */
const OPTIONS = ["key", "signal", "timeoutMs"];

/** Matches the words that no parameter may be called. */
const RESERVED = new RegExp(
  "^(arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for" +
    "|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch" +
    "|this|throw|true|try|typeof|var|void|while|with|yield)$",
);

const quoted = JSON.stringify;
const parameterOf = (name) => (RESERVED.test(name) ? `${name}_` : name);
const nameIn = ($ref) => $ref.replace("#/components/schemas/", "");

/** The names of the schemas that something refers to, in order. */
export function namesIn(something) {
  const found = quoted(something).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  return [...new Set([...found].map(([, name]) => name))].sort();
}

/**
 * A class of this name over a base, with a method for each operation (an operation of the document, with its `method` and
 * `path`), and before it the types of bodies that have no name of their own. `schemas` are the document's.
 */
export function classOf(name, base, description, operations, schemas) {
  const made = Object.entries(operations).map(([id, operation]) => methodOf(id, operation, schemas));
  const inputs = made.flatMap(({ input }) => (input ? [input] : []));
  const methods = made.map(({ method }) => method).join("\n\n");
  const head = comment(description).join("\n");
  return [...inputs, `${head}\nexport class ${name} extends ${base} {\n${methods}\n}`].join("\n\n");
}

function methodOf(id, operation, schemas) {
  const { method, path, summary, description, parameters = [], requestBody, responses } = operation;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameterOf(name));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => `\${${parameterOf(name)}}`);
  const query = parameters.filter((each) => each.in === "query");
  const keyed = parameters.some((each) => each.name === KEY);
  const { call, result, reads } = answerOf(id, responses, query, schemas);
  const [[form, content] = []] = Object.entries(requestBody?.content ?? {});
  const body = content && bodyOf(id, content.schema, method, schemas);
  const sends = [
    `method: ${quoted(method.toUpperCase())}`,
    `path: ${inPath.length > 0 ? `at\`${filled}\`` : quoted(path)}`,
    ...(body ? ["body"] : []),
    ...(form === "multipart/form-data" ? ["form: true"] : []),
    ...(keyed ? ["keyed: true"] : []),
    ...(SLOW.includes(id) ? ["slow: true"] : []),
    ...(reads === "json" ? [] : [`reads: ${quoted(reads)}`]),
  ];
  const takes = [
    ...inPath.map((parameter) => `${parameter}: string`),
    ...(body ? [body.parameter] : []),
    optionsOf(id, query, keyed),
  ];
  const lines = [
    ...comment(`${summary}. ${description}\n\n\`${method.toUpperCase()} ${path}\``, "  "),
    `  ${id}(${takes.join(", ")}): ${result} {`,
    `    return this.${call}({ ${sends.join(", ")} }, options);`,
    "  }",
  ];
  return { method: lines.join("\n"), input: body?.input };
}

/** Returns how the answer is read, and its type. */
function answerOf(id, responses, query, schemas) {
  const content = Object.entries(responses).find(([status]) => status.startsWith("2"))?.[1].content ?? {};
  const [[form, answer] = [], ...others] = Object.entries(content);
  if (!form) return { call: "call<void>", result: "Promise<void>", reads: "json" };
  if (form === "application/json") {
    const type = typeOf(answer.schema, id);
    const { properties = {} } = answer.schema.$ref ? schemas[nameIn(answer.schema.$ref)] : answer.schema;
    if ("cursor" in properties && query.some((each) => each.name === "cursor"))
      return { call: `list<${type}>`, result: `Listed<${type}>`, reads: "json" };
    return { call: `call<${type}>`, result: `Promise<${type}>`, reads: "json" };
  }
  if (others.length > 0) return { call: "call<Uint8Array>", result: "Promise<Uint8Array>", reads: "bytes" };
  return { call: "call<string>", result: "Promise<string>", reads: "text" };
}

/**
 * The parameter for a body, and the type of one that has no name. Where it may be empty it need not be given, except to an
 * operation that changes what it names.
 */
function bodyOf(id, schema, method, schemas) {
  const { properties, required = [] } = schema.$ref ? schemas[nameIn(schema.$ref)] : schema;
  const optional = required.length === 0 && method !== "patch" ? " = {}" : "";
  if (schema.$ref || !properties) return { parameter: `body: ${typeOf(schema, id)}${optional}` };
  if (Object.keys(properties).length === 0) return { parameter: `body: Record<string, never>${optional}` };
  const name = `${id[0].toUpperCase()}${id.slice(1)}Input`;
  return { parameter: `body: ${name}${optional}`, input: interfaceOf(name, schema).join("\n") };
}

function optionsOf(id, query, keyed) {
  const clash = query.find((each) => OPTIONS.includes(each.name));
  if (clash) throw new Error(`${id}: an option of every call is named "${clash.name}", too`);
  const fields = query.map((each) => {
    const type = typeOf(each.schema, `${id}.${each.name}`);
    return each.required ? `${each.name}: ${type}` : `${each.name}?: ${type} | undefined`;
  });
  const base = keyed ? "WriteOptions" : "CallOptions";
  const type = fields.length > 0 ? `{ ${fields.join("; ")} } & ${base}` : base;
  return `options: ${type}${query.some((each) => each.required) ? "" : " = {}"}`;
}
