/** A function tool of the OpenAI Agents SDK, an agent made a tool among them. */
import { ToolError } from "../../core/tool-error.ts";
import type { Tool, ToolContext } from "../../core/tool.ts";
import { guardInput, guardOutput } from "./agents-guardrails.ts";
import { readBlocks } from "./foreign-content.ts";
import { checkedOnly, readSchema } from "./foreign-schema.ts";
import { type ForeignObject, isObject } from "./foreign-shape.ts";
import { refuseUnapproved } from "./unapproved-call.ts";

type Invoke = (runContext: object, input: string, details: object) => unknown;

/** What the SDK tells a model of any error, unless a tool has an `errorFunction` of its own. */
const SWALLOWED = "An error occurred while running the tool. Please try again.";

/**
 * Makes a tool of the OpenAI Agents SDK's. It gets its arguments as JSON text, the signal, the call and a run context
 * with the caller's `context`. A call that needs approval or that a guardrail stops fails with `PERMISSION_DENIED`, one
 * of a tool that is not enabled with `TOOL_DISABLED`.
 *
 * The SDK turns what a tool throws into a text. Its own text counts as `TOOL_FAILED`, that of its timeout as
 * `DEADLINE_EXCEEDED`; one that the tool's `errorFunction` makes is the output, and with `errorFunction: null` the error
 * itself comes through.
 */
export function agentsTool(foreign: ForeignObject): Tool {
  const name = foreign["name"] as string;
  const { description, needsApproval, isEnabled, inputGuardrails, outputGuardrails } = foreign;
  const invoke = foreign["invoke"] as Invoke;
  return {
    name,
    description: typeof description === "string" ? description : "",
    ...checkedOnly(readSchema(name, foreign["parameters"])),
    execute: async (input: unknown, context: ToolContext) => {
      const { callId, signal } = context;
      const runContext = runContextOf(context.context);
      if (typeof isEnabled === "function" && (await isEnabled(runContext)) === false) {
        throw new ToolError("TOOL_DISABLED", `${name} says that it is not enabled.`);
      }
      await refuseUnapproved(name, [needsApproval], [runContext, input, callId]);
      const args = JSON.stringify(input);
      const toolCall = {
        type: "function_call",
        callId,
        name,
        arguments: args,
        status: "completed",
      };
      const guarded = { context: runContext, toolCall };
      await guardInput(inputGuardrails, guarded);
      const output = await invoke.call(foreign, runContext, args, { toolCall, signal });
      throwFailure(foreign, output);
      return readOutput(await guardOutput(outputGuardrails, guarded, output));
    },
  };
}

/** The caller's own run context, or something like one around the caller's context. */
function runContextOf(context: unknown): object {
  if (isObject(context) && "usage" in context && "context" in context) return context;
  const usage = { requests: 0, inputTokens: 0, outputTokens: 0, totalTokens: 0, add: () => {} };
  return { context: context ?? {}, usage, isToolApproved: () => undefined };
}

/** The texts by which the SDK tells a model of what went wrong, unless the tool has texts of its own. */
function throwFailure({ name, timeoutMs }: ForeignObject, output: unknown): void {
  if (output === SWALLOWED) {
    throw new ToolError(
      "TOOL_FAILED",
      `${String(name)} failed, and the OpenAI Agents SDK kept why to itself. \`errorFunction: null\` lets the error through.`,
    );
  }
  if (output === `Tool '${String(name)}' timed out after ${String(timeoutMs)}ms.`) {
    throw new ToolError("DEADLINE_EXCEEDED", output);
  }
}

function readOutput(output: unknown): unknown {
  const parts = [output].flat();
  const blocks = parts.length > 0 ? readBlocks(parts) : undefined;
  return blocks === undefined ? output : { content: blocks };
}
