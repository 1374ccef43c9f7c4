/**
 * Definitions that are compiled one by one, each when the first value comes to it.
 *
 * Ajv compiles whatever a schema refers to along with it, and goes deeper with each `$ref`: some hundred definitions that
 * lead to one another take seconds, in which nothing else runs, or overflow the stack. Documents of APIs have such
 * schemas, and a value meets few of their definitions.
 */
import { createRequire } from "node:module";
import type { AnySchemaObject, KeywordCxt, ValidateFunction } from "ajv";
import type { Ajv2020 } from "ajv/dist/2020.js";
import type * as AjvRef from "ajv/dist/vocabularies/core/ref.js";
import type { JsonSchema } from "../core/json-schema.ts";
import { isPlainObject } from "./plain-object.ts";

const require = createRequire(import.meta.url);

/** With fewer definitions ajv's own way is quick, and what it compiles is a little faster. */
const MIN_DEFINITIONS = 24;

/** Keywords whose meaning depends on more than the definition they stand in. */
const FAR_REACHING =
  /"(?:\$id|\$anchor|\$dynamicRef|\$dynamicAnchor|\$recursiveRef|\$async|unevaluated(?:Properties|Items))":/u;

const PREFIX = "#/$defs/";

/** Whether a schema's definitions can be compiled one by one, and are so many that it matters. */
export function hasLazyDefinitions(schema: JsonSchema, text: string): boolean {
  const { $defs } = schema;
  if (!isPlainObject($defs) || Object.keys($defs).length < MIN_DEFINITIONS) return false;
  if (FAR_REACHING.test(text)) return false;
  const refs = new Set(text.match(/"\$ref":"[^"]*"/gu));
  return [...refs].every((ref) => {
    const target = ref.slice('"$ref":"'.length, -1);
    return target.startsWith(PREFIX) && Object.hasOwn($defs, target.slice(PREFIX.length));
  });
}

/** Makes an Ajv compile a schema's definitions one by one, and that schema alone. */
export function compileLazily(
  ajv: Pick<Ajv2020, "compile" | "addKeyword" | "removeKeyword">,
  schema: JsonSchema,
): ValidateFunction {
  const { $defs, ...rest } = schema;
  const definitions = new Map<string, ValidateFunction>();
  const definition = (ref: string): ValidateFunction => {
    const known = definitions.get(ref);
    if (known !== undefined) return known;
    const part = ($defs as Readonly<Record<string, AnySchemaObject>>)[ref.slice(PREFIX.length)];
    const made = lazily(ref, () => ajv.compile(part ?? true));
    definitions.set(ref, made);
    return made;
  };
  const { callRef } = require("ajv/dist/vocabularies/core/ref.js") as typeof AjvRef;
  ajv.removeKeyword("$ref");
  ajv.addKeyword({
    keyword: "$ref",
    schemaType: "string",
    code: (context: KeywordCxt) =>
      callRef(
        context,
        context.gen.scopeValue("validate", { ref: definition(context.schema as string) }),
      ),
  });
  return ajv.compile(rest);
}

/** Its errors say which definition they come from. */
function lazily(ref: string, compile: () => ValidateFunction): ValidateFunction {
  let check: ValidateFunction | undefined;
  const validate: (...values: Parameters<ValidateFunction>) => boolean = (...values) => {
    check ??= compile();
    const isValid = check(...values);
    const errors = check.errors?.map((error) =>
      error.schemaPath.startsWith(PREFIX)
        ? error
        : { ...error, schemaPath: ref + error.schemaPath.slice(1) },
    );
    (validate as ValidateFunction).errors = errors ?? null;
    check.errors = null; // They hold on to the value.
    return isValid;
  };
  return validate as ValidateFunction;
}
