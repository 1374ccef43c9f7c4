import { toJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { defineTool, type Tool, type ToolContext } from "./tool.ts";

const named = { name: "add", description: "Adds two numbers." };

test("execute receives what a zod schema puts out, defaults and transforms included", () => {
  const tool = defineTool({
    ...named,
    input: z.object({ a: z.number(), b: z.number().default(1), c: z.string().transform(Number) }),
    execute: ({ a, b, c }) => a + b + c,
  });
  type Execute = typeof tool.execute;
  expectTypeOf<Parameters<Execute>[0]>().toEqualTypeOf<{ a: number; b: number; c: number }>();
  expectTypeOf<ReturnType<Execute>>().toEqualTypeOf<number | Promise<number>>();
  expectTypeOf(tool).toExtend<Tool>();
});

test("execute receives what an arktype schema puts out", () => {
  const tool = defineTool({
    ...named,
    input: type({ a: "number", b: "number = 1", "label?": "string" }),
    execute: ({ a, b }) => Promise.resolve(a + b),
  });
  type Execute = typeof tool.execute;
  expectTypeOf<Parameters<Execute>[0]>().toEqualTypeOf<{ a: number; b: number; label?: string }>();
  expectTypeOf<ReturnType<Execute>>().toEqualTypeOf<number | Promise<number>>();
  expectTypeOf(tool).toExtend<Tool>();
});

test("execute receives what a valibot schema puts out", () => {
  const input = v.object({ a: v.number(), b: v.optional(v.number(), 1) });
  const tool = defineTool({
    ...named,
    input,
    inputJsonSchema: { ...toJsonSchema(input, { typeMode: "input" }) },
    execute: ({ a, b }) => a + b,
  });
  type Execute = typeof tool.execute;
  expectTypeOf<Parameters<Execute>[0]>().toEqualTypeOf<{ a: number; b: number }>();
  expectTypeOf<ReturnType<Execute>>().toEqualTypeOf<number | Promise<number>>();
  expectTypeOf(tool).toExtend<Tool>();
});

test("execute receives what a literal JSON Schema says, without `as const`", () => {
  const tool = defineTool({
    ...named,
    input: {
      type: "object",
      properties: {
        a: { type: "number" },
        b: { type: "number", default: 1 },
        unit: { type: ["string", "null"] },
        tags: { type: "array", items: { enum: ["x", "y"] } },
      },
      required: ["a"],
    },
    execute: ({ a, b }) => a + b,
  });
  type Execute = typeof tool.execute;
  expectTypeOf<Parameters<Execute>[0]>().toEqualTypeOf<{
    a: number;
    b: number;
    unit?: string | null;
    tags?: ("x" | "y")[];
  }>();
  expectTypeOf<ReturnType<Execute>>().toEqualTypeOf<number | Promise<number>>();
  expectTypeOf(tool).toExtend<Tool>();
});

test("a JSON Schema that is only known at run time gives unknown input", () => {
  const input: Record<string, unknown> = JSON.parse("{}");
  const tool = defineTool({ ...named, input, execute: (given) => String(given) });
  expectTypeOf<Parameters<typeof tool.execute>[0]>().toBeUnknown();
});

test("execute is given the context", () => {
  const tool = defineTool({
    ...named,
    input: z.object({}),
    execute: (_input, context) => {
      expectTypeOf(context).toEqualTypeOf<ToolContext>();
      context.progress({ progress: 1, total: 2 });
    },
  });
  expectTypeOf<ReturnType<typeof tool.execute>>().toEqualTypeOf<void | Promise<void>>();
});

test("a function that wants another input than its schema gives is refused", () => {
  defineTool({
    ...named,
    input: z.object({ a: z.string() }),
    // @ts-expect-error a is a string
    execute: ({ a }: { a: number }) => a,
  });
});
