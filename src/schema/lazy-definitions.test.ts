import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonSchema } from "../core/json-schema.ts";
import { compileWithAjv } from "./ajv-compiler.ts";
import { compileValidator } from "./compile-validator.ts";
import { hasLazyDefinitions } from "./lazy-definitions.ts";

/** Definitions that lead to one another, each with a shape of its own. */
function circles(count: number): JsonSchema {
  const to = (place: number): JsonSchema => ({ $ref: `#/$defs/S${place % count}` });
  const definitions = Array.from({ length: count }, (_, place) => [
    `S${place}`,
    {
      type: "object",
      required: ["a"],
      additionalProperties: false,
      properties: {
        a: { type: place % 2 === 0 ? "string" : "integer" },
        b: { type: "array", maxItems: 2, items: to(place + 1) },
        c: { anyOf: [to(place * 7 + 3), { type: "null" }] },
        d: { ...to(place + 5), description: "beside it" },
      },
    },
  ]);
  return { type: "object", properties: { v: to(0) }, $defs: Object.fromEntries(definitions) };
}

const few = circles(20);
/** The same, and enough others that nothing leads to. */
const many: JsonSchema = {
  ...few,
  $defs: { ...(circles(40)["$defs"] as object), ...(few["$defs"] as object) },
};

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>("x", 7, null),
    fc.record(
      {
        a: fc.constantFrom<unknown>("x", 7),
        b: fc.array(tie("value"), { maxLength: 3 }),
        c: tie("value"),
        d: tie("value"),
        e: fc.constant(1),
      },
      { requiredKeys: [] },
    ),
  ),
}));

test("definitions compiled one by one say the same of every value as definitions compiled at once", () => {
  expect(hasLazyDefinitions(few, JSON.stringify(few))).toBe(false);
  expect(hasLazyDefinitions(many, JSON.stringify(many))).toBe(true);
  const [atOnce, oneByOne] = [compileWithAjv(few, false), compileWithAjv(many, false)];
  const errorsOf = (check: typeof atOnce): unknown =>
    check.errors?.map(({ instancePath, message, keyword }) => [instancePath, keyword, message]);
  fc.assert(
    fc.property(value, (v) => {
      expect(oneByOne({ v })).toBe(atOnce({ v }));
      expect(errorsOf(oneByOne)).toEqual(errorsOf(atOnce));
    }),
    { numRuns: 500 },
  );
});

test("a thousand definitions that lead to one another can be checked against, and coerced by", () => {
  const validator = compileValidator(circles(1_000));
  const given = { v: { a: "x", b: [{ a: "1" }], d: { a: 2 } } };
  expect(validator.parse(given)).toEqual({
    ok: true,
    value: { v: { a: "x", b: [{ a: 1 }], d: { a: 2 } } },
  });
  expect(validator.parse({ v: { a: "x", b: [{}] } })).toMatchObject({
    ok: false,
    issues: [{ path: "/v/b/0/a" }],
  });
});

test.each([
  ["a $ref that leads elsewhere", { $ref: "#" }],
  ["a $ref that leads nowhere", { $ref: "#/$defs/none" }],
  ["unevaluatedProperties", { unevaluatedProperties: false }],
  ["an anchor", { $anchor: "here" }],
])("a schema with %s is left to ajv", (_, part) => {
  const schema = { ...many, properties: { w: part } };
  expect(hasLazyDefinitions(schema, JSON.stringify(schema))).toBe(false);
});

test("a schema that is too deep to compile is not called a fault of the value", () => {
  let deep: JsonSchema = { type: "string" };
  for (let depth = 0; depth < 1_500; depth += 1) deep = { properties: { a: deep } };
  expect(() => compileValidator(deep).parse({})).toThrow(TypeError);
});
