import { ToolError } from "../../core/tool-error.ts";

type Ask = (...about: readonly unknown[]) => unknown;

/**
 * Refuses a call that its tool wants a person to approve: nobody here can be asked.
 *
 * @param policies - What the tool says of approval: a value, or a function that is asked with `about`. One yes is
 *   enough, and as in the frameworks everything is a yes that holds in a condition.
 * @throws ToolError `PERMISSION_DENIED`; and what a policy throws, for such a call is not approved either.
 */
export async function refuseUnapproved(
  name: string,
  policies: readonly unknown[],
  about: readonly unknown[],
): Promise<void> {
  for (const policy of policies) {
    const answer: unknown = typeof policy === "function" ? await (policy as Ask)(...about) : policy;
    if (!answer) continue;
    throw new ToolError(
      "PERMISSION_DENIED",
      `${name} wants a person to approve this call, and a registry asks nobody. Ask before the call, and register the tool without its wish for approval.`,
    );
  }
}
