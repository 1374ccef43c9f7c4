import type { CallToolResult, Tool as McpTool } from "@modelcontextprotocol/client";
import { type SendRequest, sdkOptions } from "./send-request.ts";
import type { LinkRequest } from "./server-link.ts";

/**
 * Calls a tool. Its answer is checked elsewhere against the output schema, which the SDK knows only where this very
 * client has listed the tools. What the SDK does besides is of the new era: parameters that travel as headers too.
 */
export function sendToolCall(
  name: string,
  input: Readonly<Record<string, unknown>>,
  tool: McpTool | undefined,
  request: LinkRequest,
): SendRequest<CallToolResult> {
  return (client, meta, direct) => {
    if (direct !== undefined)
      return direct.calls.call({ name, arguments: input, ...meta }, direct.life);
    const options = sdkOptions(request);
    const params = { name, arguments: { ...input }, ...meta };
    if (client.getProtocolEra() !== "modern")
      return client.request({ method: "tools/call", params }, options);
    if (tool === undefined) return client.callTool(params, options);
    const { outputSchema: _unchecked, ...toolDefinition } = tool;
    return client.callTool(params, { ...options, toolDefinition });
  };
}
