import type { OkResult } from "../core/tool-result.ts";
import { type ContentPart, readMcpContent } from "../formats/mcp-content.ts";
import { type OpenAiChatPart, openAiChat } from "../formats/openai-chat.ts";

/**
 * Bytes of what a model is sent of an output at most: text as UTF-8, images and the like as base64 with the line that
 * says where they are, and the line that says that the tool failed.
 */
export function outputBytes(output: unknown): number {
  const content = readMcpContent(output);
  if (content === undefined) return chatBytes(output);
  return content.parts.reduce(
    (sum, part) => sum + bytesOf(part),
    Math.max(0, content.parts.length - 1) + (content.isError ? 28 : 0),
  );
}

/** Bytes of what the messages of OpenAI Chat Completions hold of an output, but for the line that names the call. */
export function chatBytes(output: unknown): number {
  const result = { callId: "c", toolName: "t", status: "ok", output } as OkResult;
  const [message, media] = openAiChat.encodeResults([result]);
  const text = message?.role === "tool" ? Buffer.byteLength(message.content) : 0;
  const parts = media?.role === "user" ? media.content.slice(1) : [];
  return parts.reduce((sum, part) => sum + dataOf(part).length, text);
}

function dataOf(part: OpenAiChatPart): string {
  if (part.type === "input_audio") return part.input_audio.data;
  const url = part.type === "image_url" ? part.image_url.url : "";
  const file = part.type === "file" ? part.file.file_data : url;
  return file.slice(file.indexOf(",") + 1);
}

function bytesOf(part: ContentPart): number {
  if (part.kind !== "media") {
    return Buffer.byteLength(part.kind === "text" ? part.text : JSON.stringify(part.value));
  }
  const { mimeType, data } = part;
  const size = Buffer.byteLength(data, "base64");
  const line = `[${mimeType}, ${size} bytes: in the user message after the tool results]`;
  return data.length + 1 + Buffer.byteLength(line);
}
