/**
 * OpenAI Chat Completions, and the many servers that copy it.
 *
 * Results are one `tool` message per call, in call order, directly after one another as the API
 * demands. A `tool` message holds text only, so images, PDFs and sounds follow in one `user` message
 * behind them all, each under a line that names its call; the `tool` message points there. Models
 * that cannot see or hear refuse such parts, so tools that return them need a model that can.
 */
import type { ToolResult } from "../core/tool-result.ts";
import { type Block, firstBlock, isBlock } from "./block.ts";
import type { MediaPart } from "./mcp-content.ts";
import type { ProviderFormat } from "./provider-format.ts";
import { readArguments, readCall } from "./read-call.ts";
import {
  dataUrl,
  mediaNote,
  MOVED_REMARK,
  renderParts,
  resultContentInWords,
} from "./result-content.ts";
import { toolParameters, type ToolParameters } from "./tool-parameters.ts";

/** A tool, as Chat Completions takes it in `tools`. */
export type OpenAiChatTool = {
  type: "function";
  function: { name: string; description: string; parameters: ToolParameters };
};

/** What a `user` message can hold. */
export type OpenAiChatPart =
  | { type: "text"; text: string }
  | { type: "image_url"; image_url: { url: string } }
  | { type: "input_audio"; input_audio: { data: string; format: "wav" | "mp3" } }
  | { type: "file"; file: { filename: string; file_data: string } };

/** A message with results. */
export type OpenAiChatMessage =
  | { role: "tool"; tool_call_id: string; content: string }
  | { role: "user"; content: OpenAiChatPart[] };

const IMAGES = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"]);
const SOUNDS: ReadonlyMap<string, "wav" | "mp3"> = new Map([
  ["audio/wav", "wav"],
  ["audio/x-wav", "wav"],
  ["audio/wave", "wav"],
  ["audio/mpeg", "mp3"],
  ["audio/mp3", "mp3"],
]);

/** The wire form of OpenAI Chat Completions. */
export const openAiChat: ProviderFormat<OpenAiChatTool, OpenAiChatMessage> = {
  name: "openai-chat",
  encodeTool: (tool) => ({
    type: "function",
    function: {
      name: tool.name,
      description: tool.description,
      parameters: toolParameters(tool),
    },
  }),
  decodeCall(block, index) {
    const { type, id, function: called, custom } = block;
    if (type === "custom" && isBlock(custom)) {
      return readCall(index, id, custom["name"], { input: custom["input"] });
    }
    // Ollama leaves the type out.
    if ((type !== "function" && type !== undefined) || !isBlock(called)) return undefined;
    return readCall(index, id, called["name"], readArguments(called["arguments"]));
  },
  blocksOf(answer) {
    const { choices, message } = answer;
    if (Array.isArray(choices)) return choices.length === 0 ? [] : inMessage(firstBlock(choices));
    return isBlock(message) ? callsIn(message) : callsIn(answer);
  },
  encodeResults(results) {
    const shown: OpenAiChatPart[] = [];
    const messages = results.map((result) => toolMessage(result, shown));
    return shown.length === 0 ? messages : [...messages, { role: "user", content: shown }];
  },
};

function inMessage(choice: Block | undefined): readonly unknown[] | undefined {
  return isBlock(choice?.["message"]) ? callsIn(choice["message"]) : undefined;
}

function callsIn(message: Block): readonly unknown[] | undefined {
  const { tool_calls: calls, role, content } = message;
  if (Array.isArray(calls)) return calls;
  const isText = typeof content === "string" || content === null;
  return typeof role === "string" && isText ? [] : undefined;
}

/** Writes the text of a result as its message, and adds its media to `shown`. */
function toolMessage(result: ToolResult, shown: OpenAiChatPart[]): OpenAiChatMessage {
  const moved: OpenAiChatPart[] = [];
  const rendered = renderParts(resultContentInWords(result), (media) => {
    const native = toNative(media);
    if (native === undefined) return undefined;
    moved.push(native);
    return { note: mediaNote(media, MOVED_REMARK) };
  });
  if (moved.length > 0) {
    const name = result.calledAs ?? result.toolName;
    shown.push({ type: "text", text: `Returned by ${name} (call ${result.callId}):` }, ...moved);
  }
  const lines = rendered.map((part) => (typeof part === "string" ? part : part.note));
  return { role: "tool", tool_call_id: result.callId, content: lines.join("\n") };
}

function toNative(media: MediaPart): OpenAiChatPart | undefined {
  if (IMAGES.has(media.mimeType)) {
    return { type: "image_url", image_url: { url: dataUrl(media) } };
  }
  const format = SOUNDS.get(media.mimeType);
  if (format !== undefined) {
    return { type: "input_audio", input_audio: { data: media.data, format } };
  }
  if (media.mimeType !== "application/pdf") return undefined;
  return { type: "file", file: { filename: media.filename, file_data: dataUrl(media) } };
}
