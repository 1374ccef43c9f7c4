import { expect, test } from "vitest";
import { z } from "zod/v3";
import { isZod3, zod3JsonSchema } from "./zod3-json-schema.ts";

interface Tree {
  readonly children: readonly Tree[];
}
const tree: z.ZodType<Tree> = z.lazy(() => z.object({ children: z.array(tree) }));

const Level = { Low: 0, High: 1, 0: "Low", 1: "High" } as const;

test.each([
  [
    z.string().min(1).max(5).describe("A name"),
    { type: "string", minLength: 1, maxLength: 5, description: "A name" },
  ],
  [z.string().email(), { type: "string", format: "email" }],
  [z.string().regex(/^a+$/), { type: "string", pattern: "^a+$" }],
  [z.number().int().positive().lte(9), { type: "integer", exclusiveMinimum: 0, maximum: 9 }],
  [z.number().multipleOf(5), { type: "number", multipleOf: 5 }],
  [z.boolean().default(true), { type: "boolean", default: true }],
  [z.literal("x"), { const: "x" }],
  [z.enum(["a", "b"]), { type: "string", enum: ["a", "b"] }],
  [z.nativeEnum(Level), { enum: [0, 1] }],
  [z.nativeEnum({ Up: "up" }), { enum: ["up"] }],
  [z.string().nullable(), { anyOf: [{ type: "string" }, { type: "null" }] }],
  [z.union([z.string(), z.number()]), { anyOf: [{ type: "string" }, { type: "number" }] }],
  [
    z.array(z.string()).min(1).max(3),
    { type: "array", items: { type: "string" }, minItems: 1, maxItems: 3 },
  ],
  [z.set(z.string()), { type: "array", items: { type: "string" } }],
  [
    z.tuple([z.string(), z.number()]),
    { type: "array", prefixItems: [{ type: "string" }, { type: "number" }], items: false },
  ],
  [
    z.tuple([z.string()]).rest(z.null()),
    { type: "array", prefixItems: [{ type: "string" }], items: { type: "null" } },
  ],
  [z.record(z.number()), { type: "object", additionalProperties: { type: "number" } }],
  [z.string().transform(Number), { type: "string" }],
  [z.string().pipe(z.coerce.number()), { type: "string" }],
  [z.string().catch("x").brand("id").readonly(), { type: "string" }],
  [z.date(), { type: "string", format: "date-time" }],
  [z.bigint(), { type: "integer" }],
  [z.any(), {}],
  [
    z.discriminatedUnion("kind", [z.object({ kind: z.literal("a") })]),
    { anyOf: [{ type: "object", properties: { kind: { const: "a" } }, required: ["kind"] }] },
  ],
  [
    z.intersection(z.object({ a: z.string() }), z.object({ b: z.string().optional() })),
    {
      allOf: [
        { type: "object", properties: { a: { type: "string" } }, required: ["a"] },
        { type: "object", properties: { b: { type: "string" } } },
      ],
    },
  ],
  [z.object({}).strict(), { type: "object", properties: {}, additionalProperties: false }],
  [
    z.object({}).catchall(z.number()),
    { type: "object", properties: {}, additionalProperties: { type: "number" } },
  ],
])("zod 3 as JSON Schema: %#", (schema, written) => {
  expect(isZod3(schema as never)).toBe(true);
  expect(zod3JsonSchema(schema as never)).toEqual(written);
});

test("a schema that holds itself ends", () => {
  expect(JSON.stringify(zod3JsonSchema(tree as never)).length).toBeLessThan(1_000);
});
