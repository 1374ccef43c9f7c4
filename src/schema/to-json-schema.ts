/** The JSON Schema that models and providers are told a tool's input by. */
import type { JsonSchema } from "../core/json-schema.ts";
import { isStandardSchema, type StandardSchema } from "../core/standard-schema.ts";
import type { Tool } from "../core/tool.ts";
import { isPlainObject } from "./plain-object.ts";
import { lookUp } from "./plain-schema.ts";

/** Keywords that speak of objects only: a schema with one of them and no `type` means objects. */
const OBJECT_KEYWORDS = [
  "properties",
  "required",
  "additionalProperties",
  "patternProperties",
  "minProperties",
  "maxProperties",
];

/** Most `$ref`s and unions followed to find out what the root is; then it is no sound schema. */
const MAX_REFS = 20;

/**
 * The JSON Schema of a tool's input: the tool's `inputJsonSchema`, or its `input` where that is JSON
 * Schema or a library's schema that can write itself as such (zod, arktype). It is the side the
 * model fills in: a property with a default is not required. Parts that JSON Schema cannot say
 * (`z.date()`, `z.instanceof(…)`) are left open.
 *
 * The root has `type: "object"` and `properties`, as every provider wants it, and no `$schema`,
 * which Gemini refuses. The result is a copy and safe to send as JSON. Computed anew by each call.
 *
 * @throws TypeError that names the tool, when its library writes no JSON Schema, when the schema
 *   cannot be sent as JSON, or when the input is no object.
 */
export function inputJsonSchema(
  tool: Pick<Tool, "name" | "input" | "inputJsonSchema">,
): JsonSchema {
  const { $schema: _dialect, ...schema } = copyAsJson(tool.name, findSchema(tool));
  return withObjectRoot(tool.name, schema);
}

/** What a library's schema writes itself as; undefined when the library does not write JSON Schema. */
export function writeJsonSchema(schema: StandardSchema): JsonSchema | undefined {
  return schema["~standard"].jsonSchema?.input({
    target: "draft-2020-12",
    // Each library reads its own: zod the first, valibot the second; arktype leaves open by itself.
    libraryOptions: { unrepresentable: writeUnrepresentable, errorMode: "ignore" },
  });
}

/** `z.coerce.date()` takes any text that is a date; a model must be told so. */
function writeUnrepresentable({ zodSchema }: { zodSchema: ZodSchema }): "any" | JsonSchema {
  // oxlint-disable-next-line no-underscore-dangle -- zod's documented place for its definition
  const { type, coerce } = zodSchema._zod.def;
  return type === "date" && coerce === true ? { type: "string", format: "date-time" } : "any";
}

interface ZodSchema {
  readonly _zod: { readonly def: { readonly type: string; readonly coerce?: boolean } };
}

function findSchema({
  name,
  input,
  inputJsonSchema: given,
}: Pick<Tool, "name" | "input" | "inputJsonSchema">): JsonSchema {
  if (given !== undefined) return given as JsonSchema;
  if (!isStandardSchema(input)) return input;
  const written = attempt(name, () => writeJsonSchema(input));
  if (written !== undefined) return written;
  const { vendor } = input["~standard"];
  const remedy =
    vendor === "valibot"
      ? "Pass `inputJsonSchema: toJsonSchema(schema)`, or wrap it as `input: toStandardJsonSchema(schema)`; both are in @valibot/to-json-schema"
      : "Pass `inputJsonSchema`";
  throw new TypeError(
    `Tool "${name}": ${vendor} cannot write its schema as JSON Schema. ${remedy}.`,
  );
}

function copyAsJson(name: string, schema: JsonSchema): Record<string, unknown> {
  const copy = attempt(name, () => JSON.parse(JSON.stringify(schema)) as unknown);
  if (isPlainObject(copy)) return copy;
  throw new TypeError(`Tool "${name}": its input schema is no JSON Schema object.`);
}

function attempt<Value>(name: string, act: () => Value): Value {
  try {
    return act();
  } catch (cause) {
    throw new TypeError(
      `Tool "${name}": its input schema cannot be written as JSON: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function withObjectRoot(name: string, schema: Record<string, unknown>): JsonSchema {
  const root = inlineRootRef(schema);
  if (!acceptsObjects(root, root)) {
    throw new TypeError(
      `Tool "${name}": the input must be an object, for providers send arguments by name. Wrap it: { "type": "object", "properties": { "value": … } }.`,
    );
  }
  const { type: _type, properties = {}, ...rest } = root;
  return { type: "object", properties, ...rest };
}

/** `{ $ref: "#/$defs/node", $defs }`, as recursive schemas are written, with the node at the root. */
function inlineRootRef(schema: Record<string, unknown>, depth = 0): Record<string, unknown> {
  const { $ref: ref, ...rest } = schema;
  const target = typeof ref === "string" && ref !== "#" ? lookUp(schema, ref) : undefined;
  if (!isPlainObject(target) || depth > MAX_REFS) return schema;
  return inlineRootRef({ ...rest, ...target }, depth + 1);
}

function acceptsObjects(schema: unknown, root: JsonSchema, depth = 0): boolean {
  if (!isPlainObject(schema) || depth > MAX_REFS) return schema === true;
  const next = (part: unknown): boolean => acceptsObjects(part, root, depth + 1);
  const { type, $ref: ref } = schema;
  if (typeof ref === "string" && ref !== "#") return next(lookUp(root, ref));
  if (type !== undefined) return [type].flat().includes("object");
  if (OBJECT_KEYWORDS.some((keyword) => keyword in schema)) return true;
  const branches: unknown = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(branches)) return branches.some(next);
  return !["enum", "const"].some((keyword) => keyword in schema);
}
