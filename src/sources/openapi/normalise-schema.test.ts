import { expect, test } from "vitest";
import { compileValidator } from "../../schema/compile-validator.ts";
import { type DocumentFile, nodeAt, rootOf } from "./located-node.ts";
import { References } from "./resolve-reference.ts";
import { SchemaSlicer } from "./slice-schema.ts";

/** The schema `S` of a document with these schemas, and its definitions. */
function normalised(schemas: unknown, openapi = "3.0.3"): Record<string, unknown> {
  const entry: DocumentFile = {
    url: undefined,
    base: undefined,
    root: { openapi, components: { schemas } },
  };
  const slicer = new SchemaSlicer(new References(entry));
  const { schema, refs } = slicer.read(nodeAt(rootOf(entry), "components", "schemas", "S"));
  const $defs = slicer.definitions(refs);
  return $defs === undefined ? schema : { ...schema, $defs };
}

test.each([
  [{ type: "string", nullable: true }, { type: ["string", "null"] }],
  [
    { type: "string", nullable: true, enum: ["a"] },
    { type: ["string", "null"], enum: ["a", null] },
  ],
  [{ nullable: true, enum: ["a", null] }, { enum: ["a", null] }],
  [{ nullable: true }, {}],
  [
    { type: "object", nullable: true, allOf: [{ required: ["a"] }], description: "d" },
    {
      description: "d",
      anyOf: [{ type: "object", allOf: [{ required: ["a"] }] }, { type: "null" }],
    },
  ],
  [{ minimum: 1, exclusiveMinimum: true }, { exclusiveMinimum: 1 }],
  [
    { minimum: 1, exclusiveMinimum: false, maximum: 2, exclusiveMaximum: true },
    { minimum: 1, exclusiveMaximum: 2 },
  ],
  [
    { type: "string", example: "x", xml: {}, "x-order": 1, discriminator: { propertyName: "a" } },
    { type: "string", examples: ["x"] },
  ],
  [
    { type: "string", format: "byte" },
    { type: "string", contentEncoding: "base64" },
  ],
  [
    { type: "string", format: "binary", maxLength: 3 },
    { type: "string", contentEncoding: "base64", description: "Bytes, written as base64." },
  ],
  [
    { type: "array", items: [{ type: "string" }, true], additionalItems: false },
    { type: "array", prefixItems: [{ type: "string" }, true], items: false },
  ],
])("%j is rewritten", (given, expected) => {
  expect(normalised({ S: given })).toEqual(expected);
});

test.each([
  {
    type: "any",
    minimum: "1",
    maxLength: -1,
    pattern: "(",
    enum: [],
    required: [],
    format: 3,
    allOf: [],
  },
  {
    type: ["string", "string", 5],
    items: null,
    additionalProperties: null,
    multipleOf: 0,
    properties: [],
  },
  {
    required: true,
    dependentRequired: { a: "b" },
    patternProperties: { "(": {} },
    uniqueItems: "yes",
  },
  {
    type: "string",
    $id: "https://example.com/x",
    $schema: "http://json-schema.org/draft-04/schema#",
  },
])("slips in %j are left out, and what is left compiles", (given) => {
  const schema = normalised({ S: { type: "object", properties: { a: given } } });
  expect(compileValidator(schema).parse({})).toMatchObject({ ok: true });
});

test("readOnly properties are neither asked for nor shown, wherever in an allOf they are declared", () => {
  const schema = normalised({
    S: {
      required: ["id", "name", "made"],
      allOf: [{ $ref: "#/components/schemas/Base" }, { type: "object", required: ["id", "size"] }],
      properties: {
        name: { type: "string", writeOnly: true },
        made: { $ref: "#/components/schemas/Time" },
      },
    },
    Base: { type: "object", properties: { id: { type: "string", readOnly: true }, size: {} } },
    Time: { type: "string", readOnly: true },
  });
  expect(schema).toEqual({
    required: ["name"],
    properties: { name: { type: "string", writeOnly: true } },
    allOf: [{ $ref: "#/$defs/Base" }, { type: "object", required: ["size"] }],
    $defs: { Base: { type: "object", properties: { size: {} } } },
  });
});

test("what stands beside a $ref counts from 3.1 on; before, only what describes and `nullable` do", () => {
  const schemas = {
    S: { $ref: "#/components/schemas/T", minLength: 3, description: "here", nullable: true },
    T: { type: "string" },
  };
  const $defs = { T: { type: "string" } };
  expect(normalised(schemas)).toEqual({
    description: "here",
    anyOf: [{ $ref: "#/$defs/T" }, { type: "null" }],
    $defs,
  });
  expect(
    normalised({ ...schemas, S: { $ref: "#/components/schemas/T", minLength: 3 } }, "3.1.0"),
  ).toEqual({
    $ref: "#/$defs/T",
    minLength: 3,
    $defs,
  });
});

test("properties may have any name: those of keywords, and those that every object inherits", () => {
  const given = JSON.parse(
    '{"S":{"type":"object","properties":{"__proto__":{"type":"integer"},"nullable":{"type":"boolean"},"example":{"type":"string"},"$ref":{"type":"string"}},"required":["__proto__"]}}',
  ) as unknown;
  const schema = normalised(given);
  expect(Object.keys(schema["properties"] as object)).toEqual([
    "__proto__",
    "nullable",
    "example",
    "$ref",
  ]);
  expect(JSON.stringify(schema)).toContain('"__proto__":{"type":"integer"}');
  expect(({} as Record<string, unknown>)["type"]).toBeUndefined();
});

test("examples that are long are left out", () => {
  expect(normalised({ S: { type: "string", example: "x".repeat(600) } })).toEqual({
    type: "string",
  });
});

test("a schema that is nested without end is refused in words", () => {
  let schema: object = { type: "string" };
  for (let depth = 0; depth < 5_000; depth += 1) schema = { type: "array", items: schema };
  expect(() => normalised({ S: schema })).toThrow("nested deeper than 200");
});
