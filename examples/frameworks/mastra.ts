/** The registry's tools in Mastra. The model is the AI SDK's mock: nothing leaves this program. */
import { Agent } from "@mastra/core/agent";
import { MockLanguageModelV3 } from "ai/test";
import { mastraTools } from "../../src/mastra.ts";
import { CALLS, makeRegistry } from "./weather-tools.ts";

type Answer = Awaited<ReturnType<MockLanguageModelV3["doGenerate"]>>;

const usage: Answer["usage"] = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const asks: Answer = {
  content: CALLS.map(({ id, city }) => ({
    type: "tool-call",
    toolCallId: id,
    toolName: "weather_forecast",
    input: JSON.stringify({ city }),
  })),
  finishReason: { unified: "tool-calls", raw: undefined },
  usage,
  warnings: [],
};
const says: Answer = {
  content: [{ type: "text", text: "Sunny in Bern and Lima." }],
  finishReason: { unified: "stop", raw: undefined },
  usage,
  warnings: [],
};

await using registry = makeRegistry();

const agent = new Agent({
  id: "weather",
  name: "Weather",
  instructions: "Answer with what the tools say.",
  model: new MockLanguageModelV3({ doGenerate: [asks, says] }) as ConstructorParameters<
    typeof Agent
  >[0]["model"],
  tools: mastraTools(registry, { tenant: "user-1" }),
});
const { text, steps } = await agent.generate("The weather in Bern, Atlantis and Lima?");

for (const { payload } of steps[0]?.toolResults ?? []) {
  console.log(payload.toolCallId, payload.result);
}
console.log(text);
