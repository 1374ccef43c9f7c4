import type { JsonSchema } from "../../core/json-schema.ts";
import { isRecord } from "./mcp-fields.ts";

/** Where a tool's own schema stands in that of the envelope. */
const PLACE = "#/properties/structuredContent";

/** Keywords that hold values rather than schemas. */
const VALUES: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);

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
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (VALUES.has(key)) return [key, value];
      return [
        key,
        key === "$ref" && typeof value === "string" ? movedReference(value) : moved(value),
      ];
    }),
  );
}

function movedReference(reference: string): string {
  return reference === "#" || reference.startsWith("#/") ? PLACE + reference.slice(1) : reference;
}
