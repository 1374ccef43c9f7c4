import type { ErrorObject, ValidateFunction } from "ajv";
import type { JsonSchema } from "../core/json-schema.ts";
import { checkAgainstMetaSchema, compileWithAjv } from "./ajv-compiler.ts";
import { isPlainSchema } from "./plain-schema.ts";

/**
 * Says whether values fit a JSON Schema, as they are. The schema is known to be sound from the
 * start, and compiled when the first value comes: a registry may hold thousands of tools of which
 * few are called.
 */
export class SchemaCheck {
  readonly #schema: JsonSchema;
  readonly #isForeign: boolean;
  #validate: ValidateFunction | undefined;

  /** @throws TypeError that says what is wrong when the schema is broken. */
  constructor(schema: JsonSchema, isForeign = false) {
    this.#schema = schema;
    this.#isForeign = isForeign;
    if (isPlainSchema(schema)) return;
    checkAgainstMetaSchema(schema);
    this.#validate = compileWithAjv(schema, isForeign);
  }

  /** @throws TypeError when the schema cannot be compiled after all: there are bounds to how deep it may go. */
  compile(): ValidateFunction {
    return (this.#validate ??= compileWithAjv(this.#schema, this.#isForeign));
  }

  /** What is wrong with a value; undefined when nothing is. */
  errorsOf(value: unknown): readonly ErrorObject[] | undefined {
    const validate = this.compile();
    if (validate(value)) return undefined;
    const errors = validate.errors ?? [];
    // They hold on to the value.
    validate.errors = null;
    return errors;
  }
}
