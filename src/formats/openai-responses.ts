/**
 * OpenAI Responses.
 *
 * Tools say `strict: false`, because the API takes silence for `true` and then refuses every schema
 * that has optional properties. Results are one `function_call_output` item per call; its `output` is
 * a text, or a list of parts when there is an image or a PDF. Sounds become a line of text.
 */
import type { ToolResult } from "../core/tool-result.ts";
import type { MediaPart } from "./mcp-content.ts";
import type { ProviderFormat } from "./provider-format.ts";
import { readArguments, readCall } from "./read-call.ts";
import { asText, dataUrl, renderParts, resultContentInWords } from "./result-content.ts";
import { toolParameters, type ToolParameters } from "./tool-parameters.ts";

/** A tool, as the Responses API takes it in `tools`. */
export type OpenAiResponsesTool = {
  type: "function";
  name: string;
  description: string;
  parameters: ToolParameters;
  strict: false;
};

/** What an output can hold. */
export type OpenAiResponsesPart =
  | { type: "input_text"; text: string }
  | { type: "input_image"; image_url: string }
  | { type: "input_file"; filename: string; file_data: string };

/** An input item with a result. */
export type OpenAiResponsesItem = {
  type: "function_call_output";
  call_id: string;
  output: string | OpenAiResponsesPart[];
};

const IMAGES = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"]);

/** The wire form of the OpenAI Responses API. */
export const openAiResponses: ProviderFormat<OpenAiResponsesTool, OpenAiResponsesItem> = {
  name: "openai-responses",
  encodeTool: (tool) => ({
    type: "function",
    name: tool.name,
    description: tool.description,
    parameters: toolParameters(tool),
    strict: false,
  }),
  decodeCall(block, index) {
    const { type, call_id: callId, id, name } = block;
    if (type === "custom_tool_call") {
      return readCall(index, callId, name, { input: block["input"] });
    }
    if (type !== "function_call") return undefined;
    return readCall(index, callId ?? id, name, readArguments(block["arguments"]));
  },
  blocksOf: ({ output, type }) =>
    Array.isArray(output) && type === undefined ? output : undefined,
  encodeResults: (results) => results.map(outputItem),
};

function outputItem(result: ToolResult): OpenAiResponsesItem {
  const rendered = renderParts(resultContentInWords(result), toNative);
  const output =
    asText(rendered) ??
    rendered.map((part) =>
      typeof part === "string" ? { type: "input_text" as const, text: part } : part,
    );
  return { type: "function_call_output", call_id: result.callId, output };
}

function toNative(media: MediaPart): OpenAiResponsesPart | undefined {
  if (IMAGES.has(media.mimeType)) return { type: "input_image", image_url: dataUrl(media) };
  if (media.mimeType !== "application/pdf") return undefined;
  return { type: "input_file", filename: media.filename, file_data: dataUrl(media) };
}
