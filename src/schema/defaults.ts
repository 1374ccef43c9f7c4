/**
 * Fills in the defaults of a JSON Schema. Ajv could, by writing into the value it checks; this
 * copies only what it adds to, so a value that lacks nothing comes back as it is.
 *
 * As in ajv, a default counts below `properties`, `items`, `allOf`, `$ref` and the like, and not
 * below `anyOf` or `if`, where nobody can say yet which schema applies.
 */
import type { JsonSchema } from "../core/json-schema.ts";
import { coerceValue, hasType } from "./coerce-value.ts";
import { isPlainObject, setOwn } from "./plain-object.ts";
import { lookUp } from "./plain-schema.ts";

/** Returns the value with defaults filled in; the very same value when none was missing. */
export type FillDefaults = (value: unknown) => unknown;

interface PropertyDefault {
  readonly key: string;
  readonly value: unknown;
}

/**
 * Makes the function that fills in a schema's defaults; undefined when the schema has none.
 *
 * @param of - Which properties get theirs.
 */
export function compileDefaults(
  schema: JsonSchema,
  of: "all" | "required" = "all",
): FillDefaults | undefined {
  if (!JSON.stringify(schema).includes('"default":')) return undefined;
  return new DefaultsCompiler(schema, of === "required").compile(schema);
}

class DefaultsCompiler {
  readonly #root: JsonSchema;
  readonly #onlyRequired: boolean;
  /** Made when first needed, for a `$ref` may lead back to where it stands. */
  readonly #refs = new Map<string, FillDefaults | undefined>();

  constructor(root: JsonSchema, onlyRequired: boolean) {
    this.#root = root;
    this.#onlyRequired = onlyRequired;
  }

  compile(schema: unknown): FillDefaults | undefined {
    if (!isPlainObject(schema)) return undefined;
    return inTurn([
      this.#compileRef(schema["$ref"]),
      ...asList(schema["allOf"]).map((part) => this.compile(part)),
      this.#compileProperties(schema),
      this.#compileItems(schema),
    ]);
  }

  #compileRef(ref: unknown): FillDefaults | undefined {
    if (typeof ref !== "string") return undefined;
    return (value) => {
      if (!this.#refs.has(ref)) this.#refs.set(ref, this.compile(lookUp(this.#root, ref)));
      return this.#refs.get(ref)?.(value) ?? value;
    };
  }

  #compileProperties(schema: Record<string, unknown>): FillDefaults | undefined {
    const properties = Object.entries(asMap(schema["properties"]));
    const required = asList(schema["required"]);
    const defaults = properties
      .filter(([key]) => !this.#onlyRequired || required.includes(key))
      .flatMap(([key, part]) => usableDefault(key, part));
    const known = new Map(properties.map(([key, part]) => [key, this.compile(part)]));
    const others = this.compile(schema["additionalProperties"]);
    const nested = others !== undefined || [...known.values()].some((fill) => fill !== undefined);
    if (defaults.length === 0 && !nested) return undefined;
    return (value) => {
      if (!isPlainObject(value)) return value;
      const filled = addMissing(value, defaults);
      if (!nested) return filled;
      return mapEntries(
        filled,
        (key, item) => (known.has(key) ? known.get(key) : others)?.(item) ?? item,
      );
    };
  }

  #compileItems(schema: Record<string, unknown>): FillDefaults | undefined {
    const { items } = schema;
    const first = asList(Array.isArray(items) ? items : schema["prefixItems"]).map((part) =>
      this.compile(part),
    );
    const rest = this.compile(Array.isArray(items) ? schema["additionalItems"] : items);
    if (rest === undefined && first.every((fill) => fill === undefined)) return undefined;
    return (value) => {
      if (!Array.isArray(value)) return value;
      let copy: unknown[] | undefined;
      for (const [index, item] of value.entries()) {
        const fill = index < first.length ? first[index] : rest;
        const filled = fill?.(item) ?? item;
        if (filled !== item) (copy ??= [...(value as unknown[])])[index] = filled;
      }
      return copy ?? value;
    };
  }
}

function inTurn(parts: readonly (FillDefaults | undefined)[]): FillDefaults | undefined {
  const fills = parts.filter((fill) => fill !== undefined);
  if (fills.length < 2) return fills[0];
  return (value) => fills.reduce((filled, fill) => fill(filled), value);
}

/** A default that does not fit its own type, as `null` for a string, says "none" and is left out. */
function usableDefault(key: string, schema: unknown): PropertyDefault[] {
  if (!isPlainObject(schema) || schema["default"] === undefined) return [];
  const types = asList([schema["type"] ?? []].flat()) as string[];
  const given = schema["default"];
  if (types.length === 0 || types.some((type) => hasType(given, type)))
    return [{ key, value: given }];
  if (given === null && schema["nullable"] === true) return [{ key, value: null }];
  const value = coerceValue(given, types);
  return value === undefined ? [] : [{ key, value }];
}

function addMissing(
  value: Record<string, unknown>,
  defaults: readonly PropertyDefault[],
): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const missing of defaults) {
    if (Object.hasOwn(value, missing.key) && value[missing.key] !== undefined) continue;
    setOwn((copy ??= { ...value }), missing.key, freshCopy(missing.value));
  }
  return copy ?? value;
}

/** A tool may write into its input; the next call must not see that. */
function freshCopy(value: unknown): unknown {
  return typeof value === "object" ? structuredClone(value) : value;
}

function mapEntries(
  value: Record<string, unknown>,
  map: (key: string, item: unknown) => unknown,
): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const mapped = map(key, value[key]);
    if (mapped !== value[key]) setOwn((copy ??= { ...value }), key, mapped);
  }
  return copy ?? value;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function asMap(value: unknown): Record<string, unknown> {
  return isPlainObject(value) ? value : {};
}
