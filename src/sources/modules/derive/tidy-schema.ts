/**
 * A generated schema as models and validators like it: draft 2020-12, without `$schema`, what is used
 * once written where it is used, and definitions with plain names.
 */
type Schema = Readonly<Record<string, unknown>>;

const POINTER = "#/definitions/";

/** Rewrites a schema of the generator. */
export function tidySchema(generated: Schema): Schema {
  const { $schema: _dialect, definitions = {}, ...root } = generated;
  const known = new Map(Object.entries(definitions as Record<string, Schema>));
  const uses = countUses([root, ...known.values()]);
  const isKept = (name: string): boolean =>
    (uses.get(name) ?? 0) > 1 || reaches(name, name, known, new Set());
  const kept = [...known.keys()].filter(isKept);
  const names = plainNames(kept);
  const rewrite = (schema: Schema): Schema => {
    const { $ref, ...rest } = schema;
    const name = referenced($ref);
    const definition = name === undefined ? undefined : known.get(name);
    if (name === undefined || definition === undefined) return withParts(schema, rewrite);
    const own = withParts(rest, rewrite);
    const plain = names.get(name);
    if (plain !== undefined) return { $ref: `#/$defs/${plain}`, ...own };
    return { ...rewrite(definition), ...own };
  };
  const $defs = kept.map((name) => [names.get(name), rewrite(known.get(name) ?? {})]);
  const tidy = rewrite(root);
  return kept.length === 0 ? tidy : { ...tidy, $defs: Object.fromEntries($defs) as Schema };
}

/** Keywords whose value is data, and no schema. */
const DATA: ReadonlySet<string> = new Set(["enum", "const", "default", "examples", "required"]);
/** Keywords whose value is a record of schemas: its keys are names, whatever they look like. */
const RECORDS: ReadonlySet<string> = new Set(["properties", "patternProperties"]);

/** The schema with the schemas in it changed. */
function withParts(schema: Schema, change: (part: Schema) => Schema): Schema {
  const changed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(changed);
    return isObject(value) ? change(value) : value;
  };
  const entries = Object.entries(modernTuple(schema)).map(([key, value]) => {
    if (DATA.has(key)) return [key, value];
    if (!RECORDS.has(key) || !isObject(value)) return [key, changed(value)];
    const parts = Object.entries(value).map(([name, part]) => [name, changed(part)]);
    return [key, Object.fromEntries(parts)];
  });
  return Object.fromEntries(entries) as Schema;
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list in `items` was a tuple until 2019-09. */
function modernTuple(node: Schema): Schema {
  if (!Array.isArray(node["items"])) return node;
  const { items, additionalItems, ...rest } = node;
  return {
    ...rest,
    prefixItems: items,
    ...(additionalItems !== undefined && { items: additionalItems }),
  };
}

function referenced(ref: unknown): string | undefined {
  return typeof ref === "string" && ref.startsWith(POINTER) ? ref.slice(POINTER.length) : undefined;
}

/** The definitions that a schema refers to, as often as it does. */
function referencesIn(schema: Schema): readonly string[] {
  const found: string[] = [];
  const look = (part: Schema): Schema => {
    const name = referenced(part["$ref"]);
    if (name !== undefined) found.push(name);
    return withParts(part, look);
  };
  look(schema);
  return found;
}

function countUses(schemas: readonly Schema[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const name of schemas.flatMap(referencesIn)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

function reaches(
  from: string,
  to: string,
  known: ReadonlyMap<string, Schema>,
  seen: Set<string>,
): boolean {
  return referencesIn(known.get(from) ?? {}).some((name) => {
    if (name === to) return true;
    if (seen.has(name)) return false;
    seen.add(name);
    return reaches(name, to, known, seen);
  });
}

/** `Pick<User,"name">` as `Pick_User_name`; a number behind the second of two that are the same. */
function plainNames(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    names.map((name) => {
      const plain =
        name
          .replaceAll(/[^\w]+/gu, "_")
          .replaceAll(/^_+|_+$/gu, "")
          .slice(0, 60) || "Type";
      let unique = plain;
      for (let count = 2; taken.has(unique); count += 1) unique = `${plain}_${count}`;
      taken.add(unique);
      return [name, unique];
    }),
  );
}
