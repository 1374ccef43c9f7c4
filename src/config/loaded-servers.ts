/** From MCP servers as hosts write them to sources that can be started. */
import { dirname, resolve } from "node:path";
import { thrownText } from "../core/thrown-text.ts";
import { checkNamespace } from "../registry/namespace.ts";
import { isLeftOut, readMcpServers } from "../sources/mcp/mcp-config.ts";
import { withInfinity } from "./config-options.ts";
import type { ConfigProblem } from "./config-source.ts";
import type { LoadedMcp } from "./loaded-source.ts";
import type { ConfigMcpServer } from "./toolyard-config.ts";

/** Servers by name. */
export type Servers = Readonly<Record<string, ConfigMcpServer>>;

/** What a block of servers stands for. */
export interface LoadedServers {
  readonly servers: readonly LoadedMcp[];
  /** Servers of which it cannot be told how they are reached. */
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads servers that fit the schema, variables filled in. Those that are switched off are left out.
 *
 * @param file - The absolute path of what they stand in; paths are relative to its folder.
 * @param place - Where a server is written.
 */
export function loadedServers(
  servers: Servers,
  file: string,
  place: (name: string) => LoadedMcp["place"],
): LoadedServers {
  const loaded = Object.entries(servers)
    .filter(([, server]) => !isLeftOut(server))
    .map(([name, server]) => loadedServer(name, server, { file, place: place(name) }));
  return {
    servers: loaded.filter((server) => "kind" in server),
    problems: loaded.filter((server) => "message" in server),
  };
}

function loadedServer(
  name: string,
  { toolyard = {}, ...written }: ConfigMcpServer,
  { file, place }: { readonly file: string; readonly place: LoadedMcp["place"] },
): LoadedMcp | ConfigProblem {
  const folder = dirname(file);
  const isStarted = "command" in written && typeof written.command === "string";
  const server = literally(
    isStarted ? { ...written, cwd: resolve(folder, written.cwd ?? ".") } : written,
  ) as LoadedMcp["server"];
  const { namespace = namespaceOf(name) } = toolyard;
  const options = { required: false, ...toolyard, namespace };
  const problem = problemOf(name, server) ?? namespaceProblem(namespace);
  if (problem !== undefined) return { path: ["mcpServers", name], message: problem };
  return {
    kind: "mcp",
    name,
    server,
    options: withInfinity(options) as LoadedMcp["options"],
    place,
  };
}

/** What the schema cannot tell: both a command and a URL, neither, a file that is not there. */
function problemOf(name: string, server: LoadedMcp["server"]): string | undefined {
  try {
    readMcpServers({ mcpServers: { [name]: server } }, {});
    return undefined;
  } catch (thrown) {
    return thrownText(thrown).replace(`The MCP server ${JSON.stringify(name)} `, "");
  }
}

function namespaceProblem(namespace: string): string | undefined {
  try {
    checkNamespace(namespace);
    return undefined;
  } catch (thrown) {
    return `cannot be a namespace: ${thrownText(thrown)} Set \`toolyard.namespace\`, or choose another name.`;
  }
}

/** A server's name may have white space, and a namespace none. */
function namespaceOf(name: string): string {
  return name.trim().replaceAll(/\s+/gu, "-");
}

/** Its variables are filled in; what looks like one now is part of a value, and must not be filled in again. */
export function literally(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("${", () => "$${");
  if (Array.isArray(value)) return value.map(literally);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literally(item)]));
}
