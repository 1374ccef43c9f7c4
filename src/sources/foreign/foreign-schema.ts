/** Input schemas of other frameworks' tools, as ours: zod 3 and 4, Standard Schema, the AI SDK's own, JSON Schema. */
import {
  isStandardSchema,
  type StandardResult,
  type StandardSchema,
} from "../../core/standard-schema.ts";
import type { Tool } from "../../core/tool.ts";
import { isPromiseLike } from "../../core/promise-like.ts";
import { thrownText } from "../../core/thrown-text.ts";
import { type ForeignObject, isObject } from "./foreign-shape.ts";
import { isZod3, zod3JsonSchema } from "./zod3-json-schema.ts";

/** The part of a tool that says what its input must be. */
export type InputSchemas = Pick<Tool, "input" | "inputJsonSchema">;

const NO_INPUT = { type: "object", properties: {} };

/**
 * Reads a schema. A schema that is a function is asked for itself.
 *
 * @throws TypeError that names the tool when it is no schema, or one that is loaded later.
 */
export function readSchema(toolName: string, given: unknown): InputSchemas {
  const schema = typeof given === "function" ? readLazy(toolName, given as () => unknown) : given;
  if (isPromiseLike(schema)) throw laterError(toolName, "input schema");
  if (schema === undefined || schema === null) return { input: NO_INPUT };
  if (isStandardSchema(schema)) {
    return isZod3(schema)
      ? { input: schema, inputJsonSchema: zod3JsonSchema(schema) }
      : { input: schema };
  }
  if (!isObject(schema)) throw new TypeError(`Tool "${toolName}": its input schema is no object.`);
  return isAiSdkSchema(schema) ? readAiSdkSchema(toolName, schema) : { input: schema };
}

/** Some Standard Schemas are functions too. */
function readLazy(toolName: string, given: () => unknown): unknown {
  if (isStandardSchema(given)) return given;
  try {
    return given();
  } catch (cause) {
    const reason = thrownText(cause);
    throw new TypeError(`Tool "${toolName}": its input schema cannot be made: ${reason}`, {
      cause,
    });
  }
}

function laterError(toolName: string, what: string): TypeError {
  return new TypeError(
    `Tool "${toolName}": its ${what} is loaded later. Await it, and give \`jsonSchema(…)\` of it.`,
  );
}

/** The same schemas for a tool whose framework parses by itself: values are checked and passed on as they came. */
export function checkedOnly({ input, inputJsonSchema }: InputSchemas): InputSchemas {
  if (!isStandardSchema(input)) return { input };
  const own = input["~standard"];
  const validate = async (value: unknown): Promise<StandardResult<unknown>> => {
    const result = await own.validate(value);
    return result.issues === undefined ? { value } : result;
  };
  const checking: StandardSchema = { "~standard": { ...own, validate, types: undefined } };
  return inputJsonSchema === undefined ? { input: checking } : { input: checking, inputJsonSchema };
}

function isAiSdkSchema(schema: ForeignObject): boolean {
  return Symbol.for("vercel.ai.schema") in schema;
}

type AiSdkValidate = (value: unknown) => AiSdkValidation | PromiseLike<AiSdkValidation>;

type AiSdkValidation =
  | { readonly success: true; readonly value: unknown }
  | { readonly success: false; readonly error: Error };

function readAiSdkSchema(toolName: string, { jsonSchema, validate }: ForeignObject): InputSchemas {
  if (isPromiseLike(jsonSchema)) throw laterError(toolName, "JSON Schema");
  const written = jsonSchema as object;
  if (typeof validate !== "function") return { input: { ...written } };
  const input: StandardSchema = {
    "~standard": {
      version: 1,
      vendor: "ai-sdk",
      validate: async (value) => asStandardResult(await (validate as AiSdkValidate)(value)),
    },
  };
  return { input, inputJsonSchema: written };
}

function asStandardResult(validation: AiSdkValidation): StandardResult<unknown> {
  if (validation.success) return { value: validation.value };
  return { issues: issuesOf(validation.error) ?? [{ message: "does not fit the tool's schema" }] };
}

/** A library's own list of issues, on the error or on its cause. The error's text may quote the input. */
function issuesOf(error: unknown): { readonly message: string }[] | undefined {
  if (!isObject(error)) return undefined;
  const issues = error["issues"];
  const isList = Array.isArray(issues) && issues.length > 0;
  return isList ? (issues as { readonly message: string }[]) : issuesOf(error["cause"]);
}
