import type { ToolResult } from "../core/tool-result.ts";
import type { FormatName } from "./provider-format.ts";
import { formatNamed, type ResultMessage } from "./provider-formats.ts";

/**
 * Writes results as the messages that go back to the model, in call order. No results, no messages.
 *
 * - `openai-chat`: a `tool` message per call, then, if tools returned images, PDFs or sounds, one
 *   `user` message that holds them.
 * - `openai-responses`: a `function_call_output` item per call.
 * - `anthropic`: one `user` message with a `tool_result` block per call.
 * - `gemini`: one `user` content with a `functionResponse` part per call.
 *
 * A string output is sent as it is, MCP-style content as the provider's own parts, anything else as
 * JSON. An error becomes text: its code, its message, what is wrong with the arguments, and advice.
 *
 * @throws TypeError when there is no format of that name.
 */
export function formatToolResults<Name extends FormatName>(
  results: readonly ToolResult[],
  format: Name,
): ResultMessage<Name>[] {
  return formatNamed(format).encodeResults(results);
}
