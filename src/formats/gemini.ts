/**
 * Gemini, through `generateContent`.
 *
 * Tools are bare function declarations. They go into a request as one tool:
 * `config: { tools: [{ functionDeclarations: registry.schemas("gemini") }] }`.
 *
 * Results are one `user` content with a `functionResponse` part per call, in call order, named as the
 * model named the call. Its `response` is `{ output }` or `{ error }`; images and PDFs are `parts`
 * inside it, which Gemini 3 and later read and older models refuse. Gemini may leave ids out; ids
 * that were made here are not sent back.
 */
import type { ToolResult } from "../core/tool-result.ts";
import { type Block, firstBlock, isBlock } from "./block.ts";
import type { JsonValue } from "./json-value.ts";
import type { MediaPart } from "./mcp-content.ts";
import type { ProviderFormat } from "./provider-format.ts";
import { isMadeId, readArguments, readCall } from "./read-call.ts";
import { renderParts, resultContent } from "./result-content.ts";
import { toolParameters, type ToolParameters } from "./tool-parameters.ts";

/** A tool, as Gemini takes it in `functionDeclarations`. */
export type GeminiFunctionDeclaration = {
  name: string;
  description: string;
  /** Left out for a tool without parameters. */
  parametersJsonSchema?: ToolParameters;
};

/** The result of one call. */
export type GeminiFunctionResponse = {
  id?: string;
  name: string;
  response: { output: JsonValue } | { error: JsonValue };
  parts?: { inlineData: { mimeType: string; data: string } }[];
};

/** The content with the results. */
export type GeminiContent = {
  role: "user";
  parts: { functionResponse: GeminiFunctionResponse }[];
};

/** What Gemini takes inside a function response. Sounds and films are not among it. */
const MEDIA = new Set(["image/png", "image/jpeg", "image/webp", "application/pdf"]);

/** Members by which a part is told, beside `functionCall`. */
const OTHER_PARTS = [
  "text",
  "thought",
  "thoughtSignature",
  "inlineData",
  "fileData",
  "executableCode",
  "codeExecutionResult",
  "functionResponse",
  "toolCall",
  "toolResponse",
];

/** The wire form of the Gemini API and of Gemini on Vertex AI. */
export const gemini: ProviderFormat<GeminiFunctionDeclaration, GeminiContent> = {
  name: "gemini",
  encodeTool(tool) {
    const parameters = toolParameters(tool);
    return {
      name: tool.name,
      description: tool.description,
      ...(!isEmpty(parameters) && { parametersJsonSchema: parameters }),
    };
  },
  decodeCall(block, index) {
    const { functionCall } = block;
    // The SDK's `response.functionCalls` are the calls without their parts.
    const bare = block["type"] === undefined && "args" in block ? block : undefined;
    const call = isBlock(functionCall) ? functionCall : bare;
    if (call === undefined) return undefined;
    return readCall(index, call["id"], call["name"], readArguments(call["args"]));
  },
  blocksOf(answer) {
    const { candidates } = answer;
    if (candidates === undefined) return partsOf(answer);
    if (!Array.isArray(candidates)) return undefined;
    // A blocked prompt has no candidates, a blocked answer no parts.
    return partsOf(firstBlock(candidates) ?? {}) ?? [];
  },
  isOtherBlock: (block) => OTHER_PARTS.some((member) => member in block),
  encodeResults: (results) =>
    results.length === 0 ? [] : [{ role: "user", parts: results.map(responsePart) }],
};

function partsOf(answer: Block): readonly unknown[] | undefined {
  const { content, parts } = answer;
  if (Array.isArray(parts)) return parts;
  return isBlock(content) && Array.isArray(content["parts"]) ? content["parts"] : undefined;
}

function responsePart(result: ToolResult): GeminiContent["parts"][number] {
  const { callId, toolName, calledAs = toolName } = result;
  const { failed, parts } = resultContent(result);
  const [only] = parts;
  const rendered = renderParts(parts, toNative);
  const lines = rendered.filter((part) => typeof part === "string");
  const media = rendered.filter((part) => typeof part !== "string");
  // JSON stays JSON when it is all there is; there is a place for it here.
  const said = parts.length === 1 && only?.kind === "value" ? only.value : lines.join("\n");
  return {
    functionResponse: {
      ...(!isMadeId(callId) && { id: callId }),
      name: calledAs,
      response: failed ? { error: said } : { output: said },
      ...(media.length > 0 && { parts: media }),
    },
  };
}

function toNative({ mimeType, data }: MediaPart) {
  return MEDIA.has(mimeType) ? { inlineData: { mimeType, data } } : undefined;
}

/** Whether a schema asks for nothing. Some Gemini models refuse an object without properties. */
function isEmpty({ type: _type, properties, ...rest }: ToolParameters): boolean {
  const asks = Object.entries(rest).filter(
    ([keyword, value]) =>
      !["title", "description"].includes(keyword) &&
      !(keyword === "additionalProperties" && value === false) &&
      !(keyword === "required" && Array.isArray(value) && value.length === 0),
  );
  return asks.length === 0 && Object.keys(properties).length === 0;
}
