/**
 * Anthropic Messages.
 *
 * Results are one `user` message whose content is a `tool_result` block per call, in call order;
 * `is_error` marks the failed ones. Images and PDFs are blocks in them, sounds a line of text.
 */
import type { ToolResult } from "../core/tool-result.ts";
import type { MediaPart } from "./mcp-content.ts";
import type { ProviderFormat } from "./provider-format.ts";
import { readArguments, readCall } from "./read-call.ts";
import { asText, renderParts, resultContent } from "./result-content.ts";
import { toolParameters, type ToolParameters } from "./tool-parameters.ts";

/** A tool, as the Messages API takes it in `tools`. */
export type AnthropicTool = { name: string; description: string; input_schema: ToolParameters };

type ImageType = "image/png" | "image/jpeg" | "image/gif" | "image/webp";

/** What a result can hold. */
export type AnthropicPart =
  | { type: "text"; text: string }
  | { type: "image"; source: { type: "base64"; media_type: ImageType; data: string } }
  | {
      type: "document";
      source: { type: "base64"; media_type: "application/pdf"; data: string };
      title: string;
    };

/** The result of one call. */
export type AnthropicToolResult = {
  type: "tool_result";
  tool_use_id: string;
  content: string | AnthropicPart[];
  is_error?: true;
};

/** The message with the results. */
export type AnthropicMessage = { role: "user"; content: AnthropicToolResult[] };

const IMAGES: ReadonlySet<string> = new Set<ImageType>([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
]);

/** The wire form of the Anthropic Messages API. */
export const anthropic: ProviderFormat<AnthropicTool, AnthropicMessage> = {
  name: "anthropic",
  encodeTool: (tool) => ({
    name: tool.name,
    description: tool.description,
    input_schema: toolParameters(tool),
  }),
  decodeCall(block, index) {
    if (block["type"] !== "tool_use") return undefined;
    return readCall(index, block["id"], block["name"], readArguments(block["input"]));
  },
  blocksOf: ({ content }) => (Array.isArray(content) ? content : undefined),
  encodeResults: (results) =>
    results.length === 0 ? [] : [{ role: "user", content: results.map(toolResult) }],
};

function toolResult(result: ToolResult): AnthropicToolResult {
  const { failed, parts } = resultContent(result);
  const rendered = renderParts(parts, toNative);
  const content =
    asText(rendered) ??
    rendered.map((part) =>
      typeof part === "string" ? { type: "text" as const, text: part } : part,
    );
  return {
    type: "tool_result",
    tool_use_id: result.callId,
    content,
    ...(failed && { is_error: true as const }),
  };
}

function toNative({ mimeType, data, filename }: MediaPart): AnthropicPart | undefined {
  if (isImageType(mimeType)) {
    return { type: "image", source: { type: "base64", media_type: mimeType, data } };
  }
  if (mimeType !== "application/pdf") return undefined;
  return {
    type: "document",
    source: { type: "base64", media_type: mimeType, data },
    title: filename,
  };
}

function isImageType(mimeType: string): mimeType is ImageType {
  return IMAGES.has(mimeType);
}
