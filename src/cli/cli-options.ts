/** Options that several commands have, and how their values are read. */
import { type Command, InvalidArgumentError, Option } from "commander";
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
