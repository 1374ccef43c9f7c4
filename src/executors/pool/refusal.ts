import { ToolError } from "../../core/tool-error.ts";
import type { ConcreteMode, Tool } from "../../core/tool.ts";

/** Why a tool cannot be taken to a worker of this mode (`NOT_PORTABLE`); undefined when it can. */
export function refusalOf(tool: Tool, mode: ConcreteMode): ToolError | undefined {
  if (tool.origin !== undefined && tool.origin.kind !== "closure") return undefined;
  const message =
    `${tool.name} is a function of this program and cannot be taken to a ${mode}. ` +
    "Export it from a module and use registerModule, or run it in mode async.";
  return new ToolError("NOT_PORTABLE", message, { details: { mode } });
}
