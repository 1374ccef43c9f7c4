/**
 * Reads what hosts call `mcpServers`: Claude Desktop, VS Code, Cursor, Windsurf, Gemini CLI and Cline write the same
 * things with slightly different words.
 */
import type { Environment } from "../../core/fill-in-text.ts";
import { fillInServer } from "./mcp-environment.ts";
import { ServerFields, isRecord } from "./mcp-fields.ts";
import type {
  McpHttpServer,
  McpServerConfig,
  McpServersConfig,
  McpStdioServer,
} from "./mcp-options.ts";
import { unknownFields } from "./mcp-unknown-fields.ts";

/** One server of a config, checked, its variables filled in. */
export interface NamedMcpServer {
  /** Its name in the block; undefined for a server that was given alone. */
  readonly name: string | undefined;
  /** In our own words: `type`, `command`, `url` and so on, whatever the file calls them. */
  readonly config: McpServerConfig;
  /** What was left aside, such as settings that only other hosts know. */
  readonly problems: readonly string[];
}

/** How hosts call the three ways to a server, in lower case without `-` and `_`. */
const TYPES: ReadonlyMap<string, "stdio" | "http" | "sse"> = new Map([
  ["stdio", "stdio"],
  ["local", "stdio"],
  ["http", "http"],
  ["remote", "http"],
  ["streamablehttp", "http"],
  ["sse", "sse"],
]);

/**
 * Reads one server, or a block of them (`mcpServers`, or `servers` as VS Code has it). Servers that are `disabled` are
 * left out. `${NAME}`, `${NAME:-default}` and `${env:NAME}` are filled in.
 *
 * @throws TypeError that names the server, the field and the remedy; it never shows a value, which may be secret.
 */
export function readMcpServers(
  config: McpServerConfig | McpServersConfig,
  environment: Environment,
): readonly NamedMcpServer[] {
  return entriesOf(config).flatMap(({ name, written }) => {
    if (isLeftOut(written)) return [];
    const where = name === undefined ? "The MCP server" : `The MCP server "${name}"`;
    return [{ name, ...readServer(where, written, environment) }];
  });
}

interface Entry {
  readonly name: string | undefined;
  readonly written: unknown;
}

function entriesOf(config: unknown): readonly Entry[] {
  if (!isRecord(config)) {
    throw new TypeError("MCP servers are given as an object: one server, or { mcpServers: {…} }.");
  }
  const block = config["mcpServers"] ?? config["servers"];
  if (block === undefined) return [{ name: undefined, written: config }];
  if (!isRecord(block)) {
    throw new TypeError("`mcpServers` must be an object that has a server under each name.");
  }
  const nameless = Object.keys(block).some((name) => name.trim() === "");
  if (nameless) throw new TypeError("`mcpServers` has a server without a name. Give it one.");
  return Object.entries(block).map(([name, written]) => ({ name, written }));
}

/** Whether a server is switched off. It may want variables that are not set then. */
export function isLeftOut(written: unknown): boolean {
  return isRecord(written) && (written["disabled"] === true || written["enabled"] === false);
}

function readServer(
  where: string,
  written: unknown,
  environment: Environment,
): Omit<NamedMcpServer, "name"> {
  if (!isRecord(written)) {
    throw new TypeError(`${where} must be an object with \`command\` or \`url\`.`);
  }
  const fields = new ServerFields(where, fillInServer(where, written, environment));
  fields.checkFlags("disabled", "enabled");
  const command = fields.text("command");
  const url = fields.text("url", "httpUrl", "serverUrl");
  if (command !== undefined && url !== undefined) {
    throw fields.wrong("has both `command` and `url`. Keep the one it is reached by.");
  }
  const problems = unknownFields(written);
  if (command !== undefined) return { config: stdioServer(fields, command), problems };
  if (url !== undefined) return { config: httpServer(fields, url), problems };
  throw fields.wrong("has neither `command` (a program to start) nor `url` (an HTTP address).");
}

function stdioServer(fields: ServerFields, command: string): McpStdioServer {
  const type = typeOf(fields) ?? "stdio";
  if (type !== "stdio") throw fields.wrong(`is of type "${type}" and needs \`url\`.`);
  const args = fields.list("args");
  const env = fields.environment();
  const cwd = fields.text("cwd");
  return {
    type,
    command,
    ...(args !== undefined && { args }),
    ...(env !== undefined && { env }),
    ...(cwd !== undefined && { cwd }),
  };
}

function httpServer(fields: ServerFields, url: string): McpHttpServer {
  const type = typeOf(fields);
  if (type === "stdio") throw fields.wrong('is of type "stdio" and needs `command`.');
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw fields.wrong("needs a whole address in `url`, such as https://example.com/mcp.");
  }
  const headers = fields.record("headers");
  if (headers !== undefined) fields.checkHeaders(headers);
  return { ...(type !== undefined && { type }), url, ...(headers !== undefined && { headers }) };
}

function typeOf(fields: ServerFields): "stdio" | "http" | "sse" | undefined {
  const written = fields.text("type", "transport", "transportType");
  if (written === undefined) return undefined;
  const type = TYPES.get(written.toLowerCase().replaceAll(/[-_]/g, ""));
  if (type !== undefined) return type;
  throw fields.wrong(
    `has the type ${JSON.stringify(written)}. Known: stdio, http (Streamable HTTP), sse.`,
  );
}
