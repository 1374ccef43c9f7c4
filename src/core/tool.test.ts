import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type * as ToolModule from "./tool.ts";
import {
  checkDefinition,
  defineTool,
  isDefinedTool,
  isRepeatable,
  type Tool,
  type ToolContext,
} from "./tool.ts";

const NO_INPUT = { type: "object" } as const;

/** A sound definition but for `wrong`. */
function definition(wrong: Record<string, unknown>): Parameters<typeof checkDefinition>[0] {
  const sound = { name: "add", description: "Adds", input: NO_INPUT, execute: () => 1 };
  return { ...sound, ...wrong };
}

describe("defineTool", () => {
  test("types the function's input by a zod schema, its defaults filled in", () => {
    const add = defineTool({
      name: "add",
      description: "Adds two numbers",
      input: z.object({ a: z.number(), b: z.number().default(1) }),
      execute: ({ a, b }) => a + b,
    });
    expectTypeOf<Parameters<typeof add.execute>[0]>().toEqualTypeOf<{ a: number; b: number }>();
    expectTypeOf<Parameters<typeof add.execute>[1]>().toEqualTypeOf<ToolContext>();
    expectTypeOf<ReturnType<typeof add.execute>>().toEqualTypeOf<number | Promise<number>>();
    expect(add.execute({ a: 1, b: 2 }, {} as ToolContext)).toBe(3);
  });

  test("types the function's input by a valibot schema", () => {
    const shout = defineTool({
      name: "shout",
      description: "Shouts",
      input: v.object({ text: v.string(), times: v.optional(v.number(), 1) }),
      execute: ({ text }) => text.toUpperCase(),
    });
    expectTypeOf<Parameters<typeof shout.execute>[0]>().toEqualTypeOf<{
      text: string;
      times: number;
    }>();
    expect(isDefinedTool(shout)).toBe(true);
  });

  test("types the function's input by an arktype schema", () => {
    const half = defineTool({
      name: "half",
      description: "Halves",
      input: type({ n: "number" }),
      execute: ({ n }) => n / 2,
    });
    expectTypeOf<Parameters<typeof half.execute>[0]>().toEqualTypeOf<{ n: number }>();
    expect(isDefinedTool(half)).toBe(true);
  });

  test("types the function's input by a literal JSON Schema", () => {
    const find = defineTool({
      name: "find",
      description: "Finds",
      input: {
        type: "object",
        properties: {
          words: { type: "array", items: { type: "string" } },
          most: { type: "integer", default: 10 },
          order: { enum: ["up", "down"] },
        },
        required: ["words"],
      },
      execute: async ({ words }) => words.length,
    });
    expectTypeOf<Parameters<typeof find.execute>[0]>().toEqualTypeOf<{
      words: string[];
      most: number;
      order?: "up" | "down";
    }>();
    expect(isDefinedTool(find)).toBe(true);
  });

  test("gives a tool that cannot be changed, whatever happens to the definition", () => {
    const given = {
      name: "add",
      description: "Adds",
      input: NO_INPUT,
      execute: (): number => 1,
    };
    const tool = defineTool(given);
    given.name = "subtract";
    expect(tool.name).toBe("add");
    expect(() => Object.assign(tool, { name: "subtract" })).toThrow(TypeError);
  });

  test("refuses fields that tools do not have, and takes those that sources set", () => {
    const misspelt = { ...definition({ timeout: 5 }), execute: () => 1 };
    expect(() => defineTool(misspelt)).toThrow(
      new TypeError('Tool "add": `timeout` is unknown. Did you mean `timeoutMs`?'),
    );
    const tool = defineTool({ ...definition({ origin: { kind: "closure" } }), execute: () => 1 });
    expect(defineTool({ ...tool, name: "again" }).origin).toEqual({ kind: "closure" });
  });

  test("is checked against what it made: a function on a prototype is not taken over", () => {
    class Definition {
      name = "add";
      description = "Adds";
      input = NO_INPUT;
      execute(): number {
        return 1;
      }
    }
    expect(() => defineTool(new Definition())).toThrow('Tool "add": `execute` must be a function.');
  });

  test("marks what it made, also for another copy of the package", async () => {
    const other: typeof ToolModule = await import(
      `${new URL("./tool.ts", import.meta.url).href}?copy=2`
    );
    const tool = defineTool({ ...definition({}), execute: () => 1 });
    expect(other.defineTool).not.toBe(defineTool);
    expect(other.isDefinedTool(tool)).toBe(true);
    expect(isDefinedTool(definition({}))).toBe(false);
    expect(isDefinedTool(null)).toBe(false);
  });
});

