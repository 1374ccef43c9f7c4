/** The registry's tools in the Vercel AI SDK. The model is the SDK's own mock: nothing leaves this program. */
import { generateText, isStepCount } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { aiSdkTools } from "../../src/ai-sdk.ts";
import { CALLS, makeRegistry } from "./weather-tools.ts";

type Answer = Awaited<ReturnType<MockLanguageModelV4["doGenerate"]>>;

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
const model = new MockLanguageModelV4({ doGenerate: [asks, says] });

await using registry = makeRegistry();

const { text, steps } = await generateText({
  model,
  prompt: "What will the weather be like in Bern, Atlantis and Lima?",
  stopWhen: isStepCount(5),
  tools: aiSdkTools(registry, { tenant: "user-1" }),
});

for (const part of steps[0]?.content ?? []) {
  if (part.type === "tool-result") console.log(part.toolCallId, part.output);
  if (part.type === "tool-error") console.log(part.toolCallId, String(part.error));
}
console.log(text);
