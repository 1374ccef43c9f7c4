/**
 * The JSON Schema of a zod 3 schema, as models are told of it. zod 3 writes none itself, and LangChain's tools are full of
 * it. It is the input side; what is left out here is open, for zod itself checks the values.
 */
import type { JsonSchema } from "../../core/json-schema.ts";
import type { StandardSchema } from "../../core/standard-schema.ts";

interface Zod3Definition {
  readonly typeName: string;
  readonly description?: string;
  readonly [field: string]: unknown;
}

interface Zod3Type {
  readonly _def: Zod3Definition;
}

type Write = (definition: Zod3Definition, depth: number) => JsonSchema;

/** Recursive schemas (`z.lazy`) are open from here on. */
const MAX_DEPTH = 12;

/** Whether it is a schema of zod 3. */
export function isZod3(schema: StandardSchema): boolean {
  // oxlint-disable-next-line no-underscore-dangle -- where zod 3 keeps its definition
  const definition = (schema as Partial<Zod3Type>)._def;
  return typeof definition?.typeName === "string" && !("_zod" in schema);
}

/** Writes a schema for which {@link isZod3} holds. */
export function zod3JsonSchema(schema: StandardSchema): JsonSchema {
  return write(schema, 0);
}

function write(type: unknown, depth: number): JsonSchema {
  const definition = definitionOf(type);
  if (depth > MAX_DEPTH) return {};
  const schema = WRITERS[definition.typeName]?.(definition, depth + 1) ?? {};
  const { description } = definition;
  return description === undefined ? schema : { ...schema, description };
}

function definitionOf(type: unknown): Zod3Definition {
  // oxlint-disable-next-line no-underscore-dangle -- where zod 3 keeps its definition
  return (type as Zod3Type)._def;
}

const inner =
  (field: string): Write =>
  (definition, depth) =>
    write(definition[field], depth);

const all = (types: unknown, depth: number): JsonSchema[] =>
  [...(types as Iterable<unknown>)].map((type) => write(type, depth));

const WRITERS: Readonly<Record<string, Write>> = {
  ZodString: (definition) => ({ type: "string", ...checksOf(definition, STRING_CHECKS) }),
  ZodNumber: (definition) => ({ type: "number", ...checksOf(definition, NUMBER_CHECKS) }),
  ZodBigInt: () => ({ type: "integer" }),
  ZodBoolean: () => ({ type: "boolean" }),
  ZodDate: () => ({ type: "string", format: "date-time" }),
  ZodNull: () => ({ type: "null" }),
  ZodLiteral: ({ value }) => ({ const: value }),
  ZodEnum: ({ values }) => ({ type: "string", enum: values }),
  ZodNativeEnum: ({ values }) => ({ enum: enumValues(values as object) }),
  ZodObject: writeObject,
  ZodRecord: ({ valueType }, depth) => ({
    type: "object",
    additionalProperties: write(valueType, depth),
  }),
  ZodArray: ({ type, minLength, maxLength }, depth) => ({
    type: "array",
    items: write(type, depth),
    ...bound("minItems", minLength),
    ...bound("maxItems", maxLength),
  }),
  ZodSet: ({ valueType }, depth) => ({ type: "array", items: write(valueType, depth) }),
  ZodTuple: ({ items, rest }, depth) => ({
    type: "array",
    prefixItems: all(items, depth),
    items: rest === null || rest === undefined ? false : write(rest, depth),
  }),
  ZodUnion: ({ options }, depth) => ({ anyOf: all(options, depth) }),
  ZodDiscriminatedUnion: ({ options }, depth) => ({ anyOf: all(options, depth) }),
  ZodIntersection: ({ left, right }, depth) => ({ allOf: all([left, right], depth) }),
  ZodNullable: ({ innerType }, depth) => ({ anyOf: [write(innerType, depth), { type: "null" }] }),
  ZodDefault: ({ innerType, defaultValue }, depth) => ({
    ...write(innerType, depth),
    default: (defaultValue as () => unknown)(),
  }),
  ZodLazy: ({ getter }, depth) => write((getter as () => unknown)(), depth),
  ZodOptional: inner("innerType"),
  ZodCatch: inner("innerType"),
  ZodReadonly: inner("innerType"),
  ZodBranded: inner("type"),
  ZodEffects: inner("schema"),
  ZodPipeline: inner("in"),
};

function writeObject({ shape, unknownKeys, catchall }: Zod3Definition, depth: number): JsonSchema {
  const fields = Object.entries((shape as () => object)());
  const required = fields.filter(([, type]) => !isOptional(type)).map(([name]) => name);
  const others = definitionOf(catchall).typeName;
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([name, type]) => [name, write(type, depth)])),
    ...(required.length > 0 && { required }),
    ...(others !== "ZodNever" && { additionalProperties: write(catchall, depth) }),
    ...(others === "ZodNever" && unknownKeys === "strict" && { additionalProperties: false }),
  };
}

function isOptional(type: unknown): boolean {
  return (type as { readonly isOptional: () => boolean }).isOptional();
}

interface Zod3Check {
  readonly kind: string;
  readonly value?: unknown;
  readonly inclusive?: boolean;
  readonly regex?: RegExp;
}

type WriteCheck = (check: Zod3Check) => JsonSchema;

const STRING_CHECKS: Readonly<Record<string, WriteCheck>> = {
  min: ({ value }) => ({ minLength: value }),
  max: ({ value }) => ({ maxLength: value }),
  length: ({ value }) => ({ minLength: value, maxLength: value }),
  email: () => ({ format: "email" }),
  url: () => ({ format: "uri" }),
  uuid: () => ({ format: "uuid" }),
  datetime: () => ({ format: "date-time" }),
  date: () => ({ format: "date" }),
  regex: ({ regex }) => ({ pattern: regex?.source }),
};

const NUMBER_CHECKS: Readonly<Record<string, WriteCheck>> = {
  int: () => ({ type: "integer" }),
  min: ({ value, inclusive }) => ({ [inclusive ? "minimum" : "exclusiveMinimum"]: value }),
  max: ({ value, inclusive }) => ({ [inclusive ? "maximum" : "exclusiveMaximum"]: value }),
  multipleOf: ({ value }) => ({ multipleOf: value }),
};

function checksOf(
  { checks }: Zod3Definition,
  writers: Readonly<Record<string, WriteCheck>>,
): JsonSchema {
  const written = (checks as readonly Zod3Check[]).map((check) => writers[check.kind]?.(check));
  return Object.assign({}, ...written) as JsonSchema;
}

function bound(keyword: string, limit: unknown): JsonSchema {
  const value = (limit as { readonly value: number } | null | undefined)?.value;
  return value === undefined ? {} : { [keyword]: value };
}

/** TypeScript's enums of numbers also have their names by number. */
function enumValues(members: object): unknown[] {
  return Object.entries(members)
    .filter(([name]) => typeof (members as Record<string, unknown>)[Number(name)] !== "string")
    .map(([, value]) => value as unknown);
}
