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
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite);
    if (typeof value !== "object" || value === null) return value;
    const { $ref, ...rest } = value as Schema;
    const name = referenced($ref);
    const definition = name === undefined ? undefined : known.get(name);
    if (name === undefined || definition === undefined) return rewriteNode(value as Schema);
    const own = rewriteNode(rest) as Schema;
    const plain = names.get(name);
    if (plain !== undefined) return { $ref: `#/$defs/${plain}`, ...own };
    return { ...(rewrite(definition) as Schema), ...own };
  };
  const rewriteNode = (node: Schema): unknown =>
    Object.fromEntries(
      Object.entries(modernTuple(node)).map(([key, value]) => [
        key,
        DATA.has(key) ? value : rewrite(value),
      ]),
    );
  const $defs = kept.map((name) => [names.get(name), rewrite(known.get(name))]);
  const tidy = rewrite(root) as Schema;
  return kept.length === 0 ? tidy : { ...tidy, $defs: Object.fromEntries($defs) as Schema };
}

/** Keywords whose value is data, and no schema. */
const DATA: ReadonlySet<string> = new Set(["enum", "const", "default", "examples", "required"]);

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

/** The definitions that a value refers to, as often as it does. */
function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (DATA.has(key)) return [];
    const name = key === "$ref" ? referenced(inner) : undefined;
    return name === undefined ? referencesIn(inner) : [name];
  });
}

function countUses(values: readonly unknown[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const name of values.flatMap(referencesIn)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

function reaches(
  from: string,
  to: string,
  known: ReadonlyMap<string, Schema>,
  seen: Set<string>,
): boolean {
  return referencesIn(known.get(from)).some((name) => {
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
