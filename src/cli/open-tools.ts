/** The tools that a command works with: those of a config, of modules, documents and servers. */
import { createRegistry } from "../config/create-registry.ts";
import type { ExecutionMode } from "../core/tool.ts";
import type { ToolRegistry } from "../runtime/tool-registry.ts";
import type { CliIo } from "./cli-io.ts";
import type { SourceFlags } from "./cli-options.ts";
import { configOf } from "./flag-config.ts";

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
   * @param signal - Gives up when it aborts.
   * @throws ConfigError when a module cannot be loaded; the signal's reason.
   */
  open(
    settings: RunSettings,
    print: (text: string) => void,
    signal: AbortSignal,
  ): Promise<ToolRegistry>;
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
    open: ({ mode, concurrency, timeoutMs }, print, signal) => {
      const overrides = {
        mode,
        timeoutMs,
        ...(concurrency !== undefined && { limits: { "*": { concurrency } } }),
        workerOutput: ({ text }: { readonly text: string }) => print(text),
      };
      return createRegistry(config, overrides, { signal });
    },
  };
}

/** Where what tools print goes when there is nothing on the screen to keep out of the way of. */
export function printTo(io: CliIo): (text: string) => void {
  return (text) => void io.stderr.write(text);
}
