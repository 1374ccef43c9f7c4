/** A file with MCP servers, as other hosts have it: `.mcp.json`, `.vscode/mcp.json`, `claude_desktop_config.json`. */
import { readFile } from "node:fs/promises";
import type { Environment } from "../core/fill-in-text.ts";
import { thrownText } from "../core/thrown-text.ts";
import { checkConfig } from "./check-config.ts";
import { ConfigError } from "./config-error.ts";
import { type ConfigPath, formatPath } from "./config-path.ts";
import { type ConfigSource, issueOf, placeOf } from "./config-source.ts";
import { loadedServers, type Servers } from "./loaded-servers.ts";
import type { LoadedMcp } from "./loaded-source.ts";
import { readJsonConfig } from "./read-json-config.ts";

/** How hosts call the block; VS Code has the second. */
const BLOCKS = ["mcpServers", "servers"];

/**
 * Reads the servers of a file with an `mcpServers` block (`servers`, as VS Code has it); relative paths in it start from
 * its folder. What else stands in the file is not looked at.
 *
 * @param path - An absolute path.
 * @param file - How messages show it.
 * @throws ConfigError with every mistake in the block, or why the file cannot be read.
 */
export async function readServersFile(
  path: string,
  file: string,
  environment: Environment,
): Promise<readonly LoadedMcp[]> {
  const source = await readJsonConfig(await readText(path, file), file);
  const root = (source.value ?? {}) as Readonly<Record<string, unknown>>;
  const block = BLOCKS.find((name) => Object.hasOwn(root, name));
  if (block === undefined) {
    throw new ConfigError([{ file, path: "", message: 'The file has no "mcpServers" block.' }]);
  }
  const inBlock = blockOf(source, block);
  const { value, problems } = await checkConfig({ mcpServers: root[block] }, environment);
  const mistakes = problems.map((problem) => issueOf(inBlock, problem));
  if (inBlock.issues.length + mistakes.length > 0) {
    throw new ConfigError([...inBlock.issues, ...mistakes]);
  }
  const { mcpServers } = value as { readonly mcpServers: Servers };
  const found = loadedServers(mcpServers, path, (name) =>
    placeOf(inBlock, ["mcpServers", name], "key"),
  );
  if (found.problems.length > 0) {
    throw new ConfigError(found.problems.map((problem) => issueOf(inBlock, problem)));
  }
  return found.servers;
}

/** The source of a config that is the block alone. */
function blockOf(source: ConfigSource, block: string): ConfigSource {
  const start = formatPath([block]);
  return {
    ...source,
    issues: source.issues.filter(({ path }) => path.startsWith(start)),
    positionOf: ([, ...rest]: ConfigPath, part) => source.positionOf([block, ...rest], part),
  };
}

async function readText(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const message = `The file of MCP servers cannot be read: ${thrownText(cause)}.`;
    throw new ConfigError([{ file, path: "", message }], { cause });
  }
}
