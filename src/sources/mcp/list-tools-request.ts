/** Asks a server for its tools, and takes what comes: one entry that is wrong must not cost the others. */
import type { Client, RequestOptions, StandardSchemaV1, Tool } from "@modelcontextprotocol/client";
import { ToolError } from "../../core/tool-error.ts";
import type { ListPage } from "./list-pages.ts";
import { isRecord } from "./mcp-fields.ts";
import { headerFault } from "./parameter-headers.ts";

/** The SDK's own schema refuses the whole page. */
const ANYTHING: StandardSchemaV1<unknown, unknown> = {
  "~standard": { version: 1, vendor: "toolyard", validate: (value) => ({ value }) },
};

/**
 * One page. Its entries are unchecked, whatever their type says; one that must not be called over HTTP has the reason as
 * `fault`.
 *
 * @throws ToolError `OUTPUT_INVALID` when there is no list; what the request throws.
 */
export async function requestToolPage(
  client: Client,
  cursor: string | undefined,
  options: RequestOptions,
): Promise<ListPage<Tool>> {
  const request = { method: "tools/list", params: { ...(cursor !== undefined && { cursor }) } };
  const page = await client.request(request, ANYTHING, options);
  if (!isRecord(page) || !Array.isArray(page["tools"]))
    throw new ToolError("OUTPUT_INVALID", "The answer to tools/list has no list of tools.");
  const { tools, nextCursor } = page;
  const mirrors = client.getProtocolEra() === "modern" && isHttp(client);
  return {
    items: (mirrors ? tools.map(withFault) : tools) as readonly Tool[],
    nextCursor: typeof nextCursor === "string" ? nextCursor : undefined,
  };
}

/** Whether parameters travel as headers too. */
function isHttp({ transport }: Client): boolean {
  return transport !== undefined && !("stderr" in transport);
}

function withFault(tool: unknown): unknown {
  if (!isRecord(tool)) return tool;
  const fault = headerFault(tool["inputSchema"]);
  return fault === undefined ? tool : { ...tool, fault: `its input schema is wrong: ${fault}.` };
}
