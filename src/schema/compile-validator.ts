import type { JsonSchema } from "../core/json-schema.ts";
import { isStandardSchema, type StandardSchema } from "../core/standard-schema.ts";
import type { ToolSchema } from "../core/tool.ts";
import { JsonSchemaValidator } from "./json-schema-validator.ts";
import { SchemaCheck } from "./schema-check.ts";
import { StandardValidator } from "./standard-validator.ts";
import { writeJsonSchema } from "./to-json-schema.ts";
import type { Validator } from "./validator.ts";

/** How a validator treats what does not fit. */
export interface ValidatorOptions {
  /** Whether `"7"` passes for a number and the like. Turn it off for outputs. Default true. */
  readonly coerce?: boolean;
  /** Whether somebody else wrote the schema: its patterns then take linear time. Default false. */
  readonly isForeign?: boolean;
  /**
   * Which properties of a JSON Schema get their default where they are left out: `required` ones alone for a value that
   * goes to somebody who has the others. Default `all`.
   */
  readonly defaults?: "all" | "required";
}

/**
 * Makes the validator of a tool's schema. A Standard Schema is asked itself; a JSON Schema goes to
 * ajv, which is loaded and compiles when the first value comes. A schema is trusted like the tool's
 * code: a `pattern` that backtracks without end blocks the event loop. One that is foreign is not.
 *
 * @param jsonSchema - The JSON Schema of a Standard Schema that cannot write its own (valibot), to
 *   coerce by. Left out: the schema's own, if it has one.
 * @throws TypeError that says what is wrong when a JSON Schema is broken.
 */
export function compileValidator(
  schema: ToolSchema,
  jsonSchema?: object,
  { coerce = true, isForeign = false, defaults = "all" }: ValidatorOptions = {},
): Validator {
  if (!isStandardSchema(schema)) {
    return new JsonSchemaValidator(schema, { coerce, isForeign, defaults });
  }
  // Made at once for its TypeError: at registration rather than in the middle of a call.
  const given = jsonSchema && new SchemaCheck(jsonSchema as JsonSchema);
  return new StandardValidator(schema, () => (coerce ? (given ?? ownCheck(schema)) : undefined));
}

function ownCheck(schema: StandardSchema): SchemaCheck | undefined {
  const written = writeJsonSchema(schema);
  return written && new SchemaCheck(written);
}
