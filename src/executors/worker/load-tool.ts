/** Finds the function behind a tool's origin, importing its module once per worker. */
import type { LoadTool } from "../../core/tool.ts";
import { type ToolFunction, memberFunction } from "../../core/module-member.ts";
import { thrownText } from "../../core/thrown-text.ts";
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
      const loaded: unknown = await source.loadTool(origin.spec as never);
      if (typeof loaded !== "function") throw new TypeError("Its `loadTool` gives no function.");
      return loaded as ToolFunction;
    }
    const module = (await import(origin.url)) as Record<string, unknown>;
    return memberFunction(module[origin.exportName], origin.member);
  } catch (cause) {
    if (ToolError.is(cause)) throw cause;
    const from = origin.kind === "source" ? origin.label : origin.url;
    const message = `${name} could not be loaded in its worker from ${from}: ${thrownText(cause)}`;
    throw new ToolError("SOURCE_UNAVAILABLE", message, { cause, retryable: false });
  }
}
