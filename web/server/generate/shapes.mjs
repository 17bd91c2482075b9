/**
 * TypeScript of JSON Schemas, for what is made from the server's OpenAPI document.
 *
 * It knows the keywords that the server's schemas use, and fails on any other, so that no rule is lost in silence.
 */

/** These say more about a value than a TypeScript type can. */
const WITHOUT_TYPE = new Set(
  ["title", "description", "default", "examples", "format", "pattern"].concat(
    ["minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "minItems", "maxItems"],
    // The value of another field decides between these types; the field itself names them all.
    ["if", "then"],
  ),
);
const PLAIN = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };

/** The keywords of a schema that decide its type; fails on one that is not among those known. */
function keywords(schema, known, where) {
  const found = Object.keys(schema).filter((key) => !WITHOUT_TYPE.has(key));
  const unknown = found.find((key) => !known.includes(key));
  if (unknown) throw new Error(`${where}: shapes.mjs does not know what "${unknown}" means here`);
  return found;
}

export function typeOf(schema, where) {
  if ("$ref" in schema) return keywords(schema, ["$ref", "type"], where) && nameOf(schema);
  if ("contentMediaType" in schema) return "Uint8Array";
  if ("enum" in schema) {
    keywords(schema, ["enum", "type"], where);
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  if ("anyOf" in schema) {
    keywords(schema, ["anyOf"], where);
    return [...new Set(schema.anyOf.map((each) => typeOf(each, where)))].join(" | ");
  }
  if (schema.type === "array") return listOf(schema, where);
  if (schema.type === "object") return recordOf(schema, where);
  if (keywords(schema, ["type"], where).length === 0) return "unknown";
  if (!(schema.type in PLAIN))
    throw new Error(`${where}: shapes.mjs does not know the type "${schema.type}"`);
  return PLAIN[schema.type];
}

const nameOf = ({ $ref }) => $ref.replace("#/components/schemas/", "");

function listOf(schema, where) {
  keywords(schema, ["type", "items", "prefixItems"], where);
  if (schema.prefixItems) return `[${schema.prefixItems.map((each) => typeOf(each, where)).join(", ")}]`;
  const item = typeOf(schema.items ?? {}, where);
  return item.includes("|") ? `(${item})[]` : `${item}[]`;
}

function recordOf(schema, where) {
  keywords(schema, ["type", "additionalProperties"], where);
  const { additionalProperties: value = {} } = schema;
  return `Record<string, ${typeOf(value === true ? {} : value, where)}>`;
}

/** The lines of an object's fields; a field without `required` may be absent. */
function fieldsOf(schema, where) {
  keywords(schema, ["type", "properties", "required", "additionalProperties", "allOf"], where);
  const lines = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    ...comment(field.description, "  "),
    `  ${name}${schema.required?.includes(name) ? "" : "?"}: ${typeOf(field, `${where}.${name}`)};`,
  ]);
  return schema.additionalProperties ? [...lines, "  [field: string]: unknown;"] : lines;
}

/** Returns the lines of an interface; a schema's `allOf` adds types that it extends, and fields of its own. */
export function interfaceOf(name, schema) {
  const parts = (schema.allOf ?? []).filter(
    (part) => keywords(part, ["$ref", "type", "properties", "required"], name).length,
  );
  const bases = parts.filter((part) => "$ref" in part).map(nameOf);
  const own = [schema, ...parts.filter((part) => !("$ref" in part))].flatMap((part) => fieldsOf(part, name));
  const extended = bases.length ? ` extends ${bases.join(", ")}` : "";
  return [...comment(schema.description), `export interface ${name}${extended} {`, ...own, "}"];
}

export function comment(text, indent = "") {
  if (!text) return [];
  const lines = text
    .replaceAll("``", "`")
    .replaceAll("*/", "* /")
    .split("\n")
    .map((line) => line.trim());
  if (lines.length === 1) return [`${indent}/** ${lines[0]} */`];
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
}
