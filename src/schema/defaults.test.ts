import { expect, test } from "vitest";
import { compileDefaults } from "./defaults.ts";

function fill(schema: Record<string, unknown>, value: unknown): unknown {
  return (compileDefaults(schema) ?? ((same: unknown) => same))(value);
}

test("a schema without defaults needs no filling", () => {
  expect(
    compileDefaults({ type: "object", properties: { a: { type: "string" } } }),
  ).toBeUndefined();
});

test("a missing property gets its default, a given one keeps its value", () => {
  const schema = { properties: { a: { default: 1 }, b: { default: 2 }, c: { default: 3 } } };
  expect(fill(schema, { b: null, c: undefined })).toEqual({ a: 1, b: null, c: 3 });
});

test("only what is required is filled in where somebody else has the other defaults", () => {
  const properties = { a: { default: 1 }, b: { default: 2 } };
  const schema = { properties: { ...properties, deep: { properties, required: ["b"] } } };
  const fillRequired = compileDefaults({ ...schema, required: ["a"] }, "required");
  expect(fillRequired?.({ deep: {} })).toEqual({ a: 1, deep: { b: 2 } });
});

test("the value given is not changed, and comes back itself when nothing is missing", () => {
  const schema = { properties: { a: { default: 1 }, deep: { properties: { b: { default: 2 } } } } };
  const lacking = Object.freeze({ deep: Object.freeze({}) });
  expect(fill(schema, lacking)).toEqual({ a: 1, deep: { b: 2 } });
  expect(lacking).toEqual({ deep: {} });

  const whole = { a: 1, deep: { b: 2 } };
  expect(fill(schema, whole)).toBe(whole);
});

test("defaults are found below items, tuples, records, allOf and within defaults", () => {
  const part = { properties: { a: { default: 1 } } };
  expect(fill({ items: part }, [{}, 5, { a: 2 }])).toEqual([{ a: 1 }, 5, { a: 2 }]);
  expect(fill({ prefixItems: [{}, part] }, [{}, {}, {}])).toEqual([{}, { a: 1 }, {}]);
  expect(fill({ items: [part], additionalItems: part }, [{}, {}])).toEqual([{ a: 1 }, { a: 1 }]);
  expect(fill({ properties: { x: {} }, additionalProperties: part }, { x: {}, y: {} })).toEqual({
    x: {},
    y: { a: 1 },
  });
  expect(fill({ allOf: [part, { properties: { b: { default: 2 } } }] }, {})).toEqual({
    a: 1,
    b: 2,
  });
  expect(fill({ properties: { o: { ...part, default: {} } } }, {})).toEqual({ o: { a: 1 } });
});

test("defaults are found through $ref, recursive ones too", () => {
  const schema = {
    $ref: "#/$defs/node",
    $defs: {
      node: {
        properties: { size: { default: 1 }, kids: { items: { $ref: "#/$defs/node" } } },
      },
    },
  };
  expect(fill(schema, { kids: [{ kids: [{}] }] })).toEqual({
    size: 1,
    kids: [{ size: 1, kids: [{ size: 1 }] }],
  });
});

test("below anyOf no default is filled in", () => {
  expect(fill({ anyOf: [{ properties: { a: { default: 1 } } }] }, {})).toEqual({});
});

test("a default spelled as text is read; one that does not fit its type is left out", () => {
  const properties = {
    flag: { type: "boolean", default: "false" },
    text: { type: "string", default: null },
    list: { type: "array", default: "none" },
    maybe: { type: ["string", "null"], default: null },
    open: { type: "string", nullable: true, default: null },
  };
  expect(fill({ properties }, {})).toEqual({ flag: false, maybe: null, open: null });
});

test("every call gets a default of its own", () => {
  const filler = compileDefaults({ properties: { list: { default: [] } } });
  const first = filler?.({}) as { list: number[] };
  first.list.push(1);
  expect(filler?.({})).toEqual({ list: [] });
});

test("class instances and maps are not written into", () => {
  class Point {
    x = 1;
  }
  const schema = { properties: { a: { default: 1 } } };
  const point = new Point();
  const map = new Map();
  expect(fill(schema, point)).toBe(point);
  expect(fill(schema, map)).toBe(map);
  expect(point).not.toHaveProperty("a");
  expect(map).not.toHaveProperty("a");
});

test("a property named like an inherited one is filled in", () => {
  expect(fill({ properties: { constructor: { default: "c" } } }, {})).toEqual({ constructor: "c" });
});

test("a default of a property named __proto__ touches no prototype", () => {
  const schema = JSON.parse('{"properties": {"__proto__": {"default": {"polluted": true}}}}');
  const filled = fill(schema, {}) as Record<string, unknown>;
  expect(filled["polluted"]).toBeUndefined();
  expect(Object.getPrototypeOf(filled)).toBe(Object.prototype);
});
