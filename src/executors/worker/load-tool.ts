/** Finds the function behind a tool's origin, importing its module once per worker. */
import type { LoadTool } from "../../core/tool.ts";
import { type ToolFunction, memberFunction } from "../../core/module-member.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { PortableOrigin } from "./protocol.ts";

/**
 * Loads a tool. Rejects with `SOURCE_UNAVAILABLE` when its module cannot be imported here or has nothing of that name,
 * and with the ToolError of a source that cannot make it.
 */
export async function loadTool(name: string, origin: PortableOrigin): Promise<ToolFunction> {
  try {
    if (origin.kind === "source") {
      const source = (await import(origin.loader)) as { readonly loadTool: LoadTool };
      return await source.loadTool(origin.spec as never);
    }
    const module = (await import(origin.url)) as Record<string, unknown>;
    return memberFunction(module[origin.exportName], origin.member);
  } catch (cause) {
    if (ToolError.is(cause)) throw cause;
    const from = origin.kind === "source" ? origin.label : origin.url;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${name} could not be loaded in its worker from ${from}: ${reason}`;
    throw new ToolError("SOURCE_UNAVAILABLE", message, { cause, retryable: false });
  }
}
