/** Arguments that fit their schema and cannot be sent all the same. */
import { ToolError } from "../../core/tool-error.ts";

/**
 * The error of an argument that no request can carry: a line break in a header, `..` in a path.
 *
 * @param field - The field of the tool's input.
 * @param problem - What is wrong with it; never its value.
 */
export function inputRefusal(field: string, problem: string): ToolError {
  const path = `/${field.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return new ToolError("INPUT_INVALID", `The argument "${field}" cannot be sent: ${problem}.`, {
    details: { issues: [{ path, message: problem }] },
  });
}
