/** Options that several commands have, and how their values are read. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CallOptions } from "../core/tool-call.ts";
import { EXECUTION_MODES, type ExecutionMode } from "../core/tool.ts";
import { FORMAT_NAMES } from "../formats/provider-format.ts";

/** Where a command's tools come from. */
export interface SourceFlags {
  readonly config?: string;
  readonly module?: readonly string[];
  readonly openapi?: readonly string[];
  readonly mcp?: readonly string[];
}

/** Adds `--config`, `--module`, `--openapi` and `--mcp`. */
export function addSourceOptions(command: Command): Command {
  return command
    .option(
      "-c, --config <file>",
      "config with the tools (default: toolyard.json or toolyard.config.ts here)",
    )
    .option(
      "-m, --module <file>",
      "register a module's tools; namespace=FILE puts them in a namespace; repeatable",
      append,
    )
    .option(
      "--openapi <document>",
      "register an OpenAPI document, a URL or a file; namespace=DOCUMENT puts it in a namespace; repeatable",
      append,
    )
    .option(
      "--mcp <servers>",
      "register MCP servers: a file with an mcpServers block, or the URL of one; repeatable",
      append,
    );
}

function append(text: string, texts: readonly string[] | undefined): readonly string[] {
  return [...(texts ?? []), text];
}

/** The option `--mode` for one mode. */
export function modeOption(description: string): Option {
  return new Option("--mode <mode>", description).choices(EXECUTION_MODES);
}

/** The option `--format`. */
export function formatOption(description: string): Option {
  return new Option("-f, --format <format>", description).choices(FORMAT_NAMES);
}

/** Reads `async,thread`: modes with commas between. */
export function readModes(text: string): readonly ExecutionMode[] {
  const modes = text.split(",").map((mode) => mode.trim());
  if (new Set(modes).size < modes.length) {
    throw new InvalidArgumentError("A mode is given twice.");
  }
  return modes.map((mode) => {
    if (isMode(mode)) return mode;
    throw new InvalidArgumentError(`Modes are ${EXECUTION_MODES.join(", ")}.`);
  });
}

/** On whose behalf, how urgently and how long calls are made. */
export interface CallFlags {
  readonly deadline?: number;
  readonly tenant?: string;
  readonly priority?: number;
}

/** Adds `--deadline`, `--tenant` and `--priority`. */
export function addCallOptions(command: Command): Command {
  return command
    .option("--deadline <ms>", "most time for everything, waiting included", readMilliseconds)
    .option("--tenant <name>", "on whose behalf: the limits of that tenant apply")
    .option("--priority <n>", "a smaller number runs sooner (default: 0)", readPriority);
}

/** The options of calls that flags ask for. */
export function callOptionsOf({ deadline, tenant, priority }: CallFlags): CallOptions {
  return { deadlineMs: deadline, tenant, priority };
}

/** Reads a priority: any finite number. */
export function readPriority(text: string): number {
  const priority = Number(text);
  if (text.trim() === "" || !Number.isFinite(priority)) {
    throw new InvalidArgumentError("Give a number; a smaller one runs sooner.");
  }
  return priority;
}

/** Reads milliseconds: a number above 0. */
export function readMilliseconds(text: string): number {
  const ms = Number(text);
  if (text.trim() === "" || !(ms > 0)) {
    throw new InvalidArgumentError("Give milliseconds, above 0.");
  }
  return ms;
}

/** Reads an integer from 1. */
export function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new InvalidArgumentError("Give an integer from 1.");
  }
  return count;
}

function isMode(text: string): text is ExecutionMode {
  return EXECUTION_MODES.some((mode) => mode === text);
}