describe("checkDefinition", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["an empty name", { name: "" }, "Tool without a name: `name`"],
    ["a name that is no string", { name: 7 }, "Tool without a name: `name`"],
    ["no description", { description: undefined }, 'Tool "add": `description`'],
    ["a function that is none", { execute: "a + b" }, 'Tool "add": `execute`'],
    ["a generator", { execute: function* () {} }, 'Tool "add": `execute` is a generator'],
    ["an async generator", { execute: async function* () {} }, "gives one output. Return a list"],
    ["no input schema", { input: undefined }, 'Tool "add": `input`'],
    ["null for an input schema", { input: null }, 'Tool "add": `input`'],
    ["a list for an input schema", { input: [] }, 'Tool "add": `input`'],
    ["text for an output schema", { output: "number" }, 'Tool "add": `output`'],
    [
      "a schema of zod before it was a Standard Schema",
      { input: { _def: {}, parse: () => 1 } },
      'Tool "add": `input` is a zod schema that is no Standard Schema; zod 3.25 or 4 is needed.',
    ],
    ["such a schema for an output", { output: { _def: {}, parse: () => 1 } }, "`output` is a zod"],
    ["an unknown mode", { mode: "fiber" }, "`mode` must be one of auto, async, thread, process"],
    ["no time at all", { timeoutMs: 0 }, "`timeoutMs`"],
    ["a time that is no number", { timeoutMs: Number.NaN }, "`timeoutMs`"],
    ["a time as text", { timeoutMs: "5" }, "`timeoutMs`"],
    ["no CPU time at all", { maxCpuMs: 0 }, "`maxCpuMs` must be a number above 0."],
    ["CPU time as text", { maxCpuMs: "5" }, "`maxCpuMs`"],
    ["permissions that are a list", { permissions: ["net"] }, "`permissions` must be an object."],
    ["an unknown permission", { permissions: { network: true } }, "`permissions.network`"],
    ["a tag that is not in a list", { tags: "network" }, "`tags`"],
    ["a tag that is no word", { tags: [1] }, "`tags`"],
    ["no attempt at all", { retry: { maximumAttempts: 0 } }, "`retry.maximumAttempts`"],
    ["half an attempt", { retry: { maximumAttempts: 1.5 } }, "`retry.maximumAttempts`"],
    ["a wait below 0", { retry: { initialIntervalMs: -1 } }, "`retry.initialIntervalMs`"],
    ["a wait that shrinks", { retry: { backoffCoefficient: 0.5 } }, "`retry.backoffCoefficient`"],
    ["a longest wait below 0", { retry: { maximumIntervalMs: -1 } }, "`retry.maximumIntervalMs`"],
  ])("refuses %s", (_, wrong, message) => {
    expect(() => checkDefinition(definition(wrong))).toThrow(TypeError);
    expect(() => checkDefinition(definition(wrong))).toThrow(message);
  });

  test.each([[undefined], [null], ["add"]])("refuses %s, which is no tool", (value) => {
    expect(() => checkDefinition(value as never)).toThrow(/^A tool must be an object, not /);
  });

  test.each<[string, Record<string, unknown>]>([
    ["any characters in a name", { name: "spotify.play ♫" }],
    ["an empty description, which MCP servers give", { description: "" }],
    ["no end of time", { timeoutMs: Infinity }],
    ["a schema that is a function", { input: type({ n: "number" }) }],
    ["a schema of zod", { input: z.object({}), output: z.number() }],
    ["a part of a millisecond of CPU time", { maxCpuMs: 0.5 }],
    ["no rights at all", { permissions: {} }],
    ["a whole retry policy", { retry: { maximumAttempts: 3, initialIntervalMs: 0 } }],
  ])("allows %s", (_, right) => {
    expect(() => checkDefinition(definition(right))).not.toThrow();
  });
});

test.each<[Tool["annotations"], boolean]>([
  [undefined, false],
  [{}, false],
  [{ destructive: true, openWorld: true }, false],
  [{ idempotentWithKey: true }, false],
  [{ readOnly: false, idempotent: false }, false],
  [{ readOnly: true }, true],
  [{ idempotent: true }, true],
])("a tool annotated %j may be run twice: %s", (annotations, repeatable) => {
  expect(isRepeatable({ annotations })).toBe(repeatable);
});
