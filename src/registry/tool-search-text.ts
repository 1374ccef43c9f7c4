/** What a tool is found by. */
import { isStandardSchema } from "../core/standard-schema.ts";
import type { Tool } from "../core/tool.ts";
import { writeJsonSchema } from "../schema/to-json-schema.ts";

/** The texts of a tool, by where they stand. */
export interface ToolText {
  readonly name: string;
  readonly description: string;
  readonly tags: string;
  /** Names and descriptions of its parameters, and of theirs. */
  readonly parameters: string;
}

/** Parameters of parameters of parameters are looked at; what lies deeper tells nothing of the tool. */
const MAX_DEPTH = 8;
/** Characters of parameters that are looked at. */
const MAX_PARAMETERS_LENGTH = 4_000;

/** The texts that a tool is found by. A schema that cannot be read gives none. */
export function toolText({ name, description, tags = [], input, inputJsonSchema }: Tool): ToolText {
  const found = new ParameterText();
  try {
    const schema = inputJsonSchema ?? (isStandardSchema(input) ? writeJsonSchema(input) : input);
    found.read(schema, MAX_DEPTH);
  } catch {
    // Its library cannot write it as JSON Schema, or it refuses to be read: `schemas()` says so.
  }
  return { name, description, tags: tags.join(" "), parameters: found.text };
}

/** Keywords that hold schemas by name, a schema, or a list of them. */
const NAMED = ["properties", "$defs", "definitions"];
const NESTED = ["items", "additionalProperties", "anyOf", "oneOf", "allOf", "prefixItems"];

class ParameterText {
  text = "";

  read(schema: unknown, depth: number): void {
    if (typeof schema !== "object" || schema === null || depth === 0) return;
    if (Array.isArray(schema)) {
      for (const each of schema) this.read(each, depth - 1);
      return;
    }
    const keywords = schema as Readonly<Record<string, unknown>>;
    for (const keyword of NAMED) this.#readNamed(keywords[keyword], depth - 1);
    for (const keyword of NESTED) this.read(keywords[keyword], depth - 1);
  }

  #readNamed(schemas: unknown, depth: number): void {
    if (typeof schemas !== "object" || schemas === null) return;
    for (const [name, schema] of Object.entries(schemas)) {
      if (this.text.length > MAX_PARAMETERS_LENGTH) return;
      const { description } = (schema ?? {}) as { readonly description?: unknown };
      this.text += typeof description === "string" ? `${name} ${description} ` : `${name} `;
      this.read(schema, depth);
    }
  }
}
