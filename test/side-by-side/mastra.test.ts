/** The registry inside Mastra, with its own agent and the AI SDK's mock model. */
import { Agent } from "@mastra/core/agent";
import { RequestContext } from "@mastra/core/request-context";
import { MockLanguageModelV3 } from "ai/test";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { mastraTools } from "../../src/mastra.ts";
import {
  type ModelCall,
  type RunLoop,
  testFramework,
} from "../fixtures/frameworks/framework-suite.ts";
import { makeStage } from "../fixtures/frameworks/framework-tools.ts";

type Generated = Awaited<ReturnType<MockLanguageModelV3["doGenerate"]>>;
type Prompt = MockLanguageModelV3["doGenerateCalls"][number]["prompt"];

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

type MastraTools = ReturnType<typeof mastraTools>;
type AgentModel = ConstructorParameters<typeof Agent>[0]["model"];

/** Mastra has types of its own for the models of the AI SDK, and optional properties differ. */
const makeAgent = (model: MockLanguageModelV3, tools: MastraTools | (() => MastraTools)) =>
  new Agent({
    id: "agent",
    name: "Agent",
    instructions: "Help",
    model: model as AgentModel,
    tools,
  });

const toolOutputs = (prompt: Prompt) =>
  prompt.flatMap((message) => (message.role === "tool" ? message.content : []));

const runLoop: RunLoop = async (registry, calls, { signal, ...options }) => {
  const model = new MockLanguageModelV3({ doGenerate: [asks(calls), DONE] });
  const agent = makeAgent(model, mastraTools(registry, options));
  const { text } = await agent.generate("Go", signal === undefined ? {} : { abortSignal: signal });
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

testFramework("Mastra", runLoop, true);

describe("Mastra, beyond the suite", () => {
  test("the request's context says who the tenant is", async () => {
    await using stage = makeStage();
    const model = new MockLanguageModelV3({
      doGenerate: [asks([{ id: "a", name: "slow", input: {} }]), DONE],
    });
    const tools = mastraTools(stage.registry, {
      tenant: ({ requestContext }) => requestContext?.get("user"),
    });
    const requestContext = new RequestContext();
    requestContext.set("user", "u1");

    await makeAgent(model, tools).generate("Go", { requestContext });

    expect(stage.contexts[0]?.tenant).toBe("u1");
  });

  test("tools that are found by a function are those of the moment; arguments that are no JSON come as none", async () => {
    await using stage = makeStage();
    const { registry } = stage;
    // Mastra complains of the arguments.
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    const broken = {
      type: "tool-call",
      toolCallId: "b",
      toolName: "shop_find",
      input: "{",
    } as const;
    const answer = asks([{ id: "a", name: "learnt", input: {} }]);
    const model = new MockLanguageModelV3({
      doGenerate: [{ ...answer, content: [...answer.content, broken] }, DONE],
    });
    const agent = makeAgent(model, () => mastraTools(registry));
    registry.register({
      name: "learnt",
      description: "New",
      input: { type: "object", properties: {} },
      execute: () => "knows",
    });

    const { text } = await agent.generate("Go");

    expect(text).toBe("done");
    const outputs = toolOutputs(model.doGenerateCalls[1]?.prompt ?? []);
    expect(JSON.stringify(outputs)).toContain("knows");
    expect(JSON.stringify(outputs)).toContain("Error INPUT_INVALID");
    expect(logged).toHaveBeenCalledOnce();
  });
});
