/** Forms made from JSON schemas: which fields, what is typed into them, and what that means. No screens here. */

import type { Asset, JsonSchema } from "@groat/client";
import { isDecimal, readNumber } from "@groat/client";
import { t } from "@lingui/core/macro";
import { readAmount, typedForm } from "../lib/amounts";
import { inSentence } from "../lib/texts";
import { sayerOf } from "../registry/told";

/** The way in which a field is filled in. */
export type Input =
  /** An amount whose asset stands in the field `asset` beside it; `assets` are those allowed, none named: any. */
  | { type: "money"; asset: string; assets: string[] }
  /** The code of an asset, without an amount beside it. */
  | { type: "asset" }
  | {
      type: "text";
      long: boolean;
      format: string;
      pattern: string;
      lengthMin: number;
      lengthMax: number | null;
      /** A number sent as text, such as a rate: it is written as the reader writes numbers. */
      decimal: boolean;
    }
  | { type: "number"; whole: boolean; min: number | null; max: number | null }
  | { type: "flag" }
  | { type: "choice"; options: { value: unknown; label: string }[] }
  /** Another request, of this kind, by its id. */
  | { type: "request"; kind: string }
  /** Texts, one a line. */
  | { type: "lines" }
  | { type: "group"; fields: Field[] }
  /** One of several shapes, told apart by the field `tag`. */
  | { type: "variant"; tag: string; variants: { value: string; label: string; fields: Field[] }[] }
  /** A value for which the page has no field is written as JSON; of a list of records these are the names of their fields. */
  | { type: "json"; columns?: Readonly<Record<string, string>> };

export interface Field {
  name: string;
  /** The path of its value in the whole: "to.iban". */
  path: string;
  label: string;
  hint: string;
  required: boolean;
  /** The default; undefined: none. */
  fallback: unknown;
  input: Input;
}

/** The typed values of a form, by path; the asset of an amount is at the path of its own field. */
export type Draft = Record<string, string | boolean>;

/** The result of a form: the value to send, or the errors by path. */
export type Reading =
  | { ok: true; data: Record<string, unknown> }
  | { ok: false; problems: Record<string, string> };

/** Texts that may be longer than this get a field of several lines. */
const LONG_TEXT = 300;
/** A day as text, "" for none. */
const DAY = /\\d\{4\}-\\d\{2\}-\\d\{2\}/;

