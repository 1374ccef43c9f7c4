/** The registry's tools in the OpenAI Agents SDK. The model is written here: nothing leaves this program. */
import { Agent, type Model, type ModelResponse, Runner, Usage } from "@openai/agents";
import { openAiAgentsTools } from "../../src/openai-agents.ts";
import { CALLS, makeRegistry } from "./weather-tools.ts";

const answers: ModelResponse["output"][] = [
  CALLS.map(({ id, city }) => ({
    type: "function_call",
    callId: id,
    name: "weather_forecast",
    arguments: JSON.stringify({ city }),
    status: "completed",
  })),
  [
    {
      type: "message",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: "Sunny in Bern and Lima." }],
    },
  ],
];
const model: Model = {
  getResponse: async () => ({ usage: new Usage(), output: answers.shift() ?? [] }),
  getStreamedResponse: () => {
    throw new Error("This model does not stream.");
  },
};

await using registry = makeRegistry();

const agent = new Agent({
  name: "Weather",
  model,
  tools: openAiAgentsTools(registry, { tenant: "user-1" }),
});
// Traces would be sent to OpenAI.
const runner = new Runner({ tracingDisabled: true });
const result = await runner.run(agent, "The weather in Bern, Atlantis and Lima?");

for (const item of result.newItems) {
  if (item.type === "tool_call_output_item") console.log(item.output);
}
console.log(result.finalOutput);
