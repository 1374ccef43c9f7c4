/** Keywords of JSON Schema as documents have them, made those of draft 2020-12. */
import { isPattern } from "../../schema/pattern.ts";
import { isPlainObject } from "../../schema/plain-object.ts";
import { ownValue } from "./located-node.ts";

type Schema = Record<string, unknown>;

/** Longest JSON text of the examples of one schema that the model is shown. */
const MAX_EXAMPLES_LENGTH = 500;
/** What a model is told of bytes. */
const BASE64_NOTE = "Bytes, written as base64.";

const TYPES = new Set(["string", "number", "integer", "boolean", "null", "array", "object"]);

const isText = (value: unknown): boolean => typeof value === "string";
const isNumber = (value: unknown): boolean => Number.isFinite(value);
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isTrue = (value: unknown): boolean => value === true;
const isJson = (value: unknown): boolean => value !== undefined;

/** The keywords that hold no schemas, and when their values make sense. */
const SOUND: ReadonlyMap<string, (value: unknown) => boolean> = new Map<
  string,
  (value: unknown) => boolean
>([
  ...["title", "description", "format", "contentEncoding", "contentMediaType"].map(
    (keyword) => [keyword, isText] as const,
  ),
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].map(
    (keyword) => [keyword, isNumber] as const,
  ),
  ...["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"].map(
    (keyword) => [keyword, isCount] as const,
  ),
  ...["minContains", "maxContains"].map((keyword) => [keyword, isCount] as const),
  ...["uniqueItems", "deprecated", "writeOnly"].map((keyword) => [keyword, isTrue] as const),
  ["multipleOf", (value) => isNumber(value) && (value as number) > 0],
  ["pattern", (value) => typeof value === "string" && isPattern(value)],
  ["enum", (value) => Array.isArray(value) && value.length > 0],
  ["const", isJson],
  ["default", isJson],
  ["required", Array.isArray],
  ["dependentRequired", isNamesByName],
]);

/** The keywords of a schema that hold no schemas: known ones, with values that make sense, in today's words. */
export function soundKeywords(given: unknown): Schema {
  if (!isPlainObject(given)) return {};
  const type = soundType(ownValue(given, "type"));
  const schema: Schema = type === undefined ? {} : { type };
  for (const [keyword, isSound] of SOUND) {
    const value = ownValue(given, keyword);
    if (isSound(value)) schema[keyword] = value;
  }
  if (ownValue(given, "type") === "file") schema["format"] = "binary";
  if ("required" in schema) schema["required"] = uniqueTexts(schema["required"] as unknown[]);
  exclusiveBounds(given, schema);
  examples(given, schema);
  return schema;
}

/** `format: binary` and `byte` as 2020-12 has them. What has a media type and no encoding is bytes as well. */
export function binaryFormat(schema: Schema): Schema {
  const { format, ...rest } = schema;
  if (format === "byte" || format === "base64") return { ...rest, contentEncoding: "base64" };
  if (format !== "binary" && !isRawMedia(schema)) return schema;
  const { description, contentMediaType: _, ...keywords } = rest;
  return {
    type: "string",
    ...withoutLengths(keywords),
    contentEncoding: "base64",
    description: isText(description) ? `${description as string} ${BASE64_NOTE}` : BASE64_NOTE,
  };
}

/** Whether a schema stands for bytes as they are: `binary`, `file`, or a media type of its own that is no text. */
export function isBinary(given: unknown): boolean {
  return (
    ownValue(given, "format") === "binary" ||
    ownValue(given, "type") === "file" ||
    (isPlainObject(given) && isRawMedia(given))
  );
}

/** Whether a media type is one of bytes rather than of text or JSON. */
export function isByteMedia(mediaType: string): boolean {
  return !/^text\/|[/+](?:json|xml|yaml|x-www-form-urlencoded)\b/i.test(mediaType);
}

/** Whether a value can be a schema. */
export function isSchema(value: unknown): boolean {
  return typeof value === "boolean" || isPlainObject(value);
}

/** Whether examples are short enough to be shown to the model. */
export function fitsExamples(shown: readonly unknown[]): boolean {
  return shown.length > 0 && JSON.stringify(shown).length <= MAX_EXAMPLES_LENGTH;
}

/** The schema, or null. */
export function orNull(schema: unknown): Schema | boolean {
  if (!isPlainObject(schema)) return true;
  const { type } = schema;
  const closed = ["$ref", "allOf", "anyOf", "oneOf", "not", "if", "const"];
  if (!closed.some((keyword) => Object.hasOwn(schema, keyword))) {
    const types = [type ?? []].flat();
    const values = schema["enum"];
    return {
      ...schema,
      ...(types.length > 0 && { type: [...new Set([...types, "null"])] }),
      ...(Array.isArray(values) && { enum: values.includes(null) ? values : [...values, null] }),
    };
  }
  const { title, description, default: fallback, deprecated, examples: shown, ...rest } = schema;
  const notes = { title, description, default: fallback, deprecated, examples: shown };
  const known = Object.entries(notes).filter(([, note]) => note !== undefined);
  return { ...Object.fromEntries(known), anyOf: [rest, { type: "null" }] };
}

function isRawMedia(schema: Schema): boolean {
  const { contentMediaType, contentEncoding, type } = schema;
  return (
    typeof contentMediaType === "string" &&
    contentEncoding === undefined &&
    (type === undefined || type === "string") &&
    isByteMedia(contentMediaType)
  );
}

/** Lengths count bytes there, and characters here. */
function withoutLengths(schema: Schema): Schema {
  const { minLength: _min, maxLength: _max, pattern: _pattern, ...rest } = schema;
  return rest;
}

function soundType(type: unknown): string | string[] | undefined {
  if (type === "file") return "string";
  const types = uniqueTexts([type].flat()).filter((name) => TYPES.has(name));
  if (types.length === 0) return undefined;
  return types.length === 1 ? types[0] : types;
}

/** In older drafts they say of `minimum` and `maximum` whether these are exclusive. */
function exclusiveBounds(given: Schema, schema: Schema): void {
  for (const [keyword, bound] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    if (ownValue(given, keyword) !== true || schema[bound] === undefined) continue;
    schema[keyword] = schema[bound];
    delete schema[bound];
  }
}

function examples(given: Schema, schema: Schema): void {
  const one = ownValue(given, "example");
  const many = ownValue(given, "examples");
  const shown = Array.isArray(many) ? many : one === undefined ? [] : [one];
  if (fitsExamples(shown)) schema["examples"] = shown;
}

function uniqueTexts(values: readonly unknown[]): string[] {
  return [...new Set(values.filter((value) => typeof value === "string"))];
}

function isNamesByName(value: unknown): boolean {
  return isPlainObject(value) && Object.values(value).every((names) => isNames(names));
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && uniqueTexts(value).length === value.length;
}
