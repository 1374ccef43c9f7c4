import type { ErrorObject } from "ajv";
import type { JsonSchema } from "../core/json-schema.ts";
import { coerceInput } from "./coerce-input.ts";
import { compileDefaults, type FillDefaults } from "./defaults.ts";
import { explainErrors } from "./explain-errors.ts";
import { SchemaCheck } from "./schema-check.ts";
import type { ParseResult, Validator } from "./validator.ts";

/** Checks values against a JSON Schema: fills in defaults, and coerces what does not fit. */
export class JsonSchemaValidator implements Validator {
  readonly #check: SchemaCheck;
  readonly #schema: JsonSchema;
  /** Made when the first value comes; null when there are none. */
  #fillDefaults: FillDefaults | undefined | null;
  readonly #coerces: boolean;
  readonly #defaults: "all" | "required";

  /** @throws TypeError that says what is wrong when the schema is broken. */
  constructor(
    schema: JsonSchema,
    options: {
      readonly coerce: boolean;
      readonly isForeign?: boolean;
      readonly defaults?: "all" | "required";
    },
  ) {
    this.#check = new SchemaCheck(schema, options.isForeign);
    this.#schema = schema;
    this.#coerces = options.coerce;
    this.#defaults = options.defaults ?? "all";
  }

  parse(value: unknown): ParseResult {
    this.#check.compile(); // What is wrong with the schema is not the value's fault.
    if (this.#fillDefaults === undefined) {
      this.#fillDefaults = compileDefaults(this.#schema, this.#defaults) ?? null;
    }
    try {
      const filled = this.#fillDefaults?.(value) ?? value;
      const errors = this.#check.errorsOf(filled);
      return errors === undefined ? { ok: true, value: filled } : this.#mend(filled, errors);
    } catch (thrown) {
      return { ok: false, issues: [{ path: "", message: whyUnreadable(thrown) }] };
    }
  }

  #mend(value: unknown, errors: readonly ErrorObject[]): ParseResult {
    if (!this.#coerces) return { ok: false, issues: explainErrors(errors) };
    const coerced = coerceInput(this.#check, { value, errors }, this.#fillDefaults ?? undefined);
    return coerced.errors === undefined
      ? { ok: true, value: coerced.value }
      : { ok: false, issues: explainErrors(coerced.errors) };
  }
}

/** What is thrown here comes from the value: a getter, a proxy, or a stack that overflowed. */
function whyUnreadable(thrown: unknown): string {
  if (thrown instanceof RangeError) return "is nested too deeply, or contains itself";
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return `could not be read: ${name} was thrown`;
}
