/** The registry inside LangGraph, with its own graphs and a chat model that is made here. */
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage, isToolMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { createReactAgent, ToolNode, toolsCondition } from "@langchain/langgraph/prebuilt";
import { describe, expect, test } from "vitest";
import { defineTool, ToolError } from "../../src/index.ts";
import { langChainToolNode, langChainTools } from "../../src/langchain.ts";
import {
  type LoopOutcome,
  type ModelCall,
  type RunLoop,
  testFramework,
} from "../fixtures/frameworks/framework-suite.ts";
import { makeStage } from "../fixtures/frameworks/framework-tools.ts";

/** Asks for the calls, then says "done". */
class ScriptedModel extends BaseChatModel {
  readonly seen: BaseMessage[][] = [];
  bound: readonly StructuredToolInterface[] = [];
  readonly #answers: AIMessage[];

  constructor(answers: readonly AIMessage[]) {
    super({});
    this.#answers = [...answers];
  }

  override _llmType(): string {
    return "scripted";
  }

  override bindTools(tools: unknown): this {
    this.bound = tools as StructuredToolInterface[];
    return this;
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    this.seen.push(messages);
    const message = this.#answers.shift() ?? new AIMessage("done");
    return { generations: [{ text: message.text, message }] };
  }
}

const asks = (calls: readonly ModelCall[]): AIMessage =>
  new AIMessage({
    content: "",
    tool_calls: calls.map(({ id, name, input }) => ({ id, name, args: input, type: "tool_call" })),
  });

const config = (signal: AbortSignal | undefined): { signal?: AbortSignal } =>
  signal === undefined ? {} : { signal };

function outcome(model: ScriptedModel, messages: readonly BaseMessage[]): LoopOutcome {
  const answers = (model.seen[1] ?? []).filter(isToolMessage).map((message) => ({
    id: message.tool_call_id,
    text: typeof message.content === "string" ? message.content : JSON.stringify(message.content),
    failed: message.status === "error",
  }));
  const declared = Object.fromEntries(model.bound.map(({ name, schema }) => [name, schema]));
  return { text: messages.at(-1)?.text ?? "", answers, declared };
}

const INPUT = { messages: [{ role: "user", content: "Go" }] };

const reactLoop =
  (version: "v1" | "v2"): RunLoop =>
  async (registry, calls, { signal, ...options }) => {
    const model = new ScriptedModel([asks(calls)]);
    const tools = langChainTools(registry, options);
    const agent = createReactAgent({ llm: model, tools, version });
    const { messages } = await agent.invoke(INPUT, config(signal));
    return outcome(model, messages);
  };

const nodeLoop: RunLoop = async (registry, calls, { signal, ...options }) => {
  const model = new ScriptedModel([asks(calls)]);
  model.bindTools(langChainTools(registry));
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("agent", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode("tools", langChainToolNode(registry, options))
    .addEdge(START, "agent")
    .addConditionalEdges("agent", toolsCondition)
    .addEdge("tools", "agent")
    .compile();
  const { messages } = await graph.invoke(INPUT, config(signal));
  return outcome(model, messages);
};

testFramework("createReactAgent v1", reactLoop("v1"), true);
testFramework("createReactAgent v2", reactLoop("v2"), true);
testFramework("langChainToolNode", nodeLoop, true);

describe("LangChain", () => {
  test("a ToolNode takes the tools, and the artifact is the output as it was returned", async () => {
    await using stage = makeStage();
    const node = new ToolNode(langChainTools(stage.registry));

    const { messages } = (await node.invoke({
      messages: [asks([{ id: "a", name: "shop_find", input: { count: "3" } }])],
    })) as { messages: BaseMessage[] };

    expect(messages[0]).toMatchObject({
      tool_call_id: "a",
      name: "shop_find",
      status: "success",
      content: '{"found":{"count":3}}',
      artifact: { found: { count: 3 } },
    });
  });

  test("asked with bare arguments a tool gives the content, and throws what failed", async () => {
    await using stage = makeStage();
    const tools = langChainTools(stage.registry);
    const named = (name: string) => tools.find((tool) => tool.name === name);

    expect(await named("shop_find")?.invoke({ count: 1 })).toBe('{"found":{"count":1}}');
    const thrown: unknown = await named("failing")
      ?.invoke({})
      .catch((error: unknown) => error);
    expect(ToolError.is(thrown, "TOOL_FAILED")).toBe(true);
  });

  test("callbacks are told of a tool's start and end", async () => {
    await using stage = makeStage();
    const [find] = langChainTools(stage.registry);
    const told: string[] = [];

    await find?.invoke(
      { type: "tool_call", id: "a", name: "shop_find", args: { count: 1 } } as never,
      {
        callbacks: [
          {
            handleToolStart: (_tool, input) => void told.push(`start ${input}`),
            handleToolEnd: (output: { content: string }) => void told.push(`end ${output.content}`),
          },
        ],
      },
    );

    expect(told).toEqual(['start {"count":1}', 'end {"found":{"count":1}}']);
  });

  test("the node finds tools that came later, and answers what it cannot run", async () => {
    await using stage = makeStage();
    const node = langChainToolNode(stage.registry);
    const learnt = {
      name: "learnt",
      description: "New",
      input: { type: "object", properties: {} },
    } as const;
    stage.registry.register(defineTool({ ...learnt, execute: () => "knows" }));
    const message = new AIMessage({
      content: "",
      tool_calls: [
        { id: "a", name: "learnt", args: {} },
        { id: "b", name: "lernt", args: {} },
      ],
      invalid_tool_calls: [{ id: "c", name: "slow", args: "{", error: "no JSON" }],
    });

    const { messages } = await node({ messages: [message] });

    expect(messages.map(({ tool_call_id }) => tool_call_id)).toEqual(["a", "b", "c"]);
    expect(messages.map(({ status }) => status)).toEqual(["success", "error", "error"]);
    expect(messages[1]?.text).toContain("TOOL_NOT_FOUND");
    expect(messages[1]?.text).toContain("learnt");
    expect(messages[2]?.text).toContain("INPUT_INVALID");
    // What has been answered is not run again.
    expect(await node({ messages: [message, ...messages] })).toEqual({ messages: [] });
  });
});
