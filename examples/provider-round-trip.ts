/** The same tool and the same call in the forms of four providers: schema out, call in, result back. */
import { defineTool, FORMAT_NAMES, formatToolResults, ToolRegistry } from "../src/index.ts";

await using registry = new ToolRegistry();

registry.register(
  defineTool({
    name: "play",
    description: "Plays a song",
    input: { type: "object", properties: { song: { type: "string" } }, required: ["song"] },
    execute: ({ song }) => ({ playing: song }),
  }),
  { namespace: "spotify" },
);

// No provider takes the dot in "spotify.play": models are told, and use, a name that is safe for all.
const ANSWERS = {
  "openai-chat": {
    role: "assistant",
    tool_calls: [
      {
        id: "call_1",
        type: "function",
        function: { name: "spotify_play", arguments: '{"song":"Blue"}' },
      },
    ],
  },
  "openai-responses": {
    output: [
      { type: "reasoning", summary: [] },
      {
        type: "function_call",
        call_id: "call_1",
        name: "spotify_play",
        arguments: '{"song":"Blue"}',
      },
    ],
  },
  anthropic: {
    role: "assistant",
    content: [
      { type: "text", text: "I will play it." },
      { type: "tool_use", id: "call_1", name: "spotify_play", input: { song: "Blue" } },
    ],
  },
  gemini: {
    candidates: [
      {
        content: {
          role: "model",
          parts: [{ functionCall: { id: "call_1", name: "spotify_play", args: { song: "Blue" } } }],
        },
      },
    ],
  },
};

for (const format of FORMAT_NAMES) {
  console.log(`\n${format}`);
  console.log("tools:", JSON.stringify(registry.schemas(format)));
  const results = await registry.executeToolCalls(ANSWERS[format]);
  console.log("ran:", results[0]?.toolName, results[0]?.status);
  console.log("back:", JSON.stringify(formatToolResults(results, format)));
}
