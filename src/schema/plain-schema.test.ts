import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileWithAjv } from "./ajv-compiler.ts";
import { isPlainSchema, lookUp } from "./plain-schema.ts";

const everyday = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    city: { type: "string", description: "Where", minLength: 1, pattern: "^[\\w-.]+$" },
    days: { type: ["integer", "null"], default: 1, minimum: 1, examples: [3] },
    unit: { enum: ["c", "f"] },
    tree: { $ref: "#/$defs/node" },
    rest: { anyOf: [{ type: "array", items: { type: "number" } }, true] },
  },
  required: ["city"],
  additionalProperties: false,
  $defs: { node: { type: "object", properties: { kids: { items: { $ref: "#/$defs/node" } } } } },
};

test("the everyday schema of a tool is plain", () => {
  expect(isPlainSchema(everyday)).toBe(true);
  expect(isPlainSchema({})).toBe(true);
});

describe("what is wrong, or unusual, is for ajv to judge", () => {
  const circular: Record<string, unknown> = {};
  circular["not"] = circular;
  test.each<[string, Record<string, unknown>]>([
    ["an unknown type", { type: "objekt" }],
    ["a property that is no schema", { properties: { a: "string" } }],
    ["required as a boolean", { properties: { a: { required: true } } }],
    ["an empty enum", { enum: [] }],
    ["a list of types with none", { type: [] }],
    ["a pattern that does not compile", { pattern: "(" }],
    ["a reference to nothing", { $ref: "#/$defs/none" }],
    ["a reference elsewhere", { $ref: "https://example.com/a.json" }],
    ["an id", { $id: "https://example.com/a.json" }],
    ["a keyword it does not know", { nullable: true }],
    ["an object that contains itself", circular],
    ["a $schema that is no text", { $schema: 7 }],
  ])("%s", (_what, schema) => {
    expect(isPlainSchema(schema)).toBe(false);
  });
});

const VALUES = [
  "string",
  "object",
  "#/$defs/a",
  "#",
  "(",
  "^a$",
  "date",
  "",
  0,
  1,
  -1,
  0.5,
  true,
  false,
  null,
];
const KEYWORDS =
  "type properties items required enum const default anyOf oneOf allOf not if then $ref $defs pattern format minimum minItems additionalProperties prefixItems contains uniqueItems propertyNames a".split(
    " ",
  );

test("every plain schema compiles", () => {
  const { schema } = fc.letrec<{ value: unknown; schema: Record<string, unknown> }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom(...VALUES),
      fc.array(tie("value"), { maxLength: 3 }),
      tie("schema"),
    ),
    schema: fc.dictionary(fc.constantFrom(...KEYWORDS), tie("value"), { maxKeys: 4 }),
  }));
  let plain = 0;
  fc.assert(
    fc.property(schema, (candidate) => {
      if (!isPlainSchema(candidate)) return;
      plain += 1;
      expect(compileWithAjv(candidate, false)).toBeTypeOf("function");
    }),
    { numRuns: 3000 },
  );
  expect(plain).toBeGreaterThan(100);
});

test("a reference is looked up among own properties only", () => {
  const root = { $defs: { "a/b": { type: "string" } } };
  expect(lookUp(root, "#/$defs/a~1b")).toEqual({ type: "string" });
  expect(lookUp(root, "#")).toBe(root);
  expect(lookUp(root, "#/constructor")).toBeUndefined();
  expect(lookUp(root, "#/$defs/none/deeper")).toBeUndefined();
  expect(lookUp(root, "other.json")).toBeUndefined();
});
