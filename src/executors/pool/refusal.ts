import { ToolError } from "../../core/tool-error.ts";
import type { ConcreteMode, Tool } from "../../core/tool.ts";

/**
 * Why a tool cannot run in this mode (`NOT_PORTABLE`); undefined when it can. Workers take tools that they can load
 * themselves; rights can only be withheld from a process.
 */
export function refusalOf(tool: Tool, mode: ConcreteMode): ToolError | undefined {
  const isClosure = tool.origin === undefined || tool.origin.kind === "closure";
  const isLimited = tool.permissions !== undefined;
  if (isLimited && (mode !== "process" || isClosure)) return cannotHold(tool, mode, isClosure);
  if (mode === "async" || !isClosure) return undefined;
  const message =
    `${tool.name} is a function of this program and cannot be taken to a ${mode}. ` +
    "Export it from a module and use registerModule, or run it in mode async.";
  return new ToolError("NOT_PORTABLE", message, { details: { mode } });
}

function cannotHold({ name }: Tool, mode: ConcreteMode, isClosure: boolean): ToolError {
  const remedy = isClosure
    ? "It is a function of this program: export it from a module and use registerModule."
    : `Run it in mode process rather than ${mode}, or take its \`permissions\` out.`;
  const message = `${name} has \`permissions\`, and only mode process can hold it to them. ${remedy}`;
  return new ToolError("NOT_PORTABLE", message, { details: { mode } });
}
