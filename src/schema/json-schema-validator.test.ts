import { describe, expect, test } from "vitest";
import type { JsonSchema } from "../core/json-schema.ts";
import { JsonSchemaValidator } from "./json-schema-validator.ts";
import type { ParseResult } from "./validator.ts";

function parse(schema: JsonSchema, value: unknown): ParseResult {
  return new JsonSchemaValidator(schema, { coerce: true }).parse(value);
}

function issuesOf(schema: JsonSchema, value: unknown): readonly string[] {
  const result = parse(schema, value);
  return result.ok ? [] : result.issues.map(({ path, message }) => `${path} ${message}`);
}

function properties(shape: Record<string, unknown>, more: object = {}): JsonSchema {
  return { type: "object", properties: shape, ...more };
}

describe("coercion", () => {
  test("a value that fits comes back itself", () => {
    const value = { a: "7" };
    const result = parse(properties({ a: { type: "string" } }), value);
    expect(result).toEqual({ ok: true, value: { a: "7" } });
    expect(result.ok && result.value).toBe(value);
  });

  test("text becomes the number it spells, deep inside too, and the value given stays", () => {
    const value = Object.freeze({ list: Object.freeze(["1", 2]), when: new Date(0) });
    const schema = properties({ list: { type: "array", items: { type: "integer" } } });
    const result = parse(schema, value);
    expect(result).toEqual({ ok: true, value: { list: [1, 2], when: value.when } });
    expect(value).toEqual({ list: ["1", 2], when: value.when });
  });

  test("what a schema accepts as it is, is not touched for the sake of another branch", () => {
    const schema = properties({ id: { anyOf: [{ type: "string" }, { type: "integer" }] } });
    expect(parse(schema, { id: 5 })).toEqual({ ok: true, value: { id: 5 } });
    expect(parse(schema, { id: "5" })).toEqual({ ok: true, value: { id: "5" } });
  });

  test("arguments that were written as JSON text twice are read, nested coercions included", () => {
    const schema = properties({
      filter: properties({
        limit: { type: "integer" },
        ids: { type: "array", items: { type: "number" } },
      }),
    });
    const text = JSON.stringify({ limit: "3", ids: '["1", 2]' });
    const expected = { ok: true, value: { filter: { limit: 3, ids: [1, 2] } } };
    expect(parse(schema, { filter: text })).toEqual(expected);
    expect(parse(schema, JSON.stringify({ filter: text }))).toEqual(expected);
  });

  test("null for an optional property counts as left out, and its default is filled in", () => {
    const schema = properties({ a: { type: "integer" }, b: { type: "integer", default: 5 } });
    expect(parse(schema, { a: null, b: null })).toEqual({ ok: true, value: { b: 5 } });
  });

  test("null stays where the schema allows it", () => {
    const shape = {
      a: { type: ["string", "null"] },
      b: { type: "string", nullable: true },
      c: { anyOf: [{ type: "integer" }, { type: "null" }] },
      d: {},
      e: { enum: ["x", null] },
    };
    const value = { a: null, b: null, c: null, d: null, e: null };
    expect(parse(properties(shape), value)).toEqual({ ok: true, value });
  });

  test("null for a required property is refused, and so is null in an array", () => {
    const schema = properties({ a: { type: "string" } }, { required: ["a"] });
    expect(issuesOf(schema, { a: null })).toEqual(["/a is required: a string"]);
    expect(issuesOf({ type: "array", items: { type: "string" } }, [null])).toEqual([
      "/0 must be a string",
    ]);
    expect(issuesOf({ type: "string" }, null)).toEqual([" must be a string"]);
  });

  test("an allowed value is found by its text where the schema names no type", () => {
    const schema = properties({ level: { enum: [1, 2] }, version: { const: "2" } });
    expect(parse(schema, { level: "1", version: 2 })).toEqual({
      ok: true,
      value: { level: 1, version: "2" },
    });
  });

  test("the branch that a tag names decides what is coerced", () => {
    const schema = {
      oneOf: [
        properties({ kind: { const: "a" }, n: { type: "integer" } }, { required: ["kind"] }),
        properties(
          { kind: { const: "b" }, n: { type: "string" }, count: { type: "integer" } },
          { required: ["kind"] },
        ),
      ],
    };
    expect(parse(schema, { kind: "b", n: "007", count: "3" })).toEqual({
      ok: true,
      value: { kind: "b", n: "007", count: 3 },
    });
    expect(parse(schema, { kind: "a", n: "007" })).toEqual({
      ok: true,
      value: { kind: "a", n: 7 },
    });
  });

  test("a branch that its tag rules out coerces nothing", () => {
    const schema = {
      anyOf: [
        properties({ kind: { const: "a" }, n: { type: "integer" } }),
        properties({ kind: { const: "b" }, count: { type: "integer" } }),
      ],
    };
    expect(parse(schema, { kind: "b", n: "007", count: "3" })).toEqual({
      ok: true,
      value: { kind: "b", n: "007", count: 3 },
    });
  });

  test("what was coerced for one branch is given back when another is the one that fits", () => {
    const schema = {
      anyOf: [
        properties({ n: { type: "integer" } }, { required: ["n", "m"] }),
        properties({ n: { type: "string" }, count: { type: "integer" } }, { required: ["count"] }),
      ],
    };
    expect(parse(schema, { n: "007", count: "3" })).toEqual({
      ok: true,
      value: { n: "007", count: 3 },
    });
  });

  test("a validator that does not coerce refuses what does not fit as it is", () => {
    const validator = new JsonSchemaValidator({ type: "integer" }, { coerce: false });
    expect(validator.parse("7")).toEqual({
      ok: false,
      issues: [{ path: "", message: "must be an integer" }],
    });
    expect(validator.parse(7)).toEqual({ ok: true, value: 7 });
  });

  test("nothing inside a class instance is changed", () => {
    class Point {
      x = "1";
    }
    const point = new Point();
    expect(issuesOf(properties({ x: { type: "integer" } }), point)).toEqual([
      "/x must be an integer",
    ]);
    expect(point.x).toBe("1");
  });
});

