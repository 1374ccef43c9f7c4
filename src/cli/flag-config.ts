/** The config that the flags of a command mean. */
import { resolve } from "node:path";
import { findConfig } from "../config/find-config.ts";
import { loadConfig } from "../config/load-config.ts";
import type { LoadedConfig, LoadedModule } from "../config/loaded-config.ts";
import type { LoadedSource } from "../config/loaded-source.ts";
import { findModuleFile } from "../config/module-files.ts";
import { readServersFile } from "../config/servers-file.ts";
import { shownPath } from "../config/shown-path.ts";
import type { CliIo } from "./cli-io.ts";
import type { SourceFlags } from "./cli-options.ts";
import { UsageError } from "./usage-error.ts";

/** Two letters at least: one letter and a colon begin a path on Windows. */
const SCHEME = /^[a-z][a-z\d+.-]+:/iu;

/**
 * The config of `--config`, or else, unless a flag names something else, of the current directory; with what `--module`,
 * `--openapi` and `--mcp` name behind it.
 *
 * @throws UsageError when there is nothing, ConfigError when the config has mistakes.
 */
export async function configOf(flags: SourceFlags, io: CliIo): Promise<LoadedConfig> {
  const { config, module = [], openapi = [], mcp = [] } = flags;
  const modules = await Promise.all(module.map((text) => readModule(text, io.cwd)));
  const documents = openapi.map((text) => readDocument(text, io.cwd));
  const servers = await Promise.all(mcp.map((text) => readServers(text, io)));
  const sources = [...documents, ...servers.flat()];
  const isNamed = modules.length + sources.length > 0;
  if (config === undefined && isNamed) {
    const file = resolve(io.cwd, "toolyard.json");
    return { file, options: {}, tools: modules, sources, disabled: [] };
  }
  if (config === undefined && (await findConfig(io.cwd)) === undefined) {
    throw new UsageError(
      "There is no toolyard.json here.",
      "Name a config with --config FILE, or a module that exports tools with --module FILE, " +
        "an OpenAPI document with --openapi FILE, MCP servers with --mcp FILE.",
    );
  }
  const loaded = await loadConfig(config, io.cwd, io.env);
  return {
    ...loaded,
    tools: [...loaded.tools, ...modules],
    sources: [...loaded.sources, ...sources],
  };
}

/** Reads `FILE` and `namespace=FILE`. */
async function readModule(text: string, cwd: string): Promise<LoadedModule> {
  const { options, rest } = splitNamespace(text);
  const found = await findModuleFile(rest, cwd);
  if ("problem" in found) throw new UsageError(`--module ${text} ${found.problem}`, "");
  return { url: found.url, options, place: { file: `--module ${text}`, path: "" } };
}

/** Reads `URL`, `FILE` and `namespace=FILE`. */
function readDocument(text: string, cwd: string): LoadedSource {
  const { options, rest } = splitNamespace(text);
  const document = SCHEME.test(rest) ? rest : resolve(cwd, rest);
  return { kind: "openapi", document, options, place: { file: `--openapi ${text}`, path: "" } };
}

/** Reads the URL of a server, `namespace=URL`, or a file with an `mcpServers` block. */
async function readServers(text: string, io: CliIo): Promise<readonly LoadedSource[]> {
  const { options, rest } = splitNamespace(text);
  if (/^https?:/iu.test(rest)) {
    const place = { file: `--mcp ${text}`, path: "" };
    const settings = { required: false, ...options };
    return [{ kind: "mcp", name: rest, server: { url: rest }, options: settings, place }];
  }
  const path = resolve(io.cwd, text);
  return readServersFile(path, shownPath(path, io.cwd), io.env);
}

function splitNamespace(text: string): {
  readonly options: { readonly namespace?: string };
  readonly rest: string;
} {
  const [, namespace, rest = text] = /^([\w.-]+)=(.+)$/su.exec(text) ?? [];
  return { options: namespace === undefined ? {} : { namespace }, rest };
}
