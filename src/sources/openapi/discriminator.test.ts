import { expect, test } from "vitest";
import { compileValidator } from "../../schema/compile-validator.ts";
import { discriminate } from "./discriminator.ts";
import { type DocumentFile, type LocatedNode, nodeAt, rootOf } from "./located-node.ts";
import { References } from "./resolve-reference.ts";
import { SchemaSlicer } from "./slice-schema.ts";

const CAT = { $ref: "#/components/schemas/Cat" };
const DOG = { $ref: "#/components/schemas/Dog" };
const MAPPING = { kitty: "#/components/schemas/Cat", doggy: "Dog", gone: "#/nowhere" };

function variant(property: string, kind: object = { type: "string" }): object {
  return { type: "object", properties: { kind, [property]: { type: "string" } } };
}

/** The schema with its definitions, as a tool has it. */
function normalised(schema: object, schemas: object = {}): Record<string, unknown> {
  const all = { Cat: variant("meow"), Dog: variant("bark"), ...schemas };
  const root = { openapi: "3.0.3", components: { schemas: { S: schema, ...all } } };
  const entry: DocumentFile = { url: undefined, base: undefined, root };
  const slicer = new SchemaSlicer(new References(entry));
  const read = slicer.read(nodeAt(rootOf(entry), "components", "schemas", "S"));
  return { ...read.schema, $defs: slicer.definitions(read.refs) };
}

function pets(mapping?: object, keyword = "oneOf"): object {
  return { [keyword]: [CAT, DOG], discriminator: { propertyName: "kind", mapping } };
}

async function accepts(schema: Record<string, unknown>, value: unknown): Promise<boolean> {
  return (await compileValidator(schema).parse(value)).ok;
}

test.each(["oneOf", "anyOf"])("alternatives under %s are told with their values", (keyword) => {
  const { anyOf, oneOf } = normalised(pets(MAPPING, keyword));
  expect(oneOf).toBeUndefined();
  expect(anyOf).toEqual([
    { $ref: "#/$defs/Cat", properties: { kind: { enum: ["kitty"] } } },
    { $ref: "#/$defs/Dog", properties: { kind: { enum: ["doggy"] } } },
  ]);
});

test("a value that fits several alternatives is one of the API's, by its name", async () => {
  for (const schema of [normalised(pets(MAPPING)), normalised(pets())]) {
    expect(await accepts(schema, { kind: "kitty", meow: "x" })).toBe(true);
    expect(await accepts(schema, { kind: "doggy", meow: "x", bark: "y" })).toBe(true);
    expect(await accepts(schema, { kind: {} })).toBe(false);
  }
  expect(await accepts(normalised(pets(MAPPING)), { kind: "cow" })).toBe(false);
});

test("without a mapping their names are shown, and others let through", async () => {
  const schema = normalised(pets());
  expect(schema["anyOf"]).toEqual([
    { $ref: "#/$defs/Cat", properties: { kind: { examples: ["Cat"] } } },
    { $ref: "#/$defs/Dog", properties: { kind: { examples: ["Dog"] } } },
  ]);
  expect(await accepts(schema, { kind: "cat", meow: "x" })).toBe(true);
});

test("the alternative that every other value stands for takes them", async () => {
  const discriminator = { propertyName: "kind", mapping: MAPPING, defaultMapping: "Cat" };
  const schema = normalised({ oneOf: [CAT, DOG], discriminator });
  expect(schema["anyOf"]).toEqual([
    { $ref: "#/$defs/Cat", properties: { kind: { examples: ["kitty"] } } },
    { $ref: "#/$defs/Dog", properties: { kind: { enum: ["doggy"] } } },
  ]);
  expect(await accepts(schema, { kind: "lion", meow: "x" })).toBe(true);
});

test("what an alternative says itself of the property is not said again, nor against it", () => {
  const own = {
    Cat: variant("meow", { enum: ["kitty"] }),
    Dog: { allOf: [variant("bark", { type: "integer", enum: [1] })] },
  };
  const plain = [{ $ref: "#/$defs/Cat" }, { $ref: "#/$defs/Dog" }];
  expect(normalised(pets(MAPPING), own)["anyOf"]).toEqual(plain);
  expect(normalised(pets(), own)["anyOf"]).toEqual(plain);
  const others = { Cat: variant("meow", { const: "CAT" }) };
  expect((normalised(pets(MAPPING), others)["anyOf"] as unknown[])[0]).toEqual(plain[0]);
});

test("the base of others shows which values there are", async () => {
  const base = { ...variant("name"), discriminator: { propertyName: "kind", mapping: MAPPING } };
  const schema = normalised(base);
  expect(schema["properties"]).toMatchObject({
    kind: { type: "string", examples: ["kitty", "doggy", "gone"] },
  });
  expect(await accepts(schema, { kind: "Cat", meow: "x" })).toBe(true);
});

test("what it costs grows with the alternatives, not with their square", () => {
  const names = Array.from({ length: 200 }, (_, index) => `V${index}`);
  const oneOf = names.map((name) => ({ $ref: `#/components/schemas/${name}` }));
  const mapping = Object.fromEntries(names.map((name) => [name.toLowerCase(), name]));
  const S = { oneOf, discriminator: { propertyName: "kind", mapping } };
  const schemas = Object.fromEntries(names.map((name) => [name, variant(name)]));
  const root = { openapi: "3.0.3", components: { schemas: { S, ...schemas } } };
  const entry: DocumentFile = { url: undefined, base: undefined, root };
  const references = new References(entry);
  let looks = 0;
  const resolve = (node: LocatedNode): LocatedNode => {
    looks += 1;
    return references.resolve(node);
  };
  discriminate(nodeAt(rootOf(entry), "components", "schemas", "S"), { oneOf }, resolve);
  expect(looks).toBeLessThanOrEqual(3 * names.length);
});
