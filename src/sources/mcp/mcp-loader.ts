/** Makes tools of MCP servers in workers: what their origins name as `loader`. */
import type { LoadedFunction } from "../../core/tool.ts";
import { SystemClock } from "../../time/clock.ts";
import { superviseServer } from "./mcp-link-factory.ts";
import type { McpToolSpec } from "./mcp-server-spec.ts";
import { SharedLinks } from "./mcp-shared-links.ts";

/** Where this module is: a `.ts` file, or what it was compiled to. */
export const MCP_LOADER: string = import.meta.url;

let links: SharedLinks | undefined;

/** The function of a tool. All tools of one server share its connections. */
export function loadTool(spec: McpToolSpec): LoadedFunction {
  links ??= new SharedLinks(superviseServer, new SystemClock(), Math.random);
  return links.load(spec);
}
