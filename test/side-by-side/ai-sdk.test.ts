/** The registry inside the Vercel AI SDK, with its own loop and its own mock model. */
import { generateText, isStepCount, streamText } from "ai";
import { MockLanguageModelV4, simulateReadableStream } from "ai/test";
import { describe, expect, test } from "vitest";
import { aiSdkTools } from "../../src/ai-sdk.ts";
import { defineTool, ToolError, ToolRegistry } from "../../src/index.ts";
import {
  type ModelCall,
  type RunLoop,
  testFramework,
} from "../fixtures/frameworks/framework-suite.ts";
import { makeStage } from "../fixtures/frameworks/framework-tools.ts";

type Generated = Awaited<ReturnType<MockLanguageModelV4["doGenerate"]>>;
type Prompt = MockLanguageModelV4["doGenerateCalls"][number]["prompt"];

const USAGE: Generated["usage"] = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

const asks = (calls: readonly ModelCall[]): Generated => ({
  content: calls.map(({ id, name, input }) => ({
    type: "tool-call",
    toolCallId: id,
    toolName: name,
    input: JSON.stringify(input),
  })),
  finishReason: { unified: "tool-calls", raw: undefined },
  usage: USAGE,
  warnings: [],
});

const DONE: Generated = {
  content: [{ type: "text", text: "done" }],
  finishReason: { unified: "stop", raw: undefined },
  usage: USAGE,
  warnings: [],
};

const toolOutputs = (prompt: Prompt) =>
  prompt.flatMap((message) => (message.role === "tool" ? message.content : []));

const runLoop: RunLoop = async (registry, calls, { signal, ...options }) => {
  const model = new MockLanguageModelV4({ doGenerate: [asks(calls), DONE] });
  const { text } = await generateText({
    model,
    tools: aiSdkTools(registry, options),
    prompt: "Go",
    stopWhen: isStepCount(3),
    ...(signal !== undefined && { abortSignal: signal }),
  });
  const [first, second] = model.doGenerateCalls;
  const answers = toolOutputs(second?.prompt ?? []).map((part) => {
    if (part.type !== "tool-result") throw new Error(`unexpected ${part.type}`);
    const { type } = part.output;
    const value = "value" in part.output ? part.output.value : type;
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    return { id: part.toolCallId, text: shown, failed: type.startsWith("error") };
  });
  const declared = Object.fromEntries(
    (first?.tools ?? []).map((tool) => [tool.name, "inputSchema" in tool && tool.inputSchema]),
  );
  return { text, answers, declared };
};

testFramework("generateText", runLoop, true);

describe("AI SDK", () => {
  test("outputs are what tools returned, and errors are ToolErrors", async () => {
    await using stage = makeStage();
    const calls = [
      { id: "a", name: "shop_find", input: { count: 1 } },
      { id: "b", name: "failing", input: {} },
    ];
    const model = new MockLanguageModelV4({ doGenerate: [asks(calls), DONE] });

    const { steps } = await generateText({
      model,
      tools: aiSdkTools(stage.registry),
      prompt: "Go",
      stopWhen: isStepCount(2),
    });

    const parts = steps[0]?.content ?? [];
    const result = parts.find((part) => part.type === "tool-result");
    const error = parts.find((part) => part.type === "tool-error");
    expect(result).toMatchObject({
      toolCallId: "a",
      dynamic: true,
      output: { found: { count: 1 } },
    });
    expect(ToolError.is(error?.error, "TOOL_FAILED")).toBe(true);
  });

  test("streamText runs the calls of an answer as one batch too", async () => {
    await using stage = makeStage();
    const chunks = [
      { type: "tool-call", toolCallId: "a", toolName: "slow", input: "{}" },
      { type: "tool-call", toolCallId: "b", toolName: "failing", input: "{}" },
      { type: "finish", finishReason: { unified: "tool-calls", raw: undefined }, usage: USAGE },
    ] as const;
    const model = new MockLanguageModelV4({
      doStream: {
        stream: simulateReadableStream({
          chunks: [...chunks],
          initialDelayInMs: null,
          chunkDelayInMs: null,
        }),
      },
    });

    const { content } = streamText({ model, tools: aiSdkTools(stage.registry), prompt: "Go" });

    const types = (await content).map(({ type }) => type);
    expect(types.toSorted()).toEqual(["tool-call", "tool-call", "tool-error", "tool-result"]);
    expect(stage.events.map(({ index }) => index)).toEqual([0, 1]);
  });

  test("tools that are registered between steps are there when `prepareStep` adds them to the set", async () => {
    await using stage = makeStage();
    const { registry } = stage;
    registry.register(
      defineTool({
        name: "learn",
        description: "Learns another tool",
        input: { type: "object", properties: {} },
        execute: () => {
          registry.register(
            defineTool({
              name: "learnt",
              description: "New",
              input: { type: "object", properties: {} },
              execute: () => "knows",
            }),
          );
          return "learnt it";
        },
      }),
    );
    const model = new MockLanguageModelV4({
      doGenerate: [
        asks([{ id: "a", name: "learn", input: {} }]),
        asks([{ id: "b", name: "learnt", input: {} }]),
        DONE,
      ],
    });

    const tools = aiSdkTools(registry);
    const { text, steps } = await generateText({
      model,
      prompt: "Go",
      tools,
      prepareStep: () => {
        Object.assign(tools, aiSdkTools(registry));
        return undefined;
      },
      stopWhen: isStepCount(4),
    });

    expect(text).toBe("done");
    expect(steps[1]?.toolResults.map(({ output }) => output as unknown)).toEqual(["knows"]);
  });

  test("an option that is unknown is named", () => {
    const registry = new ToolRegistry();
    expect(() => aiSdkTools(registry, { tenants: "t" } as never)).toThrow(
      "aiSdkTools: `tenants` is unknown. Did you mean `tenant`?",
    );
  });
});
