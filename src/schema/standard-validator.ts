import type { StandardResult, StandardSchema } from "../core/standard-schema.ts";
import { coerceInput } from "./coerce-input.ts";
import type { SchemaCheck } from "./schema-check.ts";
import { convertIssues } from "./standard-issues.ts";
import type { ParseResult, Validator } from "./validator.ts";

/**
 * Checks values by a library's own schema (Standard Schema). Where that refuses a value and its
 * JSON Schema is known, it is asked once more with the value coerced to the JSON Schema, so that
 * `"7"` passes for a number here too; a value that passes at once pays nothing for this. What does not
 * pass then either is told of the coerced value, as it is with JSON Schema.
 */
export class StandardValidator implements Validator {
  readonly #schema: StandardSchema;
  readonly #findCheck: () => SchemaCheck | undefined;
  #check: SchemaCheck | undefined | "unknown" = "unknown";

  /**
   * @param findCheck - Finds the JSON Schema to coerce to, if there is one. Called when a value is
   *   first refused. May throw, which counts as none.
   */
  constructor(schema: StandardSchema, findCheck: () => SchemaCheck | undefined) {
    this.#schema = schema;
    this.#findCheck = findCheck;
  }

  parse(value: unknown): ParseResult | Promise<ParseResult> {
    const result = this.#ask(value);
    if (result instanceof Promise) return this.#settle(value, result);
    const coerced = result.issues === undefined ? undefined : this.#coerce(value);
    if (coerced === undefined) return settled(result);
    const second = this.#ask(coerced.value);
    return second instanceof Promise ? second.then(settled) : settled(second);
  }

  async #settle(value: unknown, asking: Promise<StandardResult<unknown>>): Promise<ParseResult> {
    const result = await asking;
    const coerced = result.issues === undefined ? undefined : this.#coerce(value);
    return settled(coerced === undefined ? result : await this.#ask(coerced.value));
  }

  /** What the library says; what it throws is an issue. */
  #ask(value: unknown): StandardResult<unknown> | Promise<StandardResult<unknown>> {
    try {
      const result = this.#schema["~standard"].validate(value);
      return result instanceof Promise ? result.catch(thrownIssue) : result;
    } catch (thrown) {
      return thrownIssue(thrown);
    }
  }

  #coerce(value: unknown): { readonly value: unknown } | undefined {
    try {
      if (this.#check === "unknown") this.#check = this.#findCheckSafely();
      const check = this.#check;
      const errors = check?.errorsOf(value);
      if (check === undefined || errors === undefined) return undefined;
      // The library fills in its own defaults; those of its JSON Schema may be outputs.
      const coerced = coerceInput(check, { value, errors }, undefined);
      return coerced.changed ? coerced : undefined;
    } catch {
      // The value is too deep or cannot be read: the library's issues say so.
      return undefined;
    }
  }

  #findCheckSafely(): SchemaCheck | undefined {
    try {
      return this.#findCheck();
    } catch {
      return undefined;
    }
  }
}

function settled(result: StandardResult<unknown>): ParseResult {
  return result.issues === undefined
    ? { ok: true, value: result.value }
    : { ok: false, issues: convertIssues(result.issues) };
}

/** The error's message may quote the value, so only its name is told. */
function thrownIssue(thrown: unknown): StandardResult<unknown> {
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return { issues: [{ message: `could not be checked: the schema threw ${name}` }] };
}
