/** A tool of LangChain or LangGraph: `tool()`, a StructuredTool, a DynamicTool, or a runnable made a tool. */
import { ToolError } from "../../core/tool-error.ts";
import type { Tool, ToolContext } from "../../core/tool.ts";
import { mcpOutput, readBlocks, textBlock } from "./foreign-content.ts";
import { checkedOnly, readSchema } from "./foreign-schema.ts";
import { type ForeignObject, isObject } from "./foreign-shape.ts";

type Invoke = (input: unknown, config: object) => unknown;

/**
 * Makes a tool of LangChain's. It is invoked with its arguments, and finds the signal, the id of the call
 * (`toolCallId`) and the caller's context (`context`) in its config, where a LangGraph node puts them; one whose
 * `responseFormat` is `content_and_artifact` is invoked with a tool call.
 */
export function langChainTool(foreign: ForeignObject): Tool {
  const name = foreign["name"] as string;
  const invoke = foreign["invoke"] as Invoke;
  const { description, responseFormat, schema } = foreign;
  return {
    name,
    description: typeof description === "string" ? description : "",
    // Its own `invoke` parses once more, so it must get the input as the model sent it.
    ...checkedOnly(readSchema(name, schema)),
    execute: async (input: object, context: ToolContext) => {
      const { signal, callId: toolCallId } = context;
      const config = { signal, toolCallId, context: context.context };
      const call = { type: "tool_call", id: toolCallId, name, args: input };
      const wantsCall = responseFormat === "content_and_artifact";
      return readOutput(name, await invoke.call(foreign, wantsCall ? call : input, config));
    },
  };
}

function readOutput(name: string, output: unknown): unknown {
  if (Array.isArray(output)) return withBlocks(output) ?? output;
  if (!isObject(output)) return output;
  if (output["lg_name"] === "Command") {
    throw new ToolError(
      "TOOL_FAILED",
      `${name} returned a Command, which only a graph of LangGraph can carry out.`,
      { retryable: false },
    );
  }
  return output["lc_direct_tool_output"] === true ? readMessage(name, output) : output;
}

/** A ToolMessage. Its artifact is for the program alone. */
function readMessage(name: string, { content, artifact, status }: ForeignObject): unknown {
  const blocks = Array.isArray(content) ? readBlocks(content) : undefined;
  const text = typeof content === "string" ? content : JSON.stringify(content);
  if (status === "error") throw new ToolError("TOOL_FAILED", `${name} failed: ${text}`);
  if (artifact !== undefined) return mcpOutput(blocks ?? [textBlock(text)], artifact);
  return blocks === undefined ? content : { content: blocks };
}

function withBlocks(output: readonly unknown[]): object | undefined {
  const blocks = output.length === 0 ? undefined : readBlocks(output);
  return blocks && { content: blocks };
}
