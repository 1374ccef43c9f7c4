/** From whatever a model's answer looks like to tool calls. */
import type { ToolCall } from "../core/tool-call.ts";
import { type Block, isBlock } from "./block.ts";
import type { FormatName } from "./provider-format.ts";
import { PROVIDER_FORMATS } from "./provider-formats.ts";
import { readArguments, readCall } from "./read-call.ts";

/** Where calls came from: a provider's form, or `{ id?, name, input }`. */
export type CallOrigin = FormatName | "toolyard";

/** The calls of an answer, in order. */
export interface DecodedToolCalls {
  readonly calls: ToolCall[];
  /** The form of the first call, or of the answer when it calls nothing. */
  readonly format: CallOrigin;
}

interface DecodedBlock {
  readonly call: ToolCall;
  readonly format: CallOrigin;
}

/** Calls as other libraries write them: skipping them like text would lose them. */
const FOREIGN_CALLS = new Set<unknown>(["tool_call", "tool-call", "tool-invocation"]);

const ACCEPTED =
  "Accepted are the tool calls of OpenAI chat (message.tool_calls), OpenAI responses (response.output), " +
  "Anthropic (message.content) and Gemini (response.candidates, or functionCalls), a whole message or " +
  "response of these, one call, and { id?, name, input }.";

/**
 * Reads the tool calls of a model's answer; the provider is recognised by its shape.
 *
 * Takes a list of calls or blocks, a whole message or response (of several choices or candidates the
 * first), a single call, our own calls, or null and undefined for none. Blocks that are no calls
 * (text, thinking, outputs, tools that ran at the provider) are skipped. Malformed arguments do not
 * throw: see {@link ToolCall.malformed}.
 *
 * @throws TypeError that names the place when something is neither a call nor a block of an answer.
 */
export function decodeToolCalls(value: unknown): DecodedToolCalls {
  if (value === undefined || value === null) return { calls: [], format: "toolyard" };
  if (Array.isArray(value)) return decodeBlocks(value, "toolyard");
  if (isBlock(value)) {
    for (const format of PROVIDER_FORMATS) {
      const blocks = format.blocksOf(value);
      if (blocks !== undefined) return decodeBlocks(blocks, format.name);
    }
  }
  return decodeBlocks([value], "toolyard");
}

/**
 * Reads one block of an answer, for answers that come block by block; undefined when it is no call.
 *
 * @param index - Its place among the blocks, from 0. Becomes the id where the provider sent none.
 * @throws TypeError that names the index when it is neither a call nor a block of an answer.
 */
export function decodeBlock(block: unknown, index: number): ToolCall | undefined {
  return decode(block, index)?.call;
}

function decodeBlocks(blocks: readonly unknown[], otherwise: CallOrigin): DecodedToolCalls {
  const found = blocks.map(decode).filter((decoded) => decoded !== undefined);
  return {
    calls: found.map((decoded) => decoded.call),
    format: found[0]?.format ?? otherwise,
  };
}

function decode(block: unknown, index: number): DecodedBlock | undefined {
  if (!isBlock(block)) throw refusal(block, index);
  for (const format of PROVIDER_FORMATS) {
    const call = format.decodeCall(block, index);
    if (call !== undefined) return { call, format: format.name };
  }
  const call = decodeOwn(block, index);
  if (call !== undefined) return { call, format: "toolyard" };
  if (isOther(block)) return undefined;
  throw refusal(block, index);
}

function decodeOwn(block: Block, index: number): ToolCall | undefined {
  const { type, id, name, input, malformed } = block;
  if (type !== undefined || typeof name !== "string") return undefined;
  if (typeof malformed === "string") return readCall(index, id, name, { input, malformed });
  if ("input" in block)
    return readCall(index, id, name, { input: input === undefined ? {} : input });
  const bare = Object.keys(block).every((key) => key === "id" || key === "name");
  if (!bare && !("arguments" in block)) return undefined;
  return readCall(index, id, name, readArguments(block["arguments"]));
}

function isOther(block: Block): boolean {
  const { type } = block;
  if (typeof type === "string") return !FOREIGN_CALLS.has(type);
  return PROVIDER_FORMATS.some((format) => format.isOtherBlock?.(block) === true);
}

function refusal(block: unknown, index: number): TypeError {
  return new TypeError(
    `Tool call ${index} is neither a tool call nor a block of a model's answer; it is ${kindOf(block)}. ${ACCEPTED}`,
  );
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object of another shape" : `a ${typeof value}`;
}
