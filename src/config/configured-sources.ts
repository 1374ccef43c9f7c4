/** The OpenAPI documents and MCP servers that a config names. */
import { dirname, resolve } from "node:path";
import type { Environment } from "../core/fill-in-text.ts";
import { ConfigError, type ConfigIssue } from "./config-error.ts";
import { withInfinity } from "./config-options.ts";
import { type ConfigSource, issueOf, placeOf } from "./config-source.ts";
import { literally, loadedServers } from "./loaded-servers.ts";
import type { LoadedMcp, LoadedOpenApi, LoadedSource } from "./loaded-source.ts";
import { readServersFile } from "./servers-file.ts";
import { shownPath } from "./shown-path.ts";
import type { ConfigOpenApi, ToolyardConfig } from "./toolyard-config.ts";

/** What the `openapi` and `mcpServers` of a config stand for. */
export interface ConfiguredSources {
  readonly sources: readonly LoadedSource[];
  /** What is wrong with its servers, or with the file of servers that it names. */
  readonly issues: readonly ConfigIssue[];
}

/** What is needed to read them. */
export interface SourcesPlace {
  /** The absolute path of the config; paths in it are relative to its folder. */
  readonly file: string;
  /** What messages show files relative to. */
  readonly cwd: string;
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
  const { file, source } = place;
  const documents = (config.openapi ?? []).map((entry, index) =>
    loadedOpenApi(entry, placeOf(source, ["openapi", index]), dirname(file)),
  );
  const { mcpServers = {} } = config;
  if (typeof mcpServers === "string") {
    const { servers, issues } = await serversElsewhere(mcpServers, place);
    return { sources: [...documents, ...servers], issues };
  }
  const { servers, problems } = loadedServers(mcpServers, file, (name) =>
    placeOf(source, ["mcpServers", name], "key"),
  );
  return {
    sources: [...documents, ...servers],
    issues: problems.map((problem) => issueOf(source, problem)),
  };
}

async function serversElsewhere(
  written: string,
  { file, cwd, source, environment }: SourcesPlace,
): Promise<{ readonly servers: readonly LoadedMcp[]; readonly issues: readonly ConfigIssue[] }> {
  const path = resolve(dirname(file), written);
  try {
    const servers = await readServersFile(path, shownPath(path, cwd), environment);
    return { servers, issues: [] };
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    const { issues } = thrown;
    if (thrown.cause === undefined) return { servers: [], issues };
    // It cannot be read: then what names it is to blame.
    const message = `names ${path}. ${issues.map((issue) => issue.message).join(" ")}`;
    return { servers: [], issues: [issueOf(source, { path: ["mcpServers"], message })] };
  }
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
