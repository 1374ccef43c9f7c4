/**
 * One schema of a document as JSON Schema 2020-12, for a tool's input: keywords of OpenAPI and of older drafts are
 * rewritten or left out, `readOnly` properties are left out, and a keyword whose value makes no sense is left out too,
 * for one slip in a document must not cost the tool. Schemas that it refers to become `$ref`s into `#/$defs`; they are
 * not looked into (that is `slice-schema.ts`), so circles are no matter here.
 */
import type { JsonSchema } from "../../core/json-schema.ts";
import { isPattern } from "../../schema/pattern.ts";
import { isPlainObject, setOwn } from "../../schema/plain-object.ts";
import { discriminate } from "./discriminator.ts";
import { DocumentProblem } from "./document-problem.ts";
import { entriesOf, itemsOf, type LocatedNode, nodeAt, ownValue } from "./located-node.ts";
import { binaryFormat, isSchema, orNull, soundKeywords } from "./schema-dialect.ts";

/** What normalising needs to know of the document. */
export interface SchemaSurroundings {
  /** Whether what stands beside a `$ref` counts, as from 3.1 on; before, only descriptions and the like do. */
  readonly siblingsCount: boolean;
  /** The name under `$defs` of what a node's `$ref` leads to. */
  readonly nameTarget: (node: LocatedNode, ref: string) => string;
  /** The node, or what its `$ref` leads to in the end. */
  readonly resolve: (node: LocatedNode) => LocatedNode;
}

/** Deepest nesting of schemas within one another, without `$ref`s. */
const MAX_DEPTH = 200;

const BESIDE_REF = ["title", "description", "default", "deprecated", "example", "examples"];
const SINGLE = [
  "additionalProperties",
  "not",
  "contains",
  "propertyNames",
  "if",
  "then",
  "else",
  "unevaluatedProperties",
  "unevaluatedItems",
  "contentSchema",
];
const LISTS = ["allOf", "anyOf", "oneOf"];
const MAPS = ["patternProperties", "dependentSchemas"];

/** Normalises a schema. Throws `DocumentProblem`, `MissingDocument`. */
export function normaliseSchema(node: LocatedNode, around: SchemaSurroundings): JsonSchema {
  return asObject(new Normaliser(around).read(node, 0, new Set()));
}

/** A schema as an object, to put something beside it: `true` and `false` have another form too. */
export function asObject(schema: JsonSchema | boolean): JsonSchema {
  if (typeof schema !== "boolean") return schema;
  return schema ? {} : { not: {} };
}

class Normaliser {
  readonly #around: SchemaSurroundings;

  constructor(around: SchemaSurroundings) {
    this.#around = around;
  }

  /** @param hidden - Names of properties that a schema around this one has as `readOnly`. */
  read(node: LocatedNode, depth: number, hidden: ReadonlySet<string>): JsonSchema | boolean {
    if (depth > MAX_DEPTH) throw new DocumentProblem(`a schema is nested deeper than ${MAX_DEPTH}`);
    const { value } = node;
    if (typeof value === "boolean") return value;
    if (!isPlainObject(value)) return {};
    const ref = ownValue(value, "$ref") ?? ownValue(value, "$dynamicRef");
    const nullable = ownValue(value, "nullable") === true || ownValue(value, "x-nullable") === true;
    const schema =
      typeof ref === "string"
        ? this.#reference(node, ref, depth)
        : this.#keywords(node, depth, hidden);
    return nullable ? orNull(schema) : schema;
  }

