/** `toolyard check`: whether everything that a config names is there, and taken by every provider. */
import type { Command } from "commander";
import { openRegistry } from "../../config/open-registry.ts";
import { drawCheck, isSound } from "../check-report.ts";
import { addSourceOptions, type SourceFlags } from "../cli-options.ts";
import type { CliIo } from "../cli-io.ts";
import type { CliSession } from "../cli-session.ts";
import { configOf } from "../flag-config.ts";
import { printTo } from "../open-tools.ts";
import { paletteFor } from "../palette.ts";
import { thrownText } from "../../core/thrown-text.ts";

interface CheckFlags extends SourceFlags {
  readonly json?: true;
}

/** Adds the command. */
export function addCheckCommand(program: Command, session: CliSession): void {
  const command = program
    .command("check")
    .summary("check the config, its modules, documents and servers")
    .description(
      "Imports each module, reads each OpenAPI document and starts each MCP server, times it, counts its tools, and says " +
        "what is wrong and what each provider would refuse. Exit code 1 when something is.",
    );
  addSourceOptions(command)
    .option("--json", "print the findings as JSON")
    .action(async (flags: CheckFlags) => {
      if (!(await check(flags, session.io))) session.exitCode = 1;
    });
}

async function check(flags: CheckFlags, io: CliIo): Promise<boolean> {
  const config = await configOf(flags, io);
  const sources = config.sources.map((source) =>
    source.kind === "mcp" ? { ...source, options: { ...source.options, required: true } } : source,
  );
  const print = printTo(io);
  const opened = await openRegistry(
    { ...config, sources },
    { workerOutput: ({ text }) => print(text) },
  );
  await using registry = opened.registry;
  const { entries } = opened;
  const findings = { entries, sources: registry.stats().sources, lint: registry.lint() };
  io.stdout.write(
    flags.json === true
      ? `${JSON.stringify(findings, errorsAsText, 2)}\n`
      : drawCheck(findings, paletteFor(io.stdout, io.env)),
  );
  return isSound(findings);
}

function errorsAsText(key: string, value: unknown): unknown {
  return key === "thrown" ? thrownText(value) : value;
}
