/** What goes into a tool and what comes out of it, against its schemas. */
import type { ErrorCode } from "../core/error-codes.ts";
import type { ToolCall } from "../core/tool-call.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ParseResult } from "../schema/validator.ts";
import type { BoundTool } from "./bound-tool.ts";

/**
 * The input of a call, parsed; a promise only when its schema needs one.
 *
 * @throws ToolError `INPUT_INVALID` with the paths of what does not fit, as does the promise.
 */
export function parseInput(bound: BoundTool, call: ToolCall): unknown {
  const { name } = bound.tool;
  if (call.malformed !== undefined) throw malformed(`${name} cannot be called`, call.malformed);
  const parsed = bound.input.parse(call.input);
  if (!(parsed instanceof Promise)) return take(parsed, "INPUT_INVALID", name);
  return parsed.then((late) => take(late, "INPUT_INVALID", name));
}

/**
 * The output of a tool, parsed where it has an output schema; a promise only when that needs one.
 *
 * @throws ToolError `OUTPUT_INVALID` with the paths of what does not fit, as does the promise.
 */
export function parseOutput({ tool, output: validator }: BoundTool, output: unknown): unknown {
  if (validator === undefined) return output;
  const parsed = validator.parse(output);
  if (!(parsed instanceof Promise)) return take(parsed, "OUTPUT_INVALID", tool.name);
  return parsed.then((late) => take(late, "OUTPUT_INVALID", tool.name));
}

/**
 * Refuses what names no tool because it could not be read: that there is no tool "" would not help.
 *
 * @throws ToolError `INPUT_INVALID` with why it could not.
 */
export function checkReadable(call: ToolCall): void {
  if (call.name !== "" || call.malformed === undefined) return;
  throw malformed("This cannot be called", call.malformed);
}

function malformed(what: string, why: string): ToolError {
  return new ToolError("INPUT_INVALID", `${what}: ${why.replace(/\.$/u, "")}.`, {
    details: { issues: [{ path: "", message: why }] },
  });
}

function take(parsed: ParseResult, code: ErrorCode, toolName: string): unknown {
  if (parsed.ok) return parsed.value;
  const side = code === "INPUT_INVALID" ? "input" : "output";
  const issues = parsed.issues.map(({ path, message }) => `${path || "/"} ${message}`);
  throw new ToolError(
    code,
    `The ${side} of ${toolName} does not fit its schema: ${issues.join("; ")}.`,
    {
      details: { issues: parsed.issues },
    },
  );
}
