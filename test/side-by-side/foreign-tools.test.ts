/** Tools of the real frameworks inside a registry. */
import { Agent, setTracingDisabled, tool as agentsTool, webSearchTool } from "@openai/agents";
import { ToolMessage } from "@langchain/core/messages";
import { DynamicTool, tool as langChainTool, type ToolRunnableConfig } from "@langchain/core/tools";
import { Command } from "@langchain/langgraph";
import { createTool } from "@mastra/core/tools";
import { dynamicTool, jsonSchema, tool as aiSdkTool } from "ai";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { z as z3 } from "zod/v3";
import { formatToolResults, ToolRegistry, type ToolResult } from "../../src/index.ts";
import { foreignTools } from "../../src/sources/foreign/foreign-tools.ts";

// Traces would be sent to the network.
setTracingDisabled(true);

function registryOf(tools: unknown): ToolRegistry {
  const registry = new ToolRegistry();
  onTestFinished(() => registry.destroy());
  registry.register(foreignTools(tools));
  return registry;
}

async function callOne(
  registry: ToolRegistry,
  name: string,
  input: unknown = {},
  options: { readonly signal?: AbortSignal; readonly context?: unknown } = {},
): Promise<ToolResult> {
  const [result] = await registry.executeToolCalls([{ id: "call-7", name, input }], options);
  if (result === undefined) throw new Error("there is no result");
  return result;
}

const codeOf = (result: ToolResult): string =>
  result.status === "error" ? result.error.code : "ok";
const outputOf = (result: ToolResult): unknown =>
  result.status === "ok" ? result.output : result.error.message;

const count = z.object({
  count: z
    .number()
    .int()
    .transform((n) => n * 2),
  city: z.string().default("Bern"),
});
const count3 = z3.object({ count: z3.number().int(), city: z3.string().default("Bern") });

const makeLangChain = (name: string, act: () => unknown) =>
  langChainTool(act as () => string, { name, schema: z.object({}) });
const makeAgents = (name: string, execute: () => unknown, more: object = {}) =>
  agentsTool({ name, description: name, parameters: z.object({}), execute, ...more } as never);
const verdict = (type: string, message?: string) => [
  { name: "guard", run: async () => ({ behavior: { type, message } }) },
];
const fail = (): never => {
  throw new Error("no luck");
};

