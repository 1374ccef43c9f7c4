/** A tool of the Vercel AI SDK, or of another library that makes tools of its shape. */
import { ToolError } from "../../core/tool-error.ts";
import type { Tool, ToolContext } from "../../core/tool.ts";
import { mcpOutput, readBlocks, textBlock } from "./foreign-content.ts";
import { readSchema } from "./foreign-schema.ts";
import { type ForeignObject, isObject } from "./foreign-shape.ts";
import { refuseUnapproved } from "./unapproved-call.ts";

type Execute = (input: unknown, options: object) => unknown;
type ToModelOutput = (result: {
  readonly toolCallId: string;
  readonly input: unknown;
  readonly output: unknown;
}) => unknown;

/**
 * Makes a tool of the AI SDK's. Of a tool that yields, each result becomes progress, and the last is the output. What
 * `toModelOutput` makes is what models get; the output itself is then the `structuredContent` of MCP-style content.
 * A call that needs approval fails with `PERMISSION_DENIED`.
 *
 * @throws TypeError when it has no name.
 */
export function aiSdkTool(foreign: ForeignObject, key: string | undefined): Tool {
  const name = nameOf(foreign, key);
  const { description } = foreign;
  const execute = foreign["execute"] as Execute;
  return {
    name,
    description: typeof description === "string" ? description : "",
    ...readSchema(name, foreign["inputSchema"] ?? foreign["parameters"]),
    execute: async (input: unknown, context: ToolContext) => {
      const options = optionsOf(context);
      await refuseUnapproved(name, approvalPolicies(foreign), [input, options]);
      const returned = execute.call(foreign, input, options);
      const output = isAsyncIterable(returned) ? await lastOf(returned, context) : await returned;
      return readModelOutput(foreign, { toolCallId: context.callId, input, output });
    },
  };
}

function nameOf({ name, id }: ForeignObject, key: string | undefined): string {
  const found = [name, key, id].find((candidate) => typeof candidate === "string");
  if (found !== undefined) return found;
  throw new TypeError(
    "A tool of the AI SDK has no name of its own. Give it in a record by name: { get_weather: tool(…) }.",
  );
}

/** The AI SDK's field, and Mastra's two: there `true` beside a function says only that the function decides. */
function approvalPolicies(foreign: ForeignObject): unknown[] {
  const { needsApproval, requireApproval, needsApprovalFn } = foreign;
  const isDecidedByCall = requireApproval === true && typeof needsApprovalFn === "function";
  return [needsApproval, isDecidedByCall ? undefined : requireApproval, needsApprovalFn];
}

function optionsOf({ callId, signal, context }: ToolContext): object {
  return {
    toolCallId: callId,
    messages: [],
    abortSignal: signal,
    context,
    experimental_context: context,
  };
}

async function lastOf(results: AsyncIterable<unknown>, context: ToolContext): Promise<unknown> {
  let last: unknown;
  let count = 0;
  for await (const result of results) {
    context.signal.throwIfAborted();
    last = result;
    count += 1;
    const message = typeof result === "string" ? { message: result } : {};
    context.progress({ progress: count, ...message });
  }
  return last;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isObject(value) && Symbol.asyncIterator in value;
}

async function readModelOutput(
  foreign: ForeignObject,
  result: Parameters<ToModelOutput>[0],
): Promise<unknown> {
  const { toModelOutput } = foreign;
  if (typeof toModelOutput !== "function") return result.output;
  const told: unknown = await (toModelOutput as ToModelOutput).call(foreign, result);
  if (!isObject(told)) return result.output;
  throwFailure(told);
  const { type, value } = told;
  const blocks = type === "content" && Array.isArray(value) ? readBlocks(value) : undefined;
  return mcpOutput(blocks ?? [textBlock(textOf(value))], result.output);
}

function throwFailure({ type, value, reason }: ForeignObject): void {
  if (type === "error-text" || type === "error-json") {
    throw new ToolError("TOOL_FAILED", textOf(value));
  }
  if (type !== "execution-denied") return;
  const why = typeof reason === "string" ? `: ${reason}` : "";
  throw new ToolError("PERMISSION_DENIED", `The tool denied the call${why}.`);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