/** "spending_limit" -> "Spending limit". */
export function sentence(name: string): string {
  const text = name.replaceAll(/[_-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * The fields of an object's schema, in the order in which they were declared. The one named after the kind that requests belong
 * to (`parent`) names one of these.
 */
export function fieldsOf(schema: JsonSchema, parent: string | null = null): Field[] {
  const definitions = (schema.$defs ?? {}) as Record<string, JsonSchema>;
  const fields = fieldsIn(schema, { definitions, say: sayerOf(schema) }, "");
  return fields.map((field) =>
    field.name === parent ? { ...field, hint: "", input: { type: "request", kind: parent } } : field,
  );
}

/** The whole schema, and how its texts are said. */
interface Whole {
  definitions: Record<string, JsonSchema>;
  say: (english: string) => string;
}

function fieldsIn(schema: JsonSchema, whole: Whole, prefix: string): Field[] {
  const { definitions, say } = whole;
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const required = new Set((schema.required ?? []) as string[]);
  const hasMoney = isText(properties.amount) && properties.asset !== undefined;
  return Object.entries(properties).flatMap(([name, declared]) => {
    if (hasMoney && name === "asset") return [];
    const path = prefix + name;
    const property = resolve(declared, definitions);
    const input: Input =
      hasMoney && name === "amount"
        ? { type: "money", asset: `${prefix}asset`, assets: textsOf(resolve(properties.asset, definitions)) }
        : name === "asset" && isText(property)
          ? { type: "asset" }
          : inputOf(property, whole, path, name);
    return [
      {
        name,
        path,
        label: say(text(property.title) || sentence(name)),
        hint: say(text(property.description)),
        required: required.has(name),
        fallback: property.default ?? declared.default,
        input,
      },
    ];
  });
}

/** A schema without the reference (whose title and description are for programmers), and without the "or null" around it. */
function resolve(schema: JsonSchema | undefined, definitions: Record<string, JsonSchema>): JsonSchema {
  if (!schema) return {};
  const name = text(schema.$ref).split("/").pop();
  if (name) {
    const {
      title: _title,
      description: _description,
      ...definition
    } = resolve(definitions[name], definitions);
    return { ...definition, ...without(schema, "$ref") };
  }
  const branches = schema.anyOf as JsonSchema[] | undefined;
  if (!branches || schema.discriminator) return schema;
  const rest = branches.filter((branch) => branch.type !== "null");
  if (rest.length !== 1 || rest.length === branches.length) return schema;
  return { ...resolve(rest[0], definitions), ...without(schema, "anyOf"), nullable: true };
}

function inputOf(schema: JsonSchema, whole: Whole, path: string, name: string): Input {
  if (Array.isArray(schema.enum)) {
    const values: unknown[] = schema.nullable ? [null, ...schema.enum] : schema.enum;
    const labelOf = (value: unknown) => (isEmpty(value) ? t`None` : whole.say(sentence(String(value))));
    return { type: "choice", options: values.map((value) => ({ value, label: labelOf(value) })) };
  }
  switch (schema.type) {
    case "string": {
      const lengthMax = number(schema.maxLength);
      const pattern = text(schema.pattern);
      return {
        type: "text",
        long: lengthMax !== null && lengthMax > LONG_TEXT,
        format: text(schema.format) || (DAY.test(pattern) ? "date" : ""),
        pattern,
        lengthMin: number(schema.minLength) ?? 0,
        lengthMax,
        decimal: name === "amount" || schema.format === "decimal" || takesDecimals(pattern),
      };
    }
    case "integer":
    case "number":
      return {
        type: "number",
        whole: schema.type === "integer",
        min: number(schema.minimum) ?? number(schema.exclusiveMinimum),
        max: number(schema.maximum) ?? number(schema.exclusiveMaximum),
      };
    case "boolean":
      return { type: "flag" };
    case "array":
      return listOf(resolve(schema.items as JsonSchema, whole.definitions), whole, path);
    case "object":
      return schema.properties
        ? { type: "group", fields: fieldsIn(schema, whole, `${path}.`) }
        : { type: "json" };
    default:
      return variantsOf(schema, whole, path) ?? { type: "json" };
  }
}

function listOf(items: JsonSchema, whole: Whole, path: string): Input {
  if (isText(items)) return { type: "lines" };
  const fields = fieldsIn(items, whole, `${path}.`);
  return { type: "json", columns: Object.fromEntries(fields.map(({ name, label }) => [name, label])) };
}

/** Whether a pattern is one for numbers with decimals, and for nothing else. */
function takesDecimals(pattern: string): boolean {
  const fits = (text: string) => new RegExp(pattern, "u").test(text);
  return pattern !== "" && fits("7.5") && fits("12") && !fits("a") && !fits("7x5");
}

function variantsOf(schema: JsonSchema, whole: Whole, path: string): Input | null {
  const { propertyName: tag, mapping } = (schema.discriminator ?? {}) as {
    propertyName?: string;
    mapping?: Record<string, string>;
  };
  if (!tag || !mapping) return null;
  const variants = Object.entries(mapping).map(([value, $ref]) => {
    const inner = resolve({ $ref }, whole.definitions);
    const fields = fieldsIn(inner, whole, `${path}.`).filter((field) => field.name !== tag);
    return { value, label: whole.say(sentence(value)), fields };
  });
  return { type: "variant", tag, variants };
}

/** Returns the first values of a form: the given ones, else the defaults. */
export function draftOf(fields: readonly Field[], given: Record<string, unknown> = {}): Draft {
  const draft: Draft = {};
  for (const { name, path, input, fallback } of fields) {
    const value = given[name] ?? fallback;
    switch (input.type) {
      case "money":
        draft[path] = typedNumber(printed(value));
        draft[input.asset] = printed(given.asset) || (input.assets[0] ?? "");
        break;
      case "flag":
        draft[path] = value === true;
        break;
      case "choice":
        draft[path] = String(
          Math.max(
            0,
            input.options.findIndex((option) => option.value === value),
          ),
        );
        break;
      case "lines":
        draft[path] = Array.isArray(value) ? value.join("\n") : "";
        break;
      case "group":
        Object.assign(draft, draftOf(input.fields, record(value)));
        break;
      case "variant": {
        const chosen = input.variants.find((variant) => variant.value === record(value)[input.tag]);
        draft[path] = chosen?.value ?? input.variants[0]?.value ?? "";
        for (const variant of input.variants) {
          Object.assign(draft, draftOf(variant.fields, variant === chosen ? record(value) : {}));
        }
        break;
      }
      case "json":
        draft[path] = value === undefined || value === null ? "" : JSON.stringify(value);
        break;
      default:
        draft[path] = isNumeric(input) ? typedNumber(printed(value)) : printed(value);
    }
  }
  return draft;
}

/** Reads a form; fields that are left empty and need not be filled in are not sent. */
export function readDraft(fields: readonly Field[], draft: Draft, assets: readonly Asset[]): Reading {
  const problems: Record<string, string> = {};
  const data = readFields(fields, draft, assets, problems);
  return Object.keys(problems).length > 0 ? { ok: false, problems } : { ok: true, data };
}

function readFields(
  fields: readonly Field[],
  draft: Draft,
  assets: readonly Asset[],
  problems: Record<string, string>,
): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const field of fields) {
    const { name, path, input } = field;
    const typed = draft[path] ?? "";
    const problem = (sentence: string) => {
      problems[path] = sentence;
    };
    switch (input.type) {
      case "money": {
        const code = String(draft[input.asset] ?? "");
        const asset = assets.find((one) => one.code === code);
        const read = readAmount(String(typed), asset ?? { code, scale: 8 });
        if (!read.ok) problem(read.problem);
        else if (/^[0.]*$/.test(read.amount)) problem(t`Enter an amount greater than 0.`);
        else Object.assign(data, { [name]: read.amount, asset: code });
        break;
      }
      case "flag":
        data[name] = typed === true;
        break;
      case "choice":
        data[name] = input.options[Number(typed)]?.value;
        break;
      case "group":
        if (field.required || input.fields.some((inner) => draft[inner.path])) {
          data[name] = readFields(input.fields, draft, assets, problems);
        }
        break;
      case "variant": {
        const chosen = input.variants.find((variant) => variant.value === typed);
        const inner = readFields(chosen?.fields ?? [], draft, assets, problems);
        data[name] = { [input.tag]: typed, ...inner };
        break;
      }
      default: {
        const text = String(typed).trim();
        if (text !== "") data[name] = readText(input, text, field.label, problem);
        else if (field.required) problem(t`Fill this in.`);
      }
    }
  }
  return data;
}

const isNumeric = (input: Input) => input.type === "number" || (input.type === "text" && input.decimal);

/** A number as the reader would type it; anything else stays as it is. */
const typedNumber = (value: string) => (isDecimal(value) ? typedForm(value) : value);

function readText(
  input: Exclude<Input, { type: "money" | "flag" | "choice" | "group" | "variant" }>,
  text: string,
  label: string,
  problem: (sentence: string) => void,
): unknown {
  switch (input.type) {
    case "text": {
      if (input.decimal) return readDecimal(input.pattern, text, label, problem);
      if (text.length < input.lengthMin) problem(t`Write at least ${input.lengthMin} characters.`);
      else if (input.lengthMax !== null && text.length > input.lengthMax) {
        problem(t`Write at most ${input.lengthMax} characters; these are ${text.length}.`);
      } else if (input.pattern && !new RegExp(input.pattern, "u").test(text)) {
        problem(t`Check the format of this field.`);
      }
      return input.format === "date-time" ? new Date(text).toISOString() : text;
    }
    case "number": {
      const read = readNumber(text);
      const value = read.ok ? Number(read.number) : Number.NaN;
      if (!Number.isFinite(value) || (input.whole && !Number.isSafeInteger(value))) {
        problem(input.whole ? t`Enter a whole number.` : t`Enter a number.`);
      } else if (input.min !== null && value < input.min) problem(t`Enter ${input.min} or more.`);
      else if (input.max !== null && value > input.max) problem(t`Enter ${input.max} or less.`);
      return value;
    }
    case "request":
    case "asset":
      return text;
    case "lines":
      return text
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean);
    case "json":
      try {
        return JSON.parse(text);
      } catch {
        problem(t`This is not JSON.`);
        return undefined;
      }
  }
}