describe("LangChain", () => {
  test.each([
    ["zod 4", z.object({ count: z.number().int() })],
    ["zod 3", z3.object({ count: z3.number().int() })],
    [
      "JSON Schema",
      { type: "object", properties: { count: { type: "integer" } }, required: ["count"] },
    ],
  ])("a tool with a schema of %s: coerced, refused, described", async (_name, schema) => {
    const add = langChainTool(async ({ count: n }: { count: number }) => ({ sum: n + 1 }), {
      name: "add",
      description: "Adds one",
      schema: schema as never,
    });
    const registry = registryOf(add);

    expect(outputOf(await callOne(registry, "add", { count: "7" }))).toEqual({ sum: 8 });
    expect(codeOf(await callOne(registry, "add", { count: "zz" }))).toBe("INPUT_INVALID");
    expect(registry.schemas("anthropic")[0]).toMatchObject({
      name: "add",
      description: "Adds one",
      input_schema: { properties: { count: { type: "integer" } }, required: ["count"] },
    });
    expect(registry.get("add")).toMatchObject({ mode: "async", origin: "closure" });
  });

  test("transforms of its schema happen once, and defaults are filled in", async () => {
    const show = langChainTool((input) => input, { name: "show", schema: count });
    const old = langChainTool((input: object) => input, { name: "old", schema: count3 as never });
    const registry = registryOf([show, old]);

    expect(outputOf(await callOne(registry, "show", { count: 2 }))).toEqual({
      count: 4,
      city: "Bern",
    });
    expect(outputOf(await callOne(registry, "old", { count: 2 }))).toEqual({
      count: 2,
      city: "Bern",
    });
  });

  test("a DynamicTool takes its text by name", async () => {
    const shout = new DynamicTool({
      name: "shout",
      description: "Shouts",
      func: async (text) => text.toUpperCase(),
    });
    const registry = registryOf(shout);

    expect(outputOf(await callOne(registry, "shout", { input: "hey" }))).toBe("HEY");
    expect(registry.schemas("anthropic")[0]?.input_schema.properties).toEqual({
      input: { type: "string" },
    });
  });

  test("the artifact is for the program, the content for the model", async () => {
    const look = langChainTool(() => ["two hits", [{ id: 1 }, { id: 2 }]], {
      name: "look",
      schema: z.object({}),
      responseFormat: "content_and_artifact",
    });
    const result = await callOne(registryOf(look), "look");

    expect(outputOf(result)).toEqual({
      content: [{ type: "text", text: "two hits" }],
      structuredContent: [{ id: 1 }, { id: 2 }],
    });
    expect(formatToolResults([result], "openai-chat")[0]?.content).toBe("two hits");
  });

  test("ToolMessages, errors, Commands and images mean what they mean there", async () => {
    const registry = registryOf([
      makeLangChain("fails", () => {
        throw new Error("no luck");
      }),
      makeLangChain(
        "says-no",
        () => new ToolMessage({ content: "no", tool_call_id: "x", status: "error" }),
      ),
      makeLangChain("commands", () => new Command({ goto: "end" })),
      makeLangChain("draws", () => [
        { type: "text", text: "look:" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      ]),
      makeLangChain("houses", () => [{ type: "house", rooms: 3 }]),
    ]);

    expect(outputOf(await callOne(registry, "fails"))).toBe("fails failed: no luck");
    expect(outputOf(await callOne(registry, "says-no"))).toBe("says-no failed: no");
    expect(outputOf(await callOne(registry, "commands"))).toContain("Command");
    expect(formatToolResults([await callOne(registry, "draws")], "anthropic")[0]).toMatchObject({
      content: [
        { content: [{ text: "look:" }, { source: { media_type: "image/png", data: "AAAA" } }] },
      ],
    });
    expect(outputOf(await callOne(registry, "houses"))).toEqual([{ type: "house", rooms: 3 }]);
  });

  test("signal, call id and context are in its config", async () => {
    const seen: unknown[] = [];
    const controller = new AbortController();
    const wait = langChainTool(
      async (_input, config: ToolRunnableConfig & { toolCallId?: string; context?: unknown }) => {
        seen.push(config.toolCallId, config.context);
        setImmediate(() => controller.abort());
        await new Promise((resolve) => config.signal?.addEventListener("abort", resolve));
        seen.push("stopped");
      },
      { name: "wait", schema: z.object({}) },
    );
    const result = await callOne(
      registryOf(wait),
      "wait",
      {},
      {
        signal: controller.signal,
        context: { user: "u" },
      },
    );

    expect(codeOf(result)).toBe("CALL_CANCELLED");
    await expect.poll(() => seen).toEqual(["call-7", { user: "u" }, "stopped"]);
  });
});

describe("AI SDK", () => {
  test.each([
    ["zod 4", z.object({ count: z.number().int() })],
    ["zod 3", z3.object({ count: z3.number().int() })],
    [
      "jsonSchema()",
      jsonSchema({
        type: "object",
        properties: { count: { type: "integer" } },
        required: ["count"],
      }),
    ],
    [
      "jsonSchema() with a validation of its own",
      jsonSchema(
        { type: "object", properties: { count: { type: "integer" } }, required: ["count"] },
        {
          validate: (value) =>
            Number.isInteger((value as { count: unknown }).count)
              ? { success: true, value }
              : { success: false, error: new Error("no integer") },
        },
      ),
    ],
  ])("a ToolSet with a schema of %s", async (_name, inputSchema) => {
    const add = aiSdkTool({
      description: "Adds one",
      inputSchema: inputSchema as ReturnType<typeof jsonSchema<{ count: number }>>,
      execute: ({ count: n }) => ({ sum: n + 1 }),
    });
    const registry = registryOf({ add });

    expect(outputOf(await callOne(registry, "add", { count: "7" }))).toEqual({ sum: 8 });
    expect(codeOf(await callOne(registry, "add", { count: "zz" }))).toBe("INPUT_INVALID");
    expect(registry.schemas("anthropic")[0]).toMatchObject({
      input_schema: { properties: { count: { type: "integer" } }, required: ["count"] },
    });
  });

  test("what a tool yields is progress, and the last is the output", async () => {
    const steps = aiSdkTool({
      inputSchema: z.object({}),
      async *execute() {
        yield "half";
        yield "all";
      },
    });
    const registry = registryOf({ steps });
    const told: unknown[] = [];
    registry.on("tool.progress", ({ progress, message }) => told.push([progress, message]));

    expect(outputOf(await callOne(registry, "steps"))).toBe("all");
    expect(told).toEqual([
      [1, "half"],
      [2, "all"],
    ]);
  });

  test("`toModelOutput` says what models get, and the output stays for the program", async () => {
    const draw = aiSdkTool({
      inputSchema: z.object({}),
      execute: () => ({ png: "AAAA", secret: 5 }),
      toModelOutput: ({ output }) => ({
        type: "content",
        value: [{ type: "file", mediaType: "image/png", data: { type: "data", data: output.png } }],
      }),
    });
    const result = await callOne(registryOf({ draw }), "draw");

    expect(outputOf(result)).toMatchObject({ structuredContent: { secret: 5 } });
    const message = JSON.stringify(formatToolResults([result], "anthropic"));
    expect(message).toContain('"data":"AAAA"');
    expect(message).not.toContain("secret");
  });

  test("signal and call id are in its options; approval and missing functions are refused", async () => {
    const seen: unknown[] = [];
    const look = dynamicTool({
      description: "Looks",
      inputSchema: z.object({}),
      execute: (_input, { toolCallId, abortSignal }) => {
        seen.push(toolCallId, abortSignal instanceof AbortSignal);
        return "seen";
      },
    });
    const pay = aiSdkTool({
      inputSchema: z.object({}),
      needsApproval: true,
      execute: () => "paid",
    });
    const registry = registryOf({ look, pay });

    expect(outputOf(await callOne(registry, "look"))).toBe("seen");
    expect(seen).toEqual(["call-7", true]);
    expect(codeOf(await callOne(registry, "pay"))).toBe("PERMISSION_DENIED");
    expect(() => foreignTools({ ask: aiSdkTool({ inputSchema: z.object({}) }) })).toThrow(
      '"ask" is no tool of LangChain, the AI SDK or the OpenAI Agents SDK. It is a tool without `execute`',
    );
    expect(() => foreignTools([look])).toThrow("no name of its own");
  });

  test("Mastra's tools have that shape, and a name", async () => {
    const greet = createTool({
      id: "greet",
      description: "Greets",
      inputSchema: z.object({ name: z.string() }),
      execute: async ({ name }, context) => `Hello ${name}, ${context?.agent?.toolCallId}`,
    });
    expect(outputOf(await callOne(registryOf([greet]), "greet", { name: "Ada" }))).toBe(
      "Hello Ada, call-7",
    );
  });

  test("Mastra's approval, failures, parsing and words for the model mean what they mean there", async () => {
    const schema = z.object({ n: z.string().transform(Number) });
    const make = (id: string, more: object): unknown =>
      createTool({ id, description: id, inputSchema: schema, execute: async () => id, ...more });
    const registry = registryOf([
      make("wipe", { requireApproval: true }),
      make("pay", { requireApproval: ({ n }: { n: string }) => Number(n) > 100 }),
      make("wait", {
        execute: async (_: unknown, { agent }: { agent?: { suspend?: () => void } }) =>
          agent?.suspend?.(),
      }),
      make("parse", { execute: async (input: unknown) => input }),
      make("wrong", { outputSchema: z.object({ ok: z.boolean() }) }),
      make("tell", { toModelOutput: (output: string) => ({ type: "text", value: `${output}!` }) }),
    ]);
    const call = (name: string, n: string) => callOne(registry, name, { n });

    expect(codeOf(await call("wipe", "1"))).toBe("PERMISSION_DENIED");
    expect(codeOf(await call("pay", "500"))).toBe("PERMISSION_DENIED");
    expect(outputOf(await call("pay", "5"))).toBe("pay");
    expect(codeOf(await call("wait", "1"))).toBe("PERMISSION_DENIED");
    expect(outputOf(await call("parse", "7"))).toEqual({ n: 7 });
    const wrong = await call("wrong", "7");
    expect(codeOf(wrong)).toBe("TOOL_FAILED");
    expect(outputOf(wrong)).toContain("expected object");
    expect(outputOf(wrong)).not.toContain("Returned output");
    const [told] = formatToolResults([await call("tell", "1")], "openai-chat");
    expect(told?.content).toBe("tell!");
  });
});

describe("OpenAI Agents", () => {
  test("a function tool with a strict schema", async () => {
    const seen: unknown[] = [];
    const add = agentsTool({
      name: "add",
      description: "Adds one",
      parameters: z.object({ count: z.number().int(), city: z.string().nullable() }),
      execute: ({ count: n, city }, runContext, details) => {
        seen.push(
          details?.toolCall?.callId,
          details?.signal instanceof AbortSignal,
          runContext?.context,
        );
        return { sum: n + 1, city };
      },
    });
    const registry = registryOf([add]);
    const result = await callOne(registry, "add", { count: "7", city: null }, { context: "c" });

    expect(outputOf(result)).toEqual({ sum: 8, city: null });
    expect(seen).toEqual(["call-7", true, "c"]);
    expect(codeOf(await callOne(registry, "add", { count: "zz", city: null }))).toBe(
      "INPUT_INVALID",
    );
  });

  test("errors: the SDK's own text is a failure, a tool's own text an output, no text the error", async () => {
    const registry = registryOf([
      makeAgents("silent", fail),
      makeAgents("telling", fail, { errorFunction: () => "Try Lima" }),
      makeAgents("throwing", fail, { errorFunction: null }),
    ]);

    expect(codeOf(await callOne(registry, "silent"))).toBe("TOOL_FAILED");
    expect(outputOf(await callOne(registry, "telling"))).toBe("Try Lima");
    expect(outputOf(await callOne(registry, "throwing"))).toBe("throwing failed: no luck");
  });

  test("approval, switches and images", async () => {
    const image = { type: "image", image: "data:image/png;base64,AAAA" };
    const registry = registryOf([
      makeAgents("pay", () => "paid", { needsApproval: true }),
      makeAgents("off", () => "on", { isEnabled: false }),
      makeAgents("draw", () => image),
    ]);

    expect(codeOf(await callOne(registry, "pay"))).toBe("PERMISSION_DENIED");
    expect(codeOf(await callOne(registry, "off"))).toBe("TOOL_DISABLED");
    const [message] = formatToolResults([await callOne(registry, "draw")], "openai-responses");
    expect(message?.output).toEqual([
      { type: "input_image", image_url: "data:image/png;base64,AAAA" },
    ]);
  });

  test("guardrails are asked before and after, and a timeout is one", async () => {
    const ran: string[] = [];
    const make = (name: string, more: object): unknown =>
      makeAgents(name, () => void ran.push(name), more);
    const registry = registryOf([
      make("stopped", { inputGuardrails: verdict("rejectContent", "no secrets") }),
      make("replaced", { outputGuardrails: verdict("rejectContent", "redacted") }),
      make("alarmed", { outputGuardrails: verdict("throwException") }),
      make("passed", {
        inputGuardrails: verdict("allow"),
        outputGuardrails: verdict("allow"),
      }),
      makeAgents("slow", () => new Promise(() => {}), { timeoutMs: 5 }),
    ]);

    const stopped = await callOne(registry, "stopped");
    expect([codeOf(stopped), outputOf(stopped)]).toEqual(["PERMISSION_DENIED", "no secrets"]);
    expect(outputOf(await callOne(registry, "replaced"))).toBe("redacted");
    expect(codeOf(await callOne(registry, "alarmed"))).toBe("PERMISSION_DENIED");
    expect(codeOf(await callOne(registry, "passed"))).toBe("ok");
    expect(codeOf(await callOne(registry, "slow"))).toBe("DEADLINE_EXCEEDED");
    expect(ran).toEqual(["replaced", "alarmed", "passed"]);
  });

  test("hosted tools and agents are refused by what they look like", () => {
    expect(() => foreignTools([webSearchTool()])).toThrow("Item 0 is no tool");
    expect(() => foreignTools([webSearchTool()])).toThrow("a hosted tool");
    const agent = new Agent({ name: "Helper" });
    expect(() => foreignTools(agent)).toThrow("Give what its method asTool returns");
    expect(foreignTools(agent.asTool({ toolName: "help", toolDescription: "Helps" }))).toHaveLength(
      1,
    );
  });
});

test("tools of all frameworks go in one list, and run in one batch", async () => {
  const registry = registryOf([
    langChainTool(() => "one", { name: "one", schema: z.object({}) }),
    { two: aiSdkTool({ inputSchema: z.object({}), execute: () => "two" }) },
    agentsTool({
      name: "three",
      description: "",
      parameters: z.object({}),
      execute: () => "three",
    }),
  ]);

  const results = await registry.executeToolCalls(
    ["one", "two", "three"].map((name) => ({ id: name, name, input: {} })),
  );

  expect(results.map(outputOf)).toEqual(["one", "two", "three"]);
});
