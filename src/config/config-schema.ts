/**
 * The published JSON Schema of a config, `schema/toolyard.schema.json`: what editors show and what is
 * checked at run time are one.
 */
import { readFile } from "node:fs/promises";
import type { ErrorObject, ValidateFunction } from "ajv";

/** A part of the schema, as this room reads it. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly anyOf?: readonly (SchemaNode | boolean)[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly required?: readonly string[];
  readonly pattern?: string;
  /** A part with a pattern has some: they say what the pattern means. */
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly description?: string;
}

/** An error of ajv; `parentSchema` is the part of the schema it comes from, `data` the value. */
export type SchemaError = ErrorObject;

/** Finds everything that is wrong with a config whose variables are filled in. */
export type CheckSchema = (value: unknown) => readonly SchemaError[];

/** From `src/config` and from `dist/config` it is the same way to the package's root. */
const SCHEMA_URL = new URL("../../schema/toolyard.schema.json", import.meta.url);

let compiled: Promise<CheckSchema> | undefined;

/** The check that the schema stands for. Compiled once. */
export function configSchemaCheck(): Promise<CheckSchema> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<CheckSchema> {
  const [{ Ajv2020 }, text] = await Promise.all([
    import("ajv/dist/2020.js"),
    readFile(SCHEMA_URL, "utf8"),
  ]);
  const schema = JSON.parse(text) as { $defs: Record<string, unknown> };
  // Editors see `${NAME}` where a number or a mode belongs; by now its value must be there instead.
  schema.$defs["environment"] = false;
  const ajv = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true });
  const check: ValidateFunction = ajv.compile(schema);
  return (value) => (check(value) ? [] : (check.errors ?? []));
}
