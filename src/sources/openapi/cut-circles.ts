/**
 * Takes out of definitions what no value could ever be checked by: a schema that applies itself to the same value again,
 * by way of `$ref`, `allOf` and the like. Documents have it where a base schema lists its variants under `oneOf`, and each
 * variant has the base under `allOf`. Circles through properties and items are kept: values end, and so do these.
 */
import type { JsonSchema } from "../../core/json-schema.ts";
import { isPlainObject } from "../../schema/plain-object.ts";

const SINGLE = ["not", "if", "then", "else"];
const LISTS = ["allOf", "anyOf", "oneOf"];
const MAPS = ["dependentSchemas"];
const PREFIX = "#/$defs/";

type Definitions = ReadonlyMap<string, JsonSchema>;

/** The definitions, without such circles; the very same ones where there are none. */
export function cutCircles(definitions: Definitions): Definitions {
  const direct = new Map<string, readonly string[]>();
  for (const [name, schema] of definitions) {
    const refs = knownRefs(schema);
    if (refs.length > 0) direct.set(name, refs);
  }
  if (direct.size === 0) return definitions;
  const cuts = backEdges(direct);
  if (cuts.size === 0) return definitions;
  return new Map(
    [...definitions].map(([name, schema]) => {
      const cut = cuts.get(name);
      return [name, cut === undefined ? schema : (without(schema, cut) ?? {})];
    }),
  );
}

/** Operations share their definitions. */
const KNOWN = new WeakMap<JsonSchema, readonly string[]>();

function knownRefs(schema: JsonSchema): readonly string[] {
  const refs = KNOWN.get(schema) ?? refsInPlace(schema);
  KNOWN.set(schema, refs);
  return refs;
}

/** The names of definitions that are applied to the very value that the schema is applied to. */
function refsInPlace(schema: unknown): string[] {
  if (!isPlainObject(schema)) return [];
  const { $ref } = schema;
  const own = typeof $ref === "string" ? [$ref.slice(PREFIX.length)] : [];
  return [...own, ...partsOf(schema).flatMap(refsInPlace)];
}

function partsOf(schema: JsonSchema): unknown[] {
  return [
    ...SINGLE.map((keyword) => schema[keyword]),
    ...LISTS.flatMap((keyword) => (schema[keyword] as unknown[] | undefined) ?? []),
    ...MAPS.flatMap((keyword) => Object.values((schema[keyword] as object | undefined) ?? {})),
  ];
}

/** By name, the references that close a circle: found by going deep first, in the order given. */
function backEdges(direct: ReadonlyMap<string, readonly string[]>): Map<string, Set<string>> {
  const cuts = new Map<string, Set<string>>();
  const done = new Set<string>();
  for (const start of direct.keys()) {
    const open = new Set<string>();
    const stack = done.has(start) ? [] : [visit(start)];
    function visit(name: string): { name: string; rest: string[] } {
      open.add(name);
      return { name, rest: [...(direct.get(name) ?? [])] };
    }
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.shift();
      if (next === undefined) {
        open.delete(top.name);
        done.add(top.name);
        stack.pop();
      } else if (open.has(next)) {
        cuts.set(top.name, (cuts.get(top.name) ?? new Set()).add(next));
      } else if (!done.has(next)) stack.push(visit(next));
    }
  }
  return cuts;
}

/** The schema without references to these; undefined when nothing is left but the reference itself. */
function without(schema: unknown, names: ReadonlySet<string>): JsonSchema | undefined {
  if (!isPlainObject(schema)) return schema as JsonSchema;
  const { $ref } = schema;
  const copy: Record<string, unknown> = { ...schema };
  if (typeof $ref === "string" && names.has($ref.slice(PREFIX.length))) {
    if (Object.keys(schema).length === 1) return undefined;
    delete copy["$ref"];
  }
  for (const keyword of SINGLE) replace(copy, keyword, without(copy[keyword], names));
  for (const keyword of LISTS) replace(copy, keyword, withoutIn(keyword, copy[keyword], names));
  for (const keyword of MAPS) {
    const parts = Object.entries((copy[keyword] as object | undefined) ?? {});
    const kept = parts.map(([name, part]) => [name, without(part, names) ?? {}]);
    replace(copy, keyword, kept.length === 0 ? undefined : Object.fromEntries(kept));
  }
  return copy;
}

/** Of `anyOf` and `oneOf` nothing is left where one of them goes: the others alone would refuse what it lets pass. */
function withoutIn(keyword: string, list: unknown, names: ReadonlySet<string>): unknown {
  if (!Array.isArray(list)) return undefined;
  const kept = list.map((part) => without(part, names)).filter((part) => part !== undefined);
  const isWhole = kept.length === list.length;
  return kept.length === 0 || (!isWhole && keyword !== "allOf") ? undefined : kept;
}

function replace(schema: Record<string, unknown>, keyword: string, value: unknown): void {
  if (value === undefined) delete schema[keyword];
  else schema[keyword] = value;
}
