/**
 * Coercion led by errors: a value that fits is never touched. Where one does not fit, what stands
 * for the wanted type is put there, and the whole is checked again, until nothing is left to mend.
 */
import type { ErrorObject } from "ajv";
import { coerceToListed, coerceValue, hasType } from "./coerce-value.ts";
import type { FillDefaults } from "./defaults.ts";
import { EditedCopy } from "./edited-copy.ts";
import { fromJsonPointer } from "./json-pointer.ts";
import type { SchemaCheck } from "./schema-check.ts";
import { pruneUnionErrors } from "./union-errors.ts";

/** Each round mends everything it sees; more are needed only for JSON text within JSON text. */
const MAX_ROUNDS = 8;

/** Keywords whose errors say which values would do. */
const MENDABLE = new Set(["type", "enum", "const"]);

/** The value after coercion, and what is still wrong with it. */
export interface CoercedInput {
  readonly value: unknown;
  readonly errors: readonly ErrorObject[] | undefined;
  /** Whether anything was coerced. */
  readonly changed: boolean;
}

/** Coerces a value that does not fit, given why. Never changes the value it is given. */
export function coerceInput(
  check: SchemaCheck,
  input: { readonly value: unknown; readonly errors: readonly ErrorObject[] },
  fillDefaults: FillDefaults | undefined,
): CoercedInput {
  const mended = new Map<string, unknown>();
  let { value }: { value: unknown } = input;
  let errors: readonly ErrorObject[] | undefined = input.errors;
  for (let round = 0; round < MAX_ROUNDS && errors !== undefined; round += 1) {
    const next = mend(value, errors, mended);
    if (next === value) break;
    value = fillDefaults?.(next) ?? next;
    errors = check.errorsOf(value);
  }
  return { value, errors, changed: mended.size > 0 };
}

/** Mends what it can. `mended` remembers what was at each place before. */
function mend(
  value: unknown,
  errors: readonly ErrorObject[],
  mended: Map<string, unknown>,
): unknown {
  const copy = new EditedCopy(value);
  const done = new Set<string>();
  for (const error of pruneUnionErrors(errors)) {
    const { instancePath: place } = error;
    if (!MENDABLE.has(error.keyword) || done.has(place)) continue;
    const path = fromJsonPointer(place);
    const before = copy.read(path);
    if (!mendPlace(copy, path, { error, before, original: mended.get(place) })) continue;
    done.add(place);
    mended.set(place, mended.has(place) ? undefined : before);
  }
  return copy.value;
}

interface Fault {
  readonly error: ErrorObject;
  /** What is in the place. */
  readonly before: unknown;
  /** What the caller gave, if the place was mended once already. */
  readonly original: unknown;
}

/** Models write `null` for "not given": where a property may not be null, it counts as left out. */
function mendPlace(copy: EditedCopy, path: readonly string[], fault: Fault): boolean {
  if (fault.before === null) return copy.remove(path);
  const after = replacement(fault);
  if (after !== undefined) copy.write(path, after);
  return after !== undefined;
}

/**
 * What to put in a place instead. When a place was mended for one branch of a union and another
 * wants it otherwise, it gets back what the caller gave: "007" must not come back as "7".
 */
function replacement({ error, before, original }: Fault): unknown {
  const { keyword, params } = error;
  if (keyword === "enum") return coerceToListed(before, params["allowedValues"] as unknown[]);
  if (keyword === "const") return coerceToListed(before, [params["allowedValue"]]);
  const types = [params["type"] as string | string[]].flat();
  const suits = original !== undefined && types.some((type) => hasType(original, type));
  return suits ? original : coerceValue(before, types);
}
