import { toJsonSchema, toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { JsonSchema } from "../core/json-schema.ts";
import type { ToolSchema } from "../core/tool.ts";
import { inputJsonSchema } from "./to-json-schema.ts";

function write(input: ToolSchema, given?: JsonSchema): JsonSchema {
  return inputJsonSchema({ name: "a.tool", input, inputJsonSchema: given });
}

const FORECAST = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "number" } },
  required: ["city"],
};

describe("every library's schema is written, from the side that the model fills in", () => {
  test.each<[string, ToolSchema]>([
    ["zod", z.object({ city: z.string(), days: z.number().default(1) })],
    ["arktype", type({ city: "string", days: "number = 1" })],
    [
      "valibot",
      toStandardJsonSchema(v.object({ city: v.string(), days: v.optional(v.number(), 1) })),
    ],
    ["JSON Schema", { $schema: "https://json-schema.org/draft/2020-12/schema", ...FORECAST }],
  ])("%s", (_library, schema) => {
    const written = write(schema);
    expect(written).toMatchObject(FORECAST);
    expect(written).not.toHaveProperty("$schema");
    expect(JSON.parse(JSON.stringify(written))).toEqual(written);
  });

  test("valibot with the JSON Schema beside it", () => {
    const schema = v.object({ city: v.string(), days: v.optional(v.number(), 1) });
    expect(write(schema, { ...toJsonSchema(schema, { typeMode: "input" }) })).toMatchObject(
      FORECAST,
    );
  });
});

test("a library that writes no JSON Schema is a TypeError that names the tool and the way out", () => {
  expect(() => write(v.object({}))).toThrow(TypeError);
  expect(() => write(v.object({}))).toThrow(
    /"a\.tool".*inputJsonSchema: toJsonSchema\(schema\).*toStandardJsonSchema/u,
  );
  const bare = {
    "~standard": { version: 1, vendor: "ours", validate: (value: unknown) => ({ value }) },
  } as const;
  expect(() => write(bare)).toThrow('Tool "a.tool": ours cannot write');
});

test("parts that JSON Schema cannot say are left open, and a coerced date is told as one", () => {
  const zod = write(
    z.object({
      bytes: z.instanceof(Uint8Array),
      on: z.date(),
      from: z.coerce.date(),
      n: z.bigint(),
    }),
  );
  expect(zod["properties"]).toEqual({
    bytes: {},
    on: {},
    from: { type: "string", format: "date-time" },
    n: {},
  });
  expect(write(type({ on: "Date" }))["properties"]).toEqual({ on: {} });
  expect(write(toStandardJsonSchema(v.object({ on: v.date() })))["properties"]).toEqual({ on: {} });
});

test("the result is a copy without anything that is not JSON", () => {
  const input = { type: "object", properties: { a: { default: undefined, type: "string" } } };
  const written = write(input);
  expect(written).toEqual({ type: "object", properties: { a: { type: "string" } } });
  expect(written["properties"]).not.toBe(input.properties);
});

describe("the root is an object", () => {
  test.each<[string, JsonSchema, JsonSchema]>([
    ["nothing said", {}, { type: "object", properties: {} }],
    ["no properties", { type: "object" }, { type: "object", properties: {} }],
    ["no type", { properties: { a: {} } }, { type: "object", properties: { a: {} } }],
    ["null allowed", { type: ["object", "null"] }, { type: "object", properties: {} }],
    [
      "a union of objects",
      { oneOf: [{ type: "object", required: ["a"] }, { type: "null" }] },
      {
        type: "object",
        properties: {},
        oneOf: [{ type: "object", required: ["a"] }, { type: "null" }],
      },
    ],
    [
      "a reference to a reference to an object",
      { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { type: "object" } } },
      {
        type: "object",
        properties: {},
        $defs: { a: { $ref: "#/$defs/b" }, b: { type: "object" } },
      },
    ],
    [
      "a union with a reference to an object",
      { anyOf: [{ $ref: "#/$defs/b" }], $defs: { b: { type: "object" } } },
      {
        type: "object",
        properties: {},
        anyOf: [{ $ref: "#/$defs/b" }],
        $defs: { b: { type: "object" } },
      },
    ],
    [
      "a reference to an object",
      {
        $ref: "#/$defs/n",
        $defs: { n: { type: "object", properties: { next: { $ref: "#/$defs/n" } } } },
      },
      {
        type: "object",
        properties: { next: { $ref: "#/$defs/n" } },
        $defs: { n: { type: "object", properties: { next: { $ref: "#/$defs/n" } } } },
      },
    ],
  ])("%s", (_what, schema, written) => {
    expect(write(schema)).toEqual(written);
  });

  test.each<[string, ToolSchema]>([
    ["a string", { type: "string" }],
    ["an array", z.array(z.string())],
    ["a union of scalars", z.union([z.string(), z.number()])],
    ["an enum", { enum: ["a"] }],
    ["a reference to a string", { $ref: "#/$defs/s", $defs: { s: { type: "string" } } }],
    [
      "a union in a circle",
      { $ref: "#/$defs/s", $defs: { s: { anyOf: [{ $ref: "#/$defs/s" }] } } },
    ],
    ["a reference in a circle", { $ref: "#/$defs/s", $defs: { s: { $ref: "#/$defs/s" } } }],
  ])("%s is a TypeError that names the tool", (_what, schema) => {
    expect(() => write(schema)).toThrow(TypeError);
    expect(() => write(schema)).toThrow('Tool "a.tool": the input must be an object');
  });
});

test("a recursive zod object keeps its reference to the root", () => {
  const node = z.object({
    n: z.number(),
    get kids() {
      return z.array(node);
    },
  });
  expect(write(node)).toMatchObject({ properties: { kids: { items: { $ref: "#" } } } });
});

test("what is no JSON is a TypeError that names the tool", () => {
  const loop: Record<string, unknown> = {};
  loop["properties"] = loop;
  expect(() => write(loop)).toThrow('Tool "a.tool": its input schema cannot be written as JSON');
  expect(() => write({ default: 1n })).toThrow(TypeError);
});
