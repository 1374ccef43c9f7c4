import { ToolError } from "../../core/tool-error.ts";

/**
 * Refuses a call that its tool wants a person to approve: nobody here can be asked.
 *
 * @throws ToolError `PERMISSION_DENIED`.
 */
export async function refuseUnapproved(
  name: string,
  needsApproval: () => Promise<unknown>,
): Promise<void> {
  if ((await needsApproval()) !== true) return;
  throw new ToolError(
    "PERMISSION_DENIED",
    `${name} wants a person to approve this call, and a registry asks nobody. Ask before the call, and register the tool without \`needsApproval\`.`,
  );
}
