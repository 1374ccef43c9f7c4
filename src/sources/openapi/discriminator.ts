/**
 * What a `discriminator` says of a schema's alternatives (OpenAPI 3.2, section 4.25), in words of JSON Schema: each is told
 * with the values that stand for it. Alternatives that differ in nothing else all fit the same value, and the API takes the
 * one that is named: so `oneOf` becomes `anyOf`.
 */
import { isPlainObject } from "../../schema/plain-object.ts";
import { DocumentProblem } from "./document-problem.ts";
import { entriesOf, itemsOf, type LocatedNode, nodeAt, rootOf, textAt } from "./located-node.ts";
import { fitsExamples, isSchema } from "./schema-dialect.ts";

type Schema = Record<string, unknown>;
type Resolve = (node: LocatedNode) => LocatedNode;

/** Changes the normalised schema of a node that has a discriminator. Throws `DocumentProblem`, `MissingDocument`. */
export function discriminate(node: LocatedNode, schema: Schema, resolve: Resolve): void {
  const name = textAt(node, "discriminator", "propertyName");
  if (name === undefined) return;
  const keyword = ["oneOf", "anyOf"].find((list) => Object.hasOwn(schema, list));
  if (keyword === undefined) return showValues(node, schema, name);
  if ("oneOf" in schema && "anyOf" in schema) return;
  const parts = itemsOf(nodeAt(node, keyword)).filter(({ value }) => isSchema(value));
  const known = schema[keyword] as Schema[];
  const fallback = schemaAt(nodeAt(node, "discriminator", "defaultMapping"), resolve);
  const discriminator = { name, resolve, mapped: mappedValues(node, resolve), fallback };
  const told = parts.map((part, index) =>
    withValues(known[index] ?? {}, name, valuesFor(part, discriminator)),
  );
  delete schema[keyword];
  schema["anyOf"] = told;
}

/** The values of the property that stand for an alternative; `isCertain`: the document says so, and not its rules alone. */
interface PartValues {
  readonly values: readonly string[];
  readonly isCertain: boolean;
}

interface Discriminator {
  readonly name: string;
  readonly resolve: Resolve;
  /** By schema, the values that the mapping gives it. */
  readonly mapped: ReadonlyMap<unknown, readonly string[]>;
  /** The schema that every value stands for which stands for no other. */
  readonly fallback: unknown;
}

function valuesFor(
  part: LocatedNode,
  { name, resolve, mapped: byMapping, fallback }: Discriminator,
): PartValues | undefined {
  const ref = textAt(part, "$ref");
  if (ref === undefined) return undefined;
  const variant = resolve(part);
  const own = ownProperties(variant, name, { resolve, seen: new Set() });
  if (own.some(({ type }) => type !== undefined && ![type].flat().includes("string"))) {
    return undefined;
  }
  const mapped = byMapping.get(variant.value) ?? [];
  const taken = own.map(valuesOf).find((values) => values !== undefined);
  if (mapped.length > 0) {
    const values = mapped.filter((value) => taken === undefined || taken.includes(value));
    const isToldAlready = taken?.every((value) => values.includes(value as string)) ?? false;
    const isCertain = variant.value !== fallback;
    return values.length === 0 || isToldAlready ? undefined : { values, isCertain };
  }
  // Its rules name the schema; many an API has a name of its own for it.
  const implied = ref.slice(ref.lastIndexOf("/") + 1);
  return taken === undefined ? { values: [implied], isCertain: false } : undefined;
}

function withValues(schema: Schema, name: string, found: PartValues | undefined): Schema {
  if (found === undefined) return schema;
  const { values, isCertain } = found;
  const property = isCertain ? { enum: values } : { examples: values };
  const told = { properties: { [name]: property } };
  return "properties" in schema ? { allOf: [schema, told] } : { ...schema, ...told };
}

/** Without alternatives of its own the schema is the base of others: what its property may say is all that is known. */
function showValues(node: LocatedNode, schema: Schema, name: string): void {
  const values = Object.keys(Object(nodeAt(node, "discriminator", "mapping").value) as object);
  const properties = schema["properties"];
  const property = isPlainObject(properties) ? properties[name] : undefined;
  if (values.length === 0 || !isPlainObject(property) || !fitsExamples(values)) return;
  if (["enum", "const", "examples", "$ref"].some((keyword) => keyword in property)) return;
  schema["properties"] = { ...(properties as Schema), [name]: { ...property, examples: values } };
}

/** Each target is looked up once: documents may have thousands of alternatives. */
function mappedValues(node: LocatedNode, resolve: Resolve): Map<unknown, string[]> {
  const mapped = new Map<unknown, string[]>();
  for (const [value, target] of entriesOf(nodeAt(node, "discriminator", "mapping"))) {
    const schema = schemaAt(target, resolve);
    const values = mapped.get(schema);
    if (values === undefined) mapped.set(schema, [value]);
    else values.push(value);
  }
  return mapped;
}

/** A target is the name of a schema, or a reference; undefined when it leads nowhere. */
function schemaAt(target: LocatedNode, resolve: Resolve): unknown {
  const { value: text } = target;
  if (typeof text !== "string") return undefined;
  const named = nodeAt(rootOf(target.file), "components", "schemas", text);
  try {
    return resolve(named.value === undefined ? { ...target, value: { $ref: text } } : named).value;
  } catch (thrown) {
    if (thrown instanceof DocumentProblem) return undefined;
    throw thrown;
  }
}

type Properties = { readonly type?: unknown; readonly enum?: unknown; readonly const?: unknown };

/** What a schema and the parts of its `allOf` say of one property, nearest first. */
function ownProperties(
  node: LocatedNode,
  name: string,
  around: { readonly resolve: Resolve; readonly seen: Set<unknown> },
): Properties[] {
  if (around.seen.has(node.value)) return [];
  around.seen.add(node.value);
  const own = nodeAt(node, "properties", name);
  const found = isPlainObject(own.value) ? [around.resolve(own).value as Properties] : [];
  const inherited = itemsOf(nodeAt(node, "allOf")).flatMap((part) =>
    ownProperties(around.resolve(part), name, around),
  );
  return [...found, ...inherited];
}

function valuesOf(property: Properties): readonly unknown[] | undefined {
  if (property.const !== undefined) return [property.const];
  return Array.isArray(property.enum) ? property.enum : undefined;
}
