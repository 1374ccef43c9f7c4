import type { JsonSchema } from "../core/json-schema.ts";
import type { ToolCall } from "../core/tool-call.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { Block } from "./block.ts";

/** Every provider's wire form, by name. */
export const FORMAT_NAMES = ["openai-chat", "openai-responses", "anthropic", "gemini"] as const;

/** A provider's wire form: how its API spells tools, tool calls and results. */
export type FormatName = (typeof FORMAT_NAMES)[number];

/** What a provider is told about a tool. */
export interface ToolDescription {
  /** Safe for every provider: at most 64 of `[a-zA-Z0-9_-]`, not beginning with a digit or dash. */
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
}

/**
 * Translates between one provider's wire form and ours. Pure functions; a new provider is one of
 * these.
 *
 * `Declaration` is how a tool is written, `Message` how results are.
 */
export interface ProviderFormat<
  Declaration extends object = Record<string, unknown>,
  Message extends object = Record<string, unknown>,
> {
  readonly name: FormatName;
  /**
   * Writes a tool the way the provider's API takes it.
   *
   * @throws TypeError when the schema says that the input is something else than an object.
   */
  encodeTool(tool: ToolDescription): Declaration;
  /** Reads one block of a provider's answer; undefined when it is no tool call of this provider. */
  decodeCall(block: Block, index: number): ToolCall | undefined;
  /** The blocks inside a whole answer or message; undefined when it is none of this provider. */
  blocksOf(answer: Block): readonly unknown[] | undefined;
  /**
   * Whether a block without a `type` is one that this provider sends beside calls. Left out: every
   * block of this provider has a `type`.
   */
  isOtherBlock?(block: Block): boolean;
  /** Writes the results as messages (or input items) to send back, in call order. None for none. */
  encodeResults(results: readonly ToolResult[]): Message[];
}
