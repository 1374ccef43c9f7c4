import type { JsonSchema } from "../../core/json-schema.ts";
import { isRecord } from "./mcp-fields.ts";

/** Where a tool's own schema stands in that of the envelope. */
const PLACE = "#/properties/structuredContent";

/** Keywords that hold values rather than schemas. */
const VALUES: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);
/** Keywords that hold schemas by names, which are anybody's: a property may be called `default`. */
const NAMED: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "dependencies",
  "$defs",
  "definitions",
]);
const REFERENCES: ReadonlySet<string> = new Set(["$ref", "$dynamicRef"]);

/**
 * The schema of the whole envelope, so that structured content is checked where outputs are, in every mode; a tool that
 * has a schema must give such content (MCP 2025-06-18, tools, output schema).
 *
 * @throws RangeError when the schema is nested too deeply.
 */
export function envelopeSchema({ $schema, ...schema }: JsonSchema): JsonSchema {
  return {
    ...($schema !== undefined && { $schema }),
    type: "object",
    properties: { structuredContent: moved(schema) },
    required: ["structuredContent"],
  };
}

/** A copy whose references from its root start from where that is now. What has an `$id` is a root of its own. */
function moved(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(moved);
  if (!isRecord(schema) || typeof schema["$id"] === "string") return schema;
  return mapped(schema, movedKeyword);
}

function movedKeyword(value: unknown, keyword: string): unknown {
  if (VALUES.has(keyword)) return value;
  if (NAMED.has(keyword) && isRecord(value)) return mapped(value, moved);
  if (REFERENCES.has(keyword) && typeof value === "string") return movedReference(value);
  return moved(value);
}

function mapped(
  fields: Readonly<Record<string, unknown>>,
  change: (value: unknown, key: string) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, change(value, key)]),
  );
}

function movedReference(reference: string): string {
  return reference === "#" || reference.startsWith("#/") ? PLACE + reference.slice(1) : reference;
}
