/** From what a user gives to sources: an OpenAPI document, an MCP server, a file of such servers. */
import { basename } from "node:path";
import { visibleArgument } from "../sources/mcp/mcp-label.ts";
import type { McpServerConfig, McpServersConfig, McpOptions } from "../sources/mcp/mcp-options.ts";
import type { OpenApiOptions } from "../sources/openapi/openapi-options.ts";
import type { AddSourceOptions, OpenedSource } from "./source-book.ts";

/** A server, a block of servers, the path of a file with such a block, or the URL of a server over HTTP. */
export type McpServers = McpServerConfig | McpServersConfig | string | URL;

/** An OpenAPI document as a source. What it needs is loaded now: most programs have none. */
export async function openApiSource(
  given: string | URL | object,
  options: OpenApiOptions & AddSourceOptions,
): Promise<readonly OpenedSource[]> {
  const { OpenApiSource } = await import("../sources/openapi/openapi-source.ts");
  const { namespace } = options;
  const name = namespace ?? documentName(given);
  return [{ source: new OpenApiSource(given, { ...options, name }), namespace }];
}

/**
 * MCP servers as sources. Those of a block get their names as namespaces, within that of `options`; one that cannot
 * start does not stop the others. A single server must start, unless `required` says otherwise.
 *
 * @throws TypeError that names the server and the field that is wrong, or the file that cannot be read.
 */
export async function mcpSources(
  given: McpServers,
  options: McpOptions & AddSourceOptions,
): Promise<readonly OpenedSource[]> {
  const [{ McpSource }, { readMcpServers }] = await Promise.all([
    import("../sources/mcp/mcp-source.ts"),
    import("../sources/mcp/mcp-config.ts"),
  ]);
  const config = await configOf(given);
  return readMcpServers(config, process.env).map(({ name, config: server, problems }) => {
    const namespace = joined(options.namespace, name);
    const settings = { ...options, name: namespace ?? serverName(server) };
    const { required = name === undefined } = options;
    const source = new McpSource(server, { ...settings, required, problems });
    return { source, namespace };
  });
}

async function configOf(given: McpServers): Promise<McpServerConfig | McpServersConfig> {
  if (typeof given === "object" && !(given instanceof URL)) return given;
  const text = String(given);
  if (/^https?:/i.test(text)) return { url: text };
  const { readMcpFile } = await import("../sources/mcp/mcp-file.ts");
  return readMcpFile(given);
}

/** A server's name may have white space, and a namespace none. */
function joined(outer: string | undefined, name: string | undefined): string | undefined {
  const own = name?.trim().replaceAll(/\s+/gu, "-");
  return outer === undefined || own === undefined ? (own ?? outer) : `${outer}.${own}`;
}

function documentName(given: string | URL | object): string {
  if (typeof given === "object" && !(given instanceof URL)) return "openapi";
  const text = String(given);
  return /^https?:/i.test(text) ? new URL(text).host : basename(text);
}

/** Programs that only start another, which is named by their first argument that is no option. */
const RUNNERS = new Set(["npx", "node", "bunx", "uvx", "uv", "python", "python3", "deno", "cmd"]);

function serverName(server: McpServerConfig): string {
  if ("url" in server) return URL.parse(server.url)?.host ?? server.url;
  const command = basename(server.command);
  const { args = [] } = server;
  const at = args.findIndex((argument) => !argument.startsWith("-"));
  const started = args[at];
  if (!RUNNERS.has(command) || started === undefined) return command;
  // It may hold a token: `uvx --from git+https://…@host/repository`.
  return visibleArgument(started, args[at - 1]);
}