  #reference(node: LocatedNode, ref: string, depth: number): Record<string, unknown> {
    const $ref = `#/$defs/${this.#around.nameTarget(node, ref)}`;
    const keywords = this.#around.siblingsCount
      ? this.#keywords(node, depth, new Set())
      : soundKeywords(pick(node.value, BESIDE_REF));
    return { $ref, ...keywords };
  }

  #keywords(node: LocatedNode, depth: number, above: ReadonlySet<string>): Record<string, unknown> {
    const hidden = new Set([...above, ...this.#readOnlyNames(node, new Set())]);
    const schema = binaryFormat(soundKeywords(node.value));
    this.#properties(node, schema, depth, hidden);
    this.#subschemas(node, schema, depth, hidden);
    this.#items(node, schema, depth);
    discriminate(node, schema, this.#around.resolve);
    const required = ownValue(schema, "required");
    if (!Array.isArray(required)) return schema;
    const needed = required.filter((name: string) => !hidden.has(name));
    if (needed.length === 0) delete schema["required"];
    else schema["required"] = needed;
    return schema;
  }

  #properties(
    node: LocatedNode,
    schema: Record<string, unknown>,
    depth: number,
    hidden: ReadonlySet<string>,
  ): void {
    const properties = entriesOf(nodeAt(node, "properties"));
    if (properties.length === 0) return;
    const kept: Record<string, unknown> = {};
    for (const [name, property] of properties) {
      if (!hidden.has(name)) setOwn(kept, name, this.read(property, depth + 1, new Set()));
    }
    schema["properties"] = kept;
  }

  #subschemas(
    node: LocatedNode,
    schema: Record<string, unknown>,
    depth: number,
    hidden: ReadonlySet<string>,
  ): void {
    for (const keyword of SINGLE) {
      const part = nodeAt(node, keyword);
      if (isSchema(part.value)) schema[keyword] = this.read(part, depth + 1, new Set());
    }
    for (const keyword of LISTS) {
      const parts = itemsOf(nodeAt(node, keyword)).filter(({ value }) => isSchema(value));
      if (parts.length === 0) continue;
      schema[keyword] = parts.map((part) => this.read(part, depth + 1, hidden));
    }
    for (const keyword of MAPS) {
      const parts = entriesOf(nodeAt(node, keyword)).filter(
        ([name, { value }]) =>
          isSchema(value) && (keyword !== "patternProperties" || isPattern(name)),
      );
      const map: Record<string, unknown> = {};
      for (const [name, part] of parts) setOwn(map, name, this.read(part, depth + 1, new Set()));
      if (parts.length > 0) schema[keyword] = map;
    }
  }

  /** A list under `items` is what `prefixItems` was called in older drafts. */
  #items(node: LocatedNode, schema: Record<string, unknown>, depth: number): void {
    const items = nodeAt(node, "items");
    const isTuple = Array.isArray(items.value);
    const first = itemsOf(isTuple ? items : nodeAt(node, "prefixItems"));
    if (first.length > 0) {
      schema["prefixItems"] = first.map((item) => this.read(item, depth + 1, new Set()));
    }
    const rest = isTuple ? nodeAt(node, "additionalItems") : items;
    if (isSchema(rest.value)) schema["items"] = this.read(rest, depth + 1, new Set());
  }

  /** Properties that are only in answers, those of the parts of an `allOf` included. */
  #readOnlyNames(node: LocatedNode, seen: Set<unknown>): string[] {
    if (seen.has(node.value)) return [];
    seen.add(node.value);
    const own = entriesOf(nodeAt(node, "properties"))
      .filter(([, property]) => this.#isReadOnly(property))
      .map(([name]) => name);
    const inherited = itemsOf(nodeAt(node, "allOf")).flatMap((part) =>
      this.#readOnlyNames(this.#around.resolve(part), seen),
    );
    return own.concat(inherited);
  }

  #isReadOnly(property: LocatedNode): boolean {
    if (ownValue(property.value, "readOnly") === true) return true;
    if (typeof ownValue(property.value, "$ref") !== "string") return false;
    return ownValue(this.#around.resolve(property).value, "readOnly") === true;
  }
}

function pick(value: unknown, names: readonly string[]): Record<string, unknown> {
  const entries = names.map((name) => [name, ownValue(value, name)] as const);
  return Object.fromEntries(entries.filter(([, member]) => member !== undefined));
}
