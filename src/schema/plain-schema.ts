/**
 * Tells in microseconds that a JSON Schema will compile, so that registering thousands of tools
 * need not compile thousands of schemas. It knows the everyday keywords only: what it does not
 * recognise is not wrong, it is for ajv to judge.
 */
import type { JsonSchema } from "../core/json-schema.ts";
import { fromJsonPointer } from "./json-pointer.ts";
import { isPattern } from "./pattern.ts";
import { isPlainObject } from "./plain-object.ts";

type Test = (value: unknown, root: JsonSchema) => boolean;

const TYPES = new Set(["string", "number", "integer", "boolean", "null", "array", "object"]);

const anything: Test = () => true;
const isString: Test = (value) => typeof value === "string";
const isNumber: Test = (value) => Number.isFinite(value);
const isCount: Test = (value) => Number.isInteger(value) && (value as number) >= 0;
const isBoolean: Test = (value) => typeof value === "boolean";
const isArray: Test = (value) => Array.isArray(value);
const isType: Test = (value) =>
  Array.isArray(value)
    ? value.length > 0 &&
      new Set(value).size === value.length &&
      value.every((type) => TYPES.has(type as string))
    : TYPES.has(value as string);
const isSchema: Test = (value, root) => isBoolean(value, root) || isSound(value, root);
const isSchemaList: Test = (value, root) =>
  Array.isArray(value) && value.length > 0 && value.every((schema) => isSchema(schema, root));
const isSchemaMap: Test = (value, root) =>
  isPlainObject(value) &&
  !Object.hasOwn(value, "__proto__") &&
  Object.values(value).every((schema) => isSchema(schema, root));

const KEYWORDS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ...["title", "description", "$comment", "format"].map((key) => [key, isString] as const),
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].map(
    (key) => [key, isNumber] as const,
  ),
  ...["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"].map(
    (key) => [key, isCount] as const,
  ),
  ...["uniqueItems", "deprecated", "readOnly", "writeOnly"].map((key) => [key, isBoolean] as const),
  ...[
    "additionalProperties",
    "items",
    "not",
    "contains",
    "propertyNames",
    "if",
    "then",
    "else",
  ].map((key) => [key, isSchema] as const),
  ...["anyOf", "oneOf", "allOf", "prefixItems"].map((key) => [key, isSchemaList] as const),
  ...["properties", "$defs", "definitions"].map((key) => [key, isSchemaMap] as const),
  ["default", anything],
  ["const", anything],
  ["examples", isArray],
  ["type", isType],
  ["multipleOf", (value) => Number.isFinite(value) && (value as number) > 0],
  ["pattern", (value) => typeof value === "string" && isPattern(value)],
  ["required", (value) => Array.isArray(value) && value.every((key) => typeof key === "string")],
  ["enum", (value) => Array.isArray(value) && value.length > 0],
  ["$ref", (value, root) => typeof value === "string" && isPlainObject(lookUp(root, value))],
]);

/** Whether a schema uses everyday keywords only, each as it is meant. False says nothing. */
export function isPlainSchema(schema: JsonSchema): boolean {
  const { $schema: dialect = "", ...keywords } = schema;
  if (typeof dialect !== "string") return false;
  try {
    return isSound(keywords, keywords);
  } catch {
    // An object that contains itself.
    return false;
  }
}

/** The part of `root` that a `$ref` like `#/$defs/node` names; undefined when there is none. */
export function lookUp(root: unknown, ref: string): unknown {
  if (ref !== "#" && !ref.startsWith("#/")) return undefined;
  let part = root;
  for (const segment of fromJsonPointer(ref.slice(1))) {
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, segment))
      return undefined;
    part = (part as Record<string, unknown>)[segment];
  }
  return part;
}

function isSound(schema: unknown, root: JsonSchema): boolean {
  if (!isPlainObject(schema)) return false;
  return Object.keys(schema).every((keyword) => {
    const test = KEYWORDS.get(keyword);
    return test !== undefined && test(schema[keyword], root);
  });
}
