/** Results as LangChain's messages. */
import { type ContentBlock, ToolMessage } from "@langchain/core/messages";
import type { ToolResult } from "../core/tool-result.ts";
import type { MediaPart } from "../formats/mcp-content.ts";
import { asText, dataUrl, renderParts, resultContent } from "../formats/result-content.ts";

/** The answer to a call: `status` says whether it failed, `artifact` is the output as the tool returned it. */
export function langChainMessage(result: ToolResult, name: string): ToolMessage {
  const { failed } = resultContent(result);
  return new ToolMessage({
    tool_call_id: result.callId,
    name,
    status: failed ? "error" : "success",
    content: langChainContent(result),
    artifact: result.status === "ok" ? result.output : result.error,
  });
}

/** What the model is told: a text, or blocks where there is an image or a PDF. */
export function langChainContent(result: ToolResult): string | ContentBlock[] {
  const rendered = renderParts(resultContent(result).parts, toBlock);
  return (
    asText(rendered) ??
    rendered.map((part) => (typeof part === "string" ? { type: "text", text: part } : part))
  );
}

/** The blocks that the models' own packages read in tool messages. */
function toBlock(media: MediaPart): ContentBlock | undefined {
  const { mimeType, data, filename } = media;
  if (mimeType.startsWith("image/")) {
    return { type: "image_url", image_url: { url: dataUrl(media) } };
  }
  if (mimeType !== "application/pdf") return undefined;
  return {
    type: "file",
    source_type: "base64",
    mime_type: mimeType,
    data,
    metadata: { filename },
  };
}
