/** The registry inside the OpenAI Agents SDK, with its own runner and a model that is made here. */
import {
  Agent,
  type Model,
  type ModelRequest,
  type ModelResponse,
  Runner,
  setTracingDisabled,
  Usage,
} from "@openai/agents";
import { describe, expect, test } from "vitest";
import { openAiAgentsTools } from "../../src/openai-agents.ts";
import {
  type ModelCall,
  type RunLoop,
  testFramework,
} from "../fixtures/frameworks/framework-suite.ts";
import { makeStage } from "../fixtures/frameworks/framework-tools.ts";

// Traces would be sent to the network.
setTracingDisabled(true);

interface RawCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** Asks for the calls, then says "done". */
class ScriptedModel implements Model {
  readonly requests: ModelRequest[] = [];
  readonly #calls: readonly RawCall[];

  constructor(calls: readonly RawCall[]) {
    this.#calls = calls;
  }

  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    this.requests.push(request);
    const output: ModelResponse["output"] =
      this.requests.length === 1
        ? this.#calls.map((call) => ({
            type: "function_call",
            callId: call.id,
            name: call.name,
            arguments: call.arguments,
            status: "completed",
          }))
        : [
            {
              type: "message",
              role: "assistant",
              status: "completed",
              content: [{ type: "output_text", text: "done" }],
            },
          ];
    return { usage: new Usage(), output };
  }

  // oxlint-disable-next-line require-yield -- the interface has it, and nothing here streams
  async *getStreamedResponse(): AsyncIterable<never> {
    throw new Error("not streamed here");
  }
}

const encode = ({ id, name, input }: ModelCall): RawCall => ({
  id,
  name,
  arguments: JSON.stringify(input),
});

function outputsIn(request: ModelRequest | undefined) {
  const items = Array.isArray(request?.input) ? request.input : [];
  return items.filter((item) => item.type === "function_call_result");
}

function textOf(output: unknown): string {
  if (typeof output === "string") return output;
  const { type, text } = output as { readonly type?: unknown; readonly text?: unknown };
  return type === "text" && typeof text === "string" ? text : JSON.stringify(output);
}

const runLoop: RunLoop = async (registry, calls, { signal, ...options }) => {
  const model = new ScriptedModel(calls.map(encode));
  const agent = new Agent({ name: "Agent", model, tools: openAiAgentsTools(registry, options) });
  const runner = new Runner({ tracingDisabled: true });
  const result = await runner.run(agent, "Go", signal === undefined ? {} : { signal });
  const answers = outputsIn(model.requests[1]).map(({ callId, output }) => ({
    id: callId,
    text: textOf(output),
    failed: undefined,
  }));
  const declared = Object.fromEntries(
    (model.requests[0]?.tools ?? []).map((tool) => [
      tool.name,
      tool.type === "function" ? tool.parameters : undefined,
    ]),
  );
  return { text: result.finalOutput ?? "", answers, declared };
};

testFramework("OpenAI Agents", runLoop, false);

describe("OpenAI Agents, beyond the suite", () => {
  test("arguments that are no JSON are answered, and the run goes on", async () => {
    await using stage = makeStage();
    const model = new ScriptedModel([
      { id: "a", name: "shop_find", arguments: '{"count": ' },
      { id: "b", name: "slow", arguments: "{}" },
    ]);
    const agent = new Agent({ name: "Agent", model, tools: openAiAgentsTools(stage.registry) });

    const result = await new Runner({ tracingDisabled: true }).run(agent, "Go");

    expect(result.finalOutput).toBe("done");
    const texts = outputsIn(model.requests[1]).map(({ output }) => textOf(output));
    expect(texts[0]).toContain("valid JSON");
    expect(texts[1]).toBe("slow done");
    expect(stage.events.map(({ callId }) => callId)).toEqual(["b"]);
  });

  test("the run's own context says who the tenant is", async () => {
    await using stage = makeStage();
    const model = new ScriptedModel([{ id: "a", name: "slow", arguments: "{}" }]);
    const tools = openAiAgentsTools(stage.registry, {
      tenant: ({ context }) => (context as { readonly user: string }).user,
    });
    const agent = new Agent<unknown>({ name: "Agent", model, tools });

    await new Runner({ tracingDisabled: true }).run(agent, "Go", { context: { user: "u1" } });

    expect(stage.contexts[0]?.tenant).toBe("u1");
  });
});
