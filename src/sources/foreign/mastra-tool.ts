/** A tool of Mastra's `createTool`: of the AI SDK's shape, but told apart where the two mean different things. */
import { ToolError } from "../../core/tool-error.ts";
import type { Tool } from "../../core/tool.ts";
import { aiSdkTool } from "./ai-sdk-tool.ts";
import { checkedOnly } from "./foreign-schema.ts";
import { type ForeignObject, isObject } from "./foreign-shape.ts";

type Act = (input: unknown, options: object) => unknown;
type ToModelOutput = (output: unknown) => unknown;

/**
 * Makes a tool of Mastra's. It parses its input by itself, returns what did not fit where others throw (`TOOL_FAILED`),
 * and its `toModelOutput` takes the output alone. A call that it suspends fails with `PERMISSION_DENIED`, for nobody
 * here would resume it.
 *
 * @throws TypeError when it has no name.
 */
export function mastraTool(foreign: ForeignObject, key: string | undefined): Tool {
  const act = foreign["execute"] as Act;
  const { toModelOutput } = foreign;
  const execute = async (input: unknown, options: object): Promise<unknown> =>
    throwFailure(await act.call(foreign, input, { ...options, suspend: refuseToSuspend }));
  const told =
    typeof toModelOutput === "function"
      ? ({ output }: { readonly output: unknown }): unknown =>
          (toModelOutput as ToModelOutput).call(foreign, output)
      : undefined;
  const tool = aiSdkTool(
    Object.create(foreign, { execute: { value: execute }, toModelOutput: { value: told } }),
    key,
  );
  return { ...tool, ...checkedOnly(tool) };
}

function refuseToSuspend(): never {
  throw new ToolError(
    "PERMISSION_DENIED",
    "The tool wants to wait for somebody to resume its call, and a registry cannot wait. Ask before the call.",
  );
}

/** Its failure of a validation says what was wrong, a blank line, and then the whole value, which may be anything. */
function throwFailure(output: unknown): unknown {
  if (!isObject(output) || output["error"] !== true || !("validationErrors" in output)) {
    return output;
  }
  const [reason = ""] = String(output["message"]).split("\n\n", 1);
  throw new ToolError("TOOL_FAILED", reason);
}
