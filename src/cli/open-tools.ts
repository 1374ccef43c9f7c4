/** The tools that a command works with: those of a config, those of modules, or both. */
import { resolve } from "node:path";
import { createRegistry } from "../config/create-registry.ts";
import { findConfig } from "../config/find-config.ts";
import { loadConfig } from "../config/load-config.ts";
import { findModuleFile } from "../config/module-files.ts";
import type { LoadedConfig, LoadedModule } from "../config/loaded-config.ts";
import type { ExecutionMode } from "../core/tool.ts";
import type { ToolRegistry } from "../runtime/tool-registry.ts";
import type { CliIo } from "./cli-io.ts";
import type { SourceFlags } from "./cli-options.ts";
import { UsageError } from "./usage-error.ts";

/** What the command line says about running, stronger than the config. */
export interface RunSettings {
  readonly mode?: ExecutionMode | undefined;
  /** Most calls at once. */
  readonly concurrency?: number | undefined;
  /** Most milliseconds of an attempt of a tool that sets none itself. */
  readonly timeoutMs?: number | undefined;
}

/** Tools that are known and not yet loaded. */
export interface ToolOpener {
  /** The mode that the config asks for. */
  readonly mode: ExecutionMode;
  /**
   * Makes a registry with the tools; the caller closes it.
   *
   * @param print - Receives what workers print.
   * @throws ConfigError when a module cannot be loaded.
   */
  open(settings: RunSettings, print: (text: string) => void): Promise<ToolRegistry>;
}

/**
 * Finds the tools: of `--config`, of each `--module`, or else of the config in the current directory.
 *
 * @throws UsageError when there are none, ConfigError when the config has mistakes.
 */
export async function openTools(flags: SourceFlags, io: CliIo): Promise<ToolOpener> {
  const config = await configOf(flags, io);
  return {
    mode: config.options.mode ?? "auto",
    open: ({ mode, concurrency, timeoutMs }, print) =>
      createRegistry(config, {
        mode,
        timeoutMs,
        ...(concurrency !== undefined && { limits: { "*": { concurrency } } }),
        workerOutput: ({ text }) => print(text),
      }),
  };
}

/** Where what tools print goes when there is nothing on the screen to keep out of the way of. */
export function printTo(io: CliIo): (text: string) => void {
  return (text) => void io.stderr.write(text);
}

async function configOf({ config, module = [] }: SourceFlags, io: CliIo): Promise<LoadedConfig> {
  const modules = await Promise.all(module.map((text) => readModule(text, io.cwd)));
  if (config === undefined && modules.length > 0) {
    return { file: resolve(io.cwd, "toolyard.json"), options: {}, tools: modules, disabled: [] };
  }
  if (config === undefined && (await findConfig(io.cwd)) === undefined) {
    throw new UsageError(
      "There is no toolyard.json here.",
      "Name a config with --config FILE, or a module that exports tools with --module FILE.",
    );
  }
  const loaded = await loadConfig(config, io.cwd, io.env);
  return { ...loaded, tools: [...loaded.tools, ...modules] };
}

/** Reads `FILE` and `namespace=FILE`. */
async function readModule(text: string, cwd: string): Promise<LoadedModule> {
  const [, namespace, path = text] = /^([\w.-]+)=(.+)$/su.exec(text) ?? [];
  const found = await findModuleFile(path, cwd);
  if ("problem" in found) {
    throw new UsageError(`--module ${text} ${found.problem}`, "");
  }
  return {
    url: found.url,
    options: namespace === undefined ? {} : { namespace },
    place: { file: `--module ${text}`, path: "" },
  };
}