describe("messages", () => {
  test("say what was expected and where", () => {
    const schema = properties(
      {
        unit: { enum: ["c", "f"] },
        mode: { const: "fast" },
        days: { type: ["integer", "null"], minimum: 1 },
        "a/b": {
          type: "array",
          items: properties({ price: { type: "number" } }, { required: ["price"] }),
        },
        on: { type: "string", format: "date" },
        code: { type: "string", pattern: "^[a-z]+$", maxLength: 2 },
        never: false,
        name: {},
      },
      { required: ["unit", "name"], additionalProperties: false },
    );
    const value = {
      mode: "slow",
      days: "zz",
      "a/b": [{ price: 1 }, {}],
      on: "x",
      code: "ABC",
      never: 1,
      extra: 1,
    };
    expect(issuesOf(schema, value).toSorted()).toEqual([
      "/a~1b/1/price is required: a number",
      "/code must NOT have more than 2 characters",
      '/code must match pattern "^[a-z]+$"',
      "/days must be an integer or null",
      '/extra is not a known property; known are "unit", "mode", "days", "a/b", "on", "code", "never" and "name"',
      '/mode must be "fast"',
      "/name is required",
      "/never is not allowed",
      '/on must match format "date"',
      "/unit is required",
    ]);
    expect(issuesOf(schema, { unit: "k", name: "n" })).toEqual(['/unit must be one of "c" or "f"']);
    expect(issuesOf(schema, { unit: "c", name: "n", days: 0 })).toEqual(["/days must be >= 1"]);
  });

  test("a union is one issue, not one for each branch", () => {
    const schema = properties({
      id: { anyOf: [{ type: "integer" }, { enum: ["all", "none"] }, { type: "null" }] },
    });
    expect(issuesOf(schema, { id: [] })).toEqual([
      '/id must be an integer, null or one of "all" or "none"',
    ]);
  });

  test("of a union of objects the branch is spoken of that the tag names", () => {
    const schema = {
      anyOf: [
        { $ref: "#/$defs/a" },
        properties({ kind: { const: "b" } }, { required: ["kind", "m"] }),
      ],
      $defs: {
        a: properties({ kind: { const: "a" }, n: { type: "integer" } }, { required: ["kind"] }),
      },
    };
    expect(issuesOf(schema, { kind: "a", n: "zz" })).toEqual(["/n must be an integer"]);
    expect(issuesOf(schema, { kind: "b" })).toEqual(["/m is required"]);
    expect(issuesOf(schema, { kind: "c" })).toEqual(['/kind must be one of "a" or "b"']);
    expect(issuesOf(schema, 5)).toEqual([" must be an object"]);
  });

  test("where the errors of a union cannot be told apart, all are kept", () => {
    const schema = {
      anyOf: [{ $ref: "#/$defs/a" }, properties({ kind: { const: "b" } }, { required: ["kind"] })],
      $defs: {
        a: properties({ sub: { $ref: "#/$defs/c" } }),
        c: properties({ n: { type: "integer" } }),
      },
    };
    expect(issuesOf(schema, { kind: "x", sub: { n: "zz" } })).toEqual([
      "/sub/n must be an integer",
      '/kind must be "b"',
    ]);
  });

  test("a value that fits several alternatives of oneOf is told so", () => {
    const schema = { oneOf: [{ type: "integer" }, { type: "number" }] };
    expect(issuesOf(schema, 5)).toEqual([
      " must fit exactly one of the alternatives and fits several",
    ]);
  });

  test("an array that lacks an item blames no item", () => {
    expect(issuesOf({ type: "array", contains: { const: "x" } }, ["a", "b"])).toEqual([
      " must contain at least 1 valid item(s)",
    ]);
  });

  test("names, exclusions and properties that come together are spoken of plainly", () => {
    const schema = {
      type: "object",
      propertyNames: { maxLength: 3 },
      dependentRequired: { a: ["b"] },
      not: { required: ["c"] },
    };
    expect(issuesOf(schema, { long: 1 })).toEqual([
      "/long is no valid property name: it must NOT have more than 3 characters",
    ]);
    expect(issuesOf(schema, { a: 1 })).toEqual(['/b is required together with "a"']);
    expect(issuesOf(schema, { c: 1 })).toEqual([" must not be of the excluded form"]);
  });

  test("many issues are cut to twenty and counted", () => {
    const issues = issuesOf({ type: "array", items: { type: "integer" } }, Array(50_000).fill("x"));
    expect(issues).toHaveLength(21);
    expect(issues.at(-1)).toBe(" and 49980 more like these");
  });

  test("never contain the value", () => {
    const schema = properties({
      a: { type: "integer" },
      b: { enum: ["x"] },
      c: { type: "string", format: "email" },
      d: { type: "string", pattern: "^x$" },
      e: { type: "array", uniqueItems: true },
      f: { const: 1 },
      g: { anyOf: [{ type: "integer" }, { type: "array" }] },
    });
    const text = "S3CRET";
    const value = { a: text, b: text, c: text, d: text, e: [text, text], f: text, g: text };
    const issues = issuesOf(schema, value);
    expect(issues).toHaveLength(7);
    expect(issues.join()).not.toContain(text);
  });
});

