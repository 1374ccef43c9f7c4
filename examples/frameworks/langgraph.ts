/** The registry's tools in LangGraph. The model is written here: nothing leaves this program. */
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, isToolMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import { langChainTools } from "../../src/langchain.ts";
import { CALLS, makeRegistry } from "./weather-tools.ts";

class ScriptedModel extends BaseChatModel {
  readonly #answers = [
    new AIMessage({
      content: "",
      tool_calls: CALLS.map(({ id, city }) => ({ id, name: "weather_forecast", args: { city } })),
    }),
    new AIMessage("Sunny in Bern and Lima."),
  ];

  override _llmType(): string {
    return "scripted";
  }

  override bindTools(): this {
    return this;
  }

  override async _generate(): Promise<ChatResult> {
    const message = this.#answers.shift() ?? new AIMessage("");
    return { generations: [{ text: message.text, message }] };
  }
}

await using registry = makeRegistry();

const agent = createReactAgent({
  llm: new ScriptedModel({}),
  tools: langChainTools(registry, { tenant: "user-1" }),
});
const { messages } = await agent.invoke({
  messages: [{ role: "user", content: "The weather in Bern, Atlantis and Lima?" }],
});

for (const message of messages.filter(isToolMessage)) {
  console.log(message.tool_call_id, message.status, message.text);
}
console.log(messages.at(-1)?.text);
