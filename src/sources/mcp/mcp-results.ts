/** From a server's answer to what a tool returns, or throws. */
import type { CallToolResult, ReadResourceResult } from "@modelcontextprotocol/client";
import { ToolError } from "../../core/tool-error.ts";
import { isRecord } from "./mcp-fields.ts";

/** Most characters of a server's own text in an error. */
const MAX_ERROR_TEXT = 4_000;

/**
 * What an MCP tool returns: the protocol's envelope (`content`: text, images, audio, links and embedded resources), so
 * that a provider's format can show each kind in its own way.
 */
export interface McpOutput {
  readonly content: readonly unknown[];
  readonly structuredContent?: unknown;
}

/**
 * The output of a tool.
 *
 * @throws ToolError `TOOL_FAILED`, not retryable, with the server's own words when it says `isError`: to the protocol
 *   that is a call that went well, and a tool that failed; `OUTPUT_INVALID` when the answer has no list `content`.
 */
export function readToolResult(toolName: string, result: CallToolResult): McpOutput {
  // A server may answer anything.
  const { content = [], structuredContent, isError } = result as Partial<CallToolResult>;
  if (!Array.isArray(content)) {
    throw new ToolError("OUTPUT_INVALID", `${toolName}: the server's \`content\` is no list.`);
  }
  if (isError === true) throw failed(toolName, content);
  return structuredContent === undefined ? { content } : { content, structuredContent };
}

/** The contents of a resource, as embedded resources. @throws ToolError `OUTPUT_INVALID` when there is no list of them. */
export function readResourceResult(toolName: string, result: ReadResourceResult): McpOutput {
  const { contents } = result as Partial<ReadResourceResult>;
  if (!Array.isArray(contents)) {
    throw new ToolError("OUTPUT_INVALID", `${toolName}: the server's \`contents\` is no list.`);
  }
  return { content: contents.map((resource) => ({ type: "resource", resource })) };
}

function failed(toolName: string, content: readonly unknown[]): ToolError {
  const said = bounded(content.map(textOf).filter(Boolean).join("\n"));
  const message = said === "" ? "the server says so, and nothing else." : said;
  return new ToolError("TOOL_FAILED", `${toolName} failed: ${message}`, { retryable: false });
}

/** What people and models can read of a block. */
function textOf(block: unknown): string {
  if (!isRecord(block)) return "";
  const { type, text, mimeType, uri, resource } = block;
  if (typeof text === "string") return text.trim();
  if (type === "resource" && isRecord(resource)) return textOf(resource);
  const about = [mimeType, uri].filter((part) => typeof part === "string").join(" ");
  return `(${[typeof type === "string" ? type : "resource", about].filter(Boolean).join(": ")})`;
}

/** Its beginning and its end, which has the reason as often. */
function bounded(text: string): string {
  if (text.length <= MAX_ERROR_TEXT) return text;
  const half = MAX_ERROR_TEXT / 2;
  const left = text.length - MAX_ERROR_TEXT;
  return `${text.slice(0, half)} … (${left} characters left out) … ${text.slice(-half)}`;
}
