import type { ToolDescription } from "./provider-format.ts";

/** A JSON Schema of an object, as every provider wants a tool's parameters. */
export type ToolParameters = {
  type: "object";
  properties: Record<string, unknown>;
  [keyword: string]: unknown;
};

/**
 * The tool's input schema with what providers insist on: `type: "object"` and `properties`, and
 * without `$schema`, which tells a model nothing.
 *
 * @throws TypeError when the schema says that the input is something else than an object.
 */
export function toolParameters(tool: ToolDescription): ToolParameters {
  const { $schema: _dialect, type, properties, ...keywords } = tool.inputSchema;
  const types = Array.isArray(type) ? (type as unknown[]) : [type ?? "object"];
  if (!types.includes("object")) {
    throw new TypeError(
      `Tool "${tool.name}": providers take only objects as input, and its schema is of type ${types.join(", ")}. Put the value into a property.`,
    );
  }
  return {
    type: "object",
    properties: (properties ?? {}) as Record<string, unknown>,
    ...keywords,
  };
}
