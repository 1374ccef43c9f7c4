import { toJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { ToolSchema } from "../core/tool.ts";
import { compileValidator } from "./compile-validator.ts";
import type { Validator } from "./validator.ts";

const valibotTrip = v.strictObject({
  city: v.string(),
  days: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
  unit: v.optional(v.picklist(["c", "f"])),
  stops: v.optional(v.array(v.object({ km: v.number() }))),
  note: v.optional(v.nullable(v.string())),
});

/** One schema, in the words of each library. */
const TRIPS: readonly (readonly [string, Validator])[] = [
  [
    "JSON Schema",
    compileValidator({
      type: "object",
      properties: {
        city: { type: "string" },
        days: { type: "integer", minimum: 1, default: 1 },
        unit: { enum: ["c", "f"] },
        stops: {
          type: "array",
          items: { type: "object", properties: { km: { type: "number" } }, required: ["km"] },
        },
        note: { type: ["string", "null"] },
      },
      required: ["city"],
      additionalProperties: false,
    }),
  ],
  [
    "zod",
    compileValidator(
      z.strictObject({
        city: z.string(),
        days: z.number().int().min(1).default(1),
        unit: z.enum(["c", "f"]).optional(),
        stops: z.array(z.object({ km: z.number() })).optional(),
        note: z.string().nullable().optional(),
      }),
    ),
  ],
  [
    "arktype",
    compileValidator(
      type({
        "+": "reject",
        city: "string",
        days: "number.integer >= 1 = 1",
        "unit?": "'c' | 'f'",
        "stops?": type({ km: "number" }).array(),
        "note?": "string | null",
      }),
    ),
  ],
  ["valibot", compileValidator(valibotTrip, toJsonSchema(valibotTrip, { typeMode: "input" }))],
];

describe.each(TRIPS)("%s", (_library, validator) => {
  test.each<[string, unknown, unknown]>([
    ["fills in defaults", { city: "Bern" }, { city: "Bern", days: 1 }],
    ["takes what fits", { city: "7", days: 2, unit: "c" }, { city: "7", days: 2, unit: "c" }],
    ["reads numbers from text", { city: "Bern", days: "7" }, { city: "Bern", days: 7 }],
    ["writes numbers as text", { city: 7, days: 2 }, { city: "7", days: 2 }],
    [
      "coerces deep inside",
      { city: "Bern", days: 1, stops: [{ km: 1 }, { km: "2.5" }] },
      { city: "Bern", days: 1, stops: [{ km: 1 }, { km: 2.5 }] },
    ],
    [
      "reads JSON text",
      { city: "Bern", days: 1, stops: '[{"km":"3"}]' },
      { city: "Bern", days: 1, stops: [{ km: 3 }] },
    ],
    ["reads the whole from JSON text", '{"city":"Bern"}', { city: "Bern", days: 1 }],
    [
      "keeps null where it may be",
      { city: "Bern", days: 1, note: null },
      { city: "Bern", days: 1, note: null },
    ],
    [
      "takes null for left out",
      { city: "Bern", days: null, unit: null },
      { city: "Bern", days: 1 },
    ],
  ])("%s", async (_what, value, parsed) => {
    expect(await validator.parse(value)).toEqual({ ok: true, value: parsed });
  });

  test.each<[string, unknown, string]>([
    ["text that is no number", { city: "Bern", days: "zz" }, "/days"],
    ["a number out of range", { city: "Bern", days: "0" }, "/days"],
    ["a fraction for an integer", { city: "Bern", days: "1.5" }, "/days"],
    ["a missing property", { days: 1 }, "/city"],
    ["null for a required property", { city: null }, "/city"],
    ["a value that is not listed", { city: "Bern", unit: "S3CRET" }, "/unit"],
    ["a nested mistake", { city: "Bern", stops: [{ km: 1 }, { km: "S3CRET" }] }, "/stops/1/km"],
    ["a nested omission", { city: "Bern", stops: [{}] }, "/stops/0/km"],
    ["text", "S3CRET", ""],
    ["null", null, ""],
    ["nothing", undefined, ""],
  ])("refuses %s, and says where without the value", async (_what, value, path) => {
    const result = await validator.parse(value);
    const issues = result.ok ? [] : result.issues;
    expect(issues.map((issue) => issue.path)).toContain(path);
    expect(JSON.stringify(issues)).not.toContain("S3CRET");
  });

  test("refuses an array for an object", async () => {
    expect(await validator.parse(["Bern"])).toMatchObject({ ok: false });
  });

  test("refuses an unknown property by name", async () => {
    const result = await validator.parse({ city: "Bern", zork: 1 });
    expect(result.ok ? "" : JSON.stringify(result.issues)).toContain("zork");
  });

  test("never throws, never changes its argument, and never rejects", async () => {
    const nearly = fc.record(
      {
        city: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
        days: fc.oneof(fc.integer(), fc.integer().map(String), fc.jsonValue()),
        unit: fc.constantFrom("c", "f", "k", 1, null),
        stops: fc.oneof(
          fc.array(
            fc.record({ km: fc.oneof(fc.double(), fc.double().map(String), fc.jsonValue()) }),
          ),
          fc.json(),
        ),
        note: fc.jsonValue(),
        ["__proto__"]: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(nearly, fc.jsonValue(), fc.json()), async (value) => {
        const before = structuredClone(value);
        deepFreeze(value);
        const result = await validator.parse(value);
        expect(value).toEqual(before);
        if (!result.ok) expect(result.issues.length).toBeGreaterThan(0);
        else expect(await validator.parse(result.value)).toEqual(result);
      }),
      { numRuns: 300 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test("never throws at a value that is no JSON", async () => {
    const loop: Record<string, unknown> = { city: "Bern" };
    loop["stops"] = [loop];
    const values = [
      loop,
      new Map(),
      new Date(Number.NaN),
      10n,
      Symbol("s"),
      () => 1,
      new Uint8Array(2),
      Number.NaN,
    ];
    for (const value of values) expect(await validator.parse(value)).toMatchObject({ ok: false });
  });
});

const SCHEMAS: readonly ToolSchema[] = [
  {},
  { enum: [1, "2", true, null] },
  { type: ["integer", "array"], items: { $ref: "#" } },
  { type: "object", additionalProperties: { type: "number" }, propertyNames: { maxLength: 5 } },
  {
    type: "object",
    properties: { a: { $ref: "#", default: {} }, b: { type: "integer", default: 1 } },
  },
  {
    anyOf: [
      { type: "object", properties: { "": { type: "string" } }, required: [""] },
      { type: "array", contains: { type: "integer" }, uniqueItems: true },
      { type: "integer", minimum: 3 },
      { not: { type: "object" }, enum: ["x"] },
    ],
  },
  {
    allOf: [
      { type: "object", properties: { a: { type: "string" } } },
      { properties: { a: { minLength: 2 } } },
    ],
  },
  z.record(z.string(), z.union([z.number(), z.array(z.boolean())])),
];

test("whatever the schema and the value, nothing is thrown and nothing is changed", async () => {
  const validators = SCHEMAS.map((schema) => compileValidator(schema));
  await fc.assert(
    fc.asyncProperty(
      fc.anything({ withNullPrototype: true }),
      fc.constantFrom(...validators),
      async (value, validator) => {
        const before = fc.stringify(value);
        deepFreeze(value);
        expect(await validator.parse(value)).toHaveProperty("ok");
        expect(fc.stringify(value)).toBe(before);
      },
    ),
    { numRuns: 2000 },
  );
});

test("a schema that is asynchronous is awaited", async () => {
  const validator = compileValidator(
    z.object({ n: z.number().refine(async (n) => (await Promise.resolve(n)) > 1) }),
  );
  expect(await validator.parse({ n: "2" })).toEqual({ ok: true, value: { n: 2 } });
  expect(await validator.parse({ n: "1" })).toMatchObject({ ok: false, issues: [{ path: "/n" }] });
});

test("a transform sees the coerced input, and a default that is an output is not taken for one", async () => {
  const validator = compileValidator(
    z.object({
      a: z
        .string()
        .transform((text) => text.length)
        .default(3),
      b: z.number(),
    }),
  );
  expect(await validator.parse({ a: 12345, b: "1" })).toEqual({ ok: true, value: { a: 5, b: 1 } });
  expect(await validator.parse({ b: "1" })).toEqual({ ok: true, value: { a: 3, b: 1 } });
});

test("a union of zod objects says what is wrong with the closest", async () => {
  const validator = compileValidator(
    z.object({
      where: z.union([
        z.string(),
        z.object({ street: z.string(), city: z.string() }),
        z.object({ lat: z.number(), lon: z.number() }),
      ]),
    }),
  );
  expect(await validator.parse({ where: { lat: 1, lon: "zz" } })).toMatchObject({
    ok: false,
    issues: [{ path: "/where/lon", message: "Invalid input: expected number, received string" }],
  });
  expect(await validator.parse({ where: [] })).toMatchObject({
    ok: false,
    issues: [{ path: "/where" }],
  });
});

test("values that arktype prints inside a message are taken out of it", async () => {
  const validator = compileValidator(
    type({ a: "string.email", b: "string > 20 & /^z/", c: "'x' | number[]" }).or({ d: "'y'" }),
  );
  for (const value of [
    { a: 'S3CRET") x', b: "S3CRET", c: "S3CRET" },
    { d: "S3CRET" },
    { c: ["S3CRET"] },
  ]) {
    const result = await validator.parse(value);
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain("S3CRET");
  }
});

test("with coercion off only what fits as it is passes", async () => {
  for (const schema of [
    z.object({ a: z.number() }),
    { type: "object", properties: { a: { type: "number" } } },
  ]) {
    const validator = compileValidator(schema, undefined, { coerce: false });
    expect(await validator.parse({ a: "1" })).toMatchObject({ ok: false });
    expect(await validator.parse({ a: 1 })).toMatchObject({ ok: true });
  }
});

test("a broken JSON Schema beside a library's schema is a TypeError at once", () => {
  expect(() => compileValidator(v.object({}), { type: "objekt" })).toThrow(TypeError);
});

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  Object.freeze(value);
  for (const key of Object.keys(value)) deepFreeze((value as Record<string, unknown>)[key]);
}
