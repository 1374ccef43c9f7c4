/** The OpenAPI documents and MCP servers that a config names. */
import { dirname, resolve } from "node:path";
import type { Environment } from "../core/fill-in-text.ts";
import { thrownText } from "../core/thrown-text.ts";
import { readMcpFile } from "../sources/mcp/mcp-file.ts";
import { withInfinity } from "./config-options.ts";
import { type ConfigProblem, type ConfigSource, placeOf } from "./config-source.ts";
import { fillInEnvironment } from "./fill-in-environment.ts";
import type { LoadedMcp, LoadedOpenApi, LoadedSource } from "./loaded-source.ts";
import type { ConfigMcpServer, ConfigOpenApi, ToolyardConfig } from "./toolyard-config.ts";

/** What the `openapi` and `mcpServers` of a config stand for. */
export interface ConfiguredSources {
  readonly sources: readonly LoadedSource[];
  /** What is wrong with a file that it names. */
  readonly problems: readonly ConfigProblem[];
}

/** What is needed to read them. */
export interface SourcesPlace {
  /** The absolute path of the config; paths in it are relative to its folder. */
  readonly file: string;
  readonly source: ConfigSource;
  readonly environment: Environment;
}

/**
 * Reads the sources of a config that is sound.
 *
 * @param config - In plain JSON, variables filled in.
 */
export async function configuredSources(
  config: ToolyardConfig,
  place: SourcesPlace,
): Promise<ConfiguredSources> {
  const documents = (config.openapi ?? []).map((entry, index) =>
    loadedOpenApi(entry, placeOf(place.source, ["openapi", index]), dirname(place.file)),
  );
  const { mcpServers = {} } = config;
  if (typeof mcpServers !== "string") {
    const servers = loadedServers(mcpServers, dirname(place.file), (name) =>
      placeOf(place.source, ["mcpServers", name], "key"),
    );
    return { sources: [...documents, ...servers], problems: [] };
  }
  const found = await serversOfFile(resolve(dirname(place.file), mcpServers), place.environment);
  if ("problem" in found) {
    const message = `names a file that is of no use: ${found.problem}`;
    return { sources: documents, problems: [{ path: ["mcpServers"], message }] };
  }
  const at = placeOf(place.source, ["mcpServers"]);
  const servers = found.servers.map((server) => Object.assign({}, server, { place: at }));
  return { sources: [...documents, ...servers], problems: [] };
}

type Servers = Readonly<Record<string, ConfigMcpServer>>;

/**
 * Reads the servers of a file with an `mcpServers` block; relative paths in it start from its folder.
 *
 * @param file - An absolute path.
 */
export async function serversOfFile(
  file: string,
  environment: Environment,
): Promise<{ readonly servers: readonly LoadedMcp[] } | { readonly problem: string }> {
  let written: unknown;
  try {
    written = await readMcpFile(file);
  } catch (thrown) {
    return { problem: thrownText(thrown) };
  }
  const { value, problems } = fillInEnvironment(written, environment);
  const [first] = problems;
  if (first !== undefined) return { problem: `${file}: ${first.path.join(".")} ${first.message}` };
  const { mcpServers } = (value ?? {}) as { readonly mcpServers?: Servers };
  if (typeof mcpServers !== "object" || mcpServers === null) {
    return { problem: `${file} has no "mcpServers" block.` };
  }
  return {
    servers: loadedServers(mcpServers, dirname(file), () => ({ file, path: "mcpServers" })),
  };
}

function loadedServers(
  servers: Servers,
  folder: string,
  place: (name: string) => LoadedMcp["place"],
): readonly LoadedMcp[] {
  return Object.entries(servers)
    .filter(([, { disabled }]) => disabled !== true)
    .map(([name, server]) => loadedMcp(name, server, folder, place(name)));
}

function loadedOpenApi(
  entry: string | URL | ConfigOpenApi,
  place: LoadedOpenApi["place"],
  folder: string,
): LoadedOpenApi {
  const isSettings = typeof entry === "object" && !(entry instanceof URL);
  const { document, ...options } = isSettings ? entry : { document: entry };
  const text = String(document);
  return {
    kind: "openapi",
    document: /^[a-z][a-z\d+.-]+:/iu.test(text) ? text : resolve(folder, text),
    options: withInfinity(literally(options)) as LoadedOpenApi["options"],
    place,
  };
}

function loadedMcp(
  name: string,
  { toolyard = {}, ...written }: ConfigMcpServer,
  folder: string,
  place: LoadedMcp["place"],
): LoadedMcp {
  const server =
    "command" in written ? { ...written, cwd: resolve(folder, written.cwd ?? ".") } : written;
  const options = { namespace: namespaceOf(name), required: false, ...toolyard };
  return {
    kind: "mcp",
    name,
    server: literally(server) as LoadedMcp["server"],
    options: withInfinity(options) as LoadedMcp["options"],
    place,
  };
}

/** A server's name may have white space, and a namespace none. */
function namespaceOf(name: string): string {
  return name.trim().replaceAll(/\s+/gu, "-");
}

/** Its variables are filled in; what looks like one now is part of a value, and must not be filled in again. */
function literally(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("${", () => "$${");
  if (Array.isArray(value)) return value.map(literally);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literally(item)]));
}