/** A number that is sent as text: "7,5" in German is "7.5". */
function readDecimal(
  pattern: string,
  text: string,
  label: string,
  problem: (sentence: string) => void,
): string | undefined {
  const read = readNumber(text);
  if (!read.ok && read.why === "ambiguous") {
    problem(t`Enter a number like ${read.example}: “${text}” can be read in two ways.`);
  } else if (!read.ok || (pattern && !new RegExp(pattern, "u").test(read.number))) {
    problem(t`Enter the ${inSentence(label)} as a number, e.g. ${typedForm("7.5")}.`);
  }
  return read.ok ? read.number : undefined;
}

/** One thing that a request says, for people to read. */
export interface Said {
  path: string;
  label: string;
  value: unknown;
  input: Input | null;
}

/** Lists data in the order of their schema. Fields that the schema does not know come last, empty ones are left out. */
export function saidOf(fields: readonly Field[], data: Record<string, unknown>): Said[] {
  const known = new Set(fields.map((field) => field.name));
  const said = fields.flatMap(({ name, path, label, input }): Said[] => {
    const value = data[name];
    if (isEmpty(value)) return [];
    if (input.type === "money") {
      known.add("asset");
      return [{ path, label, input, value: { amount: value, asset: data.asset } }];
    }
    if (input.type === "group") return nested(saidOf(input.fields, record(value)), label);
    if (input.type === "variant") {
      const inner = record(value);
      const variant = input.variants.find((one) => one.value === inner[input.tag]);
      const rest = saidOf(variant?.fields ?? [], without(inner, input.tag));
      return [{ path, label, input: null, value: variant?.label ?? inner[input.tag] }, ...rest];
    }
    return [{ path, label, input, value }];
  });
  const others = Object.entries(data).filter(([name, value]) => !known.has(name) && !isEmpty(value));
  return [
    ...said,
    ...others.map(([name, value]) => ({ path: name, label: sentence(name), input: null, value })),
  ];
}

const nested = (said: Said[], label: string) =>
  said.map((one) => ({ ...one, label: `${label}: ${inSentence(one.label)}` }));

const isEmpty = (value: unknown) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
const record = (value: unknown) =>
  (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
const printed = (value: unknown) => (value === null || value === undefined ? "" : String(value));
const number = (value: unknown) => (typeof value === "number" ? value : null);
const isText = (schema: JsonSchema | undefined) => schema?.type === "string";
const textsOf = (schema: JsonSchema) => (Array.isArray(schema.enum) ? schema.enum.map(String) : []);
const without = (schema: Record<string, unknown>, key: string) => {
  const { [key]: _, ...rest } = schema;
  return rest;
};
const text = (value: unknown) => (typeof value === "string" ? value : "");