describe("schemas", () => {
  test.each<[string, JsonSchema, string]>([
    ["an unknown type", { type: "objekt" }, "/type must be an array or one of"],
    [
      "a property that is no schema",
      properties({ a: "string" }),
      "/properties/a must be an object or a boolean",
    ],
    [
      "required on a property",
      properties({ a: { required: true } }),
      "/properties/a/required must be an array",
    ],
    [
      "a remote reference",
      { $ref: "https://example.com/a.json" },
      '$ref "https://example.com/a.json" cannot be resolved',
    ],
    ["a reference to nothing", { $ref: "#/$defs/none" }, '$ref "#/$defs/none" cannot be resolved'],
    ["a pattern that is none", properties({ a: { pattern: "(" } }), "Invalid regular expression"],
    ["a property __proto__", properties({ ["__proto__"]: {} }), 'property is called "__proto__"'],
    [
      "such a property deep within",
      { $defs: { a: { items: properties({ ["__proto__"]: {} }) } }, $ref: "#/$defs/a" },
      "Give it another",
    ],
    ["an empty enum", { enum: [] }, "enum must have non-empty array"],
    ["an asynchronous one", { $async: true }, "`$async` schemas are not supported"],
  ])("%s is a TypeError at once", (_what, schema, message) => {
    const make = (): unknown => new JsonSchemaValidator(schema, { coerce: true });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  test("an object that contains itself is a TypeError", () => {
    const schema: Record<string, unknown> = { type: "object" };
    schema["properties"] = { self: schema };
    expect(() => new JsonSchemaValidator(schema, { coerce: true })).toThrow("refers to itself");
  });

  test("recursive references work", () => {
    const schema = {
      $ref: "#/definitions/node",
      definitions: {
        node: properties({
          n: { type: "integer" },
          kids: { type: "array", items: { $ref: "#/definitions/node" } },
        }),
      },
    };
    expect(parse(schema, { n: 1, kids: [{ n: "2" }] })).toEqual({
      ok: true,
      value: { n: 1, kids: [{ n: 2 }] },
    });
    expect(issuesOf(schema, { kids: [{ kids: [{ n: "zz" }] }] })).toEqual([
      "/kids/0/kids/0/n must be an integer",
    ]);
    const toRoot = properties({ n: { type: "integer" }, next: { $ref: "#" } });
    expect(issuesOf(toRoot, { next: { n: "zz" } })).toEqual(["/next/n must be an integer"]);
  });

  test("two schemas with one $id do not get in each other's way", () => {
    for (const [type, parsed] of [
      ["integer", 7],
      ["string", "7"],
      ["integer", 7],
    ]) {
      const schema = {
        $id: "https://example.com/same.json",
        ...properties({ a: { $ref: "#inner" } }),
        $defs: { inner: { $anchor: "inner", type } },
      };
      expect(parse(schema, { a: "7" })).toEqual({ ok: true, value: { a: parsed } });
    }
  });

  test.each([
    "http://json-schema.org/draft-04/schema",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2019-09/schema",
  ])("a tuple is written as %s has it", ($schema) => {
    const tuple = { $schema, type: "array", items: [{ type: "integer" }] };
    expect(parse(tuple, ["7"])).toEqual({ ok: true, value: [7] });
  });

  test.each([
    "https://json-schema.org/draft/2020-12/schema",
    "https://example.com/mine",
    undefined,
  ])("a tuple is written as 2020-12 has it where $schema is %s", ($schema) => {
    expect(parse({ $schema, prefixItems: [{ type: "integer" }] }, ["7"])).toEqual({
      ok: true,
      value: [7],
    });
    expect(() => parse({ $schema, items: [{ type: "integer" }] }, [])).toThrow("/items must be");
  });

  test("a schema of schemas may refer to the meta-schema", () => {
    const schema = properties({ s: { $ref: "https://json-schema.org/draft/2020-12/schema" } });
    expect(parse(schema, { s: { type: "string" } }).ok).toBe(true);
    expect(issuesOf(schema, { s: { type: "objekt" } })[0]).toMatch(/^\/s\/type must be/u);
  });

  test("an unknown keyword or format is ignored, and a pattern need not be a Unicode one", () => {
    const schema = properties({
      a: { type: "string", pattern: "^[\\w-.]+$", format: "zork", "x-hint": {} },
    });
    expect(parse(schema, { a: "a-b" }).ok).toBe(true);
    expect(parse(schema, { a: "a b" }).ok).toBe(false);
  });
});

describe("hostile values", () => {
  const schema = properties(
    { a: { type: "integer" }, constructor: { type: "string" } },
    { required: ["a"] },
  );

  test("__proto__ is a key like any other", () => {
    const value: unknown = JSON.parse('{"__proto__": {"a": 1, "polluted": true}}');
    expect(parse(schema, value).ok).toBe(false);
    const withDefault = properties({ b: { type: "integer", default: 1 }, a: { type: "integer" } });
    const result = parse(withDefault, JSON.parse('{"__proto__": {"polluted": true}, "a": "7"}'));
    expect(result).toMatchObject({ ok: true, value: { a: 7, b: 1 } });
    expect(result.ok && Object.getPrototypeOf(result.value)).toBe(Object.prototype);
    expect(result.ok && (result.value as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect({}).not.toHaveProperty("polluted");
  });

  test("inherited members do not count as properties", () => {
    expect(parse(schema, { a: 1 })).toEqual({ ok: true, value: { a: 1 } });
    expect(issuesOf({ type: "object", required: ["toString"] }, {})).toEqual([
      "/toString is required",
    ]);
  });

  test("a value that contains itself, or is a hundred thousand levels deep, is refused rather than thrown at", () => {
    const recursive = properties({ next: { $ref: "#" }, n: { type: "integer", default: 1 } });
    const loop: Record<string, unknown> = {};
    loop["next"] = loop;
    let deep: Record<string, unknown> = {};
    for (let level = 0; level < 100_000; level += 1) deep = { next: deep };
    for (const value of [loop, deep]) {
      expect(issuesOf(recursive, value)).toEqual([" is nested too deeply, or contains itself"]);
    }
  });

  test("a getter that throws is an issue without its message", () => {
    const value = {
      get a(): number {
        throw new RangeError("S3CRET");
      },
      get b(): number {
        throw new TypeError("S3CRET");
      },
    };
    expect(issuesOf(properties({ b: { type: "integer" } }), value)).toEqual([
      " could not be read: TypeError was thrown",
    ]);
    expect(issuesOf(schema, value).join()).not.toContain("S3CRET");
  });
});
