/** A tool, the calls of a model's answer, and the messages to send back. */
import { z } from "zod";
// In your project: from "toolyard".
import { defineTool, formatToolResults, ToolRegistry } from "../src/index.ts";

await using registry = new ToolRegistry();

registry.register(
  defineTool({
    name: "get_weather",
    description: "The weather of a city",
    input: z.object({ city: z.string(), days: z.number().int().default(1) }),
    execute: ({ city, days }) => `${city}: sunny for ${days} day${days === 1 ? "" : "s"}`,
  }),
);

// What goes into a request's `tools`.
console.log(registry.schemas("openai-chat").length, "tool for the model");

// What the model answers. Models make mistakes: the last call lacks its city.
const message = {
  role: "assistant",
  tool_calls: [
    weatherCall("call_1", '{"city":"Bern"}'),
    weatherCall("call_2", '{"city":"Lima","days":"3"}'),
    weatherCall("call_3", '{"days":1}'),
  ],
};

const results = await registry.executeToolCalls(message.tool_calls);
for (const reply of formatToolResults(results, "openai-chat")) console.log(reply);

function weatherCall(id: string, text: string): object {
  return { id, type: "function", function: { name: "get_weather", arguments: text } };
}
