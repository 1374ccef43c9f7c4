import type { ClosureReason } from "../../core/tool-origin.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { ConcreteMode, Tool } from "../../core/tool.ts";

const FUNCTION: ClosureReason = {
  what: "is a function of this program",
  remedy: "Export it from a module and use registerModule",
};

/**
 * Why a tool cannot run in this mode (`NOT_PORTABLE`); undefined when it can. Workers take tools that they can load
 * themselves; rights can only be withheld from a process.
 */
export function refusalOf(tool: Tool, mode: ConcreteMode): ToolError | undefined {
  const { origin = { kind: "closure" } } = tool;
  const reason = origin.kind === "closure" ? (origin.because ?? FUNCTION) : undefined;
  const isLimited = tool.permissions !== undefined;
  if (isLimited && (mode !== "process" || reason)) return cannotHold(tool, mode, reason);
  if (mode === "async" || reason === undefined) return undefined;
  const message =
    `${tool.name} ${reason.what} and cannot be taken to a ${mode}. ` +
    `${reason.remedy}, or run it in mode async.`;
  return new ToolError("NOT_PORTABLE", message, { details: { mode } });
}

function cannotHold(
  { name }: Tool,
  mode: ConcreteMode,
  reason: ClosureReason | undefined,
): ToolError {
  const remedy =
    reason === undefined
      ? `Run it in mode process rather than ${mode}, or take its \`permissions\` out.`
      : reason === FUNCTION
        ? `It ${FUNCTION.what}: export it from a module and use registerModule.`
        : "It comes from a source, and has those of this program: take its `permissions` out.";
  const message = `${name} has \`permissions\`, and only mode process can hold it to them. ${remedy}`;
  return new ToolError("NOT_PORTABLE", message, { details: { mode } });
}
