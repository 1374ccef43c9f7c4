import type { OkResult } from "../core/tool-result.ts";
import { type ContentPart, readMcpContent } from "../formats/mcp-content.ts";
import { openAiChat } from "../formats/openai-chat.ts";

/** Bytes of what a model is sent of an output: text as UTF-8, images and the like as base64. */
export function outputBytes(output: unknown): number {
  const content = readMcpContent(output);
  if (content === undefined) return Buffer.byteLength(messageOf(output));
  return content.parts.reduce(
    (sum, part) => sum + bytesOf(part),
    Math.max(0, content.parts.length - 1),
  );
}

function bytesOf(part: ContentPart): number {
  if (part.kind === "media") return part.data.length;
  return Buffer.byteLength(part.kind === "text" ? part.text : JSON.stringify(part.value));
}

function messageOf(output: unknown): string {
  const result = { callId: "c", toolName: "t", status: "ok", output } as OkResult;
  const [message] = openAiChat.encodeResults([result]);
  return message?.role === "tool" ? message.content : "";
}
