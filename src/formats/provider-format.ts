import type { JsonSchema } from "../core/json-schema.ts";
import type { ToolCall } from "../core/tool-call.ts";
import type { ToolResult } from "../core/tool-result.ts";

/** Every provider's wire form, by name. */
export const FORMAT_NAMES = ["openai-chat", "openai-responses", "anthropic", "gemini"] as const;

/** A provider's wire form: how its API spells tools, tool calls and results. */
export type FormatName = (typeof FORMAT_NAMES)[number];

/** What a provider is told about a tool. */
export interface ToolDescription {
  /** Safe for every provider: at most 64 of `[a-zA-Z0-9_-]`. */
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
}

/** Translates between one provider's wire form and ours. Pure functions; a new provider is one of these. */
export interface ProviderFormat {
  readonly name: FormatName;
  /** Writes a tool the way the provider's API takes it. */
  encodeTool(tool: ToolDescription): Record<string, unknown>;
  /** Reads one block of a provider's answer; undefined when it is no tool call of this provider. */
  decodeCall(block: Readonly<Record<string, unknown>>, index: number): ToolCall | undefined;
  /** Writes the results as messages (or input items) to send back, in call order. */
  encodeResults(results: readonly ToolResult[]): Record<string, unknown>[];
}
