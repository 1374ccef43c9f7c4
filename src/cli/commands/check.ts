/** `toolyard check`: whether everything that a config names is there, and taken by every provider. */
import type { Command } from "commander";
import type { FormatName } from "../../formats/provider-format.ts";
import { openRegistry } from "../../config/open-registry.ts";
import { type CheckFindings, drawCheck, isAllThere, isSound } from "../check-report.ts";
import { addSourceOptions, formatOption, type SourceFlags } from "../cli-options.ts";
import type { CliIo } from "../cli-io.ts";
import type { CliSession } from "../cli-session.ts";
import { configOf } from "../flag-config.ts";
import { idleLimits } from "../idle-limits.ts";
import { printTo } from "../open-tools.ts";
import { outputWidth } from "../output-width.ts";
import { paletteFor } from "../palette.ts";
import { unlessInterrupted } from "../with-tools.ts";
import { thrownText } from "../../core/thrown-text.ts";

interface CheckFlags extends SourceFlags {
  readonly json?: true;
  readonly format?: FormatName;
}

/** Adds the command. */
export function addCheckCommand(program: Command, session: CliSession): void {
  const command = program
    .command("check")
    .summary("check the config, its modules, documents and servers")
    .description(
      "Imports each module, reads each OpenAPI document and starts each MCP server, times it, counts its tools, and says " +
        "what is wrong, which limits hold for no tool, and what each provider would refuse. Exit code 1 when something is; more tools than OpenAI takes " +
        "are that with --format openai-chat or openai-responses alone, and a warning otherwise.",
    );
  addSourceOptions(command)
    .addOption(formatOption("only what this provider would refuse"))
    .option("--json", "print the findings as JSON")
    .action((flags: CheckFlags) => check(flags, session));
}

async function check(flags: CheckFlags, session: CliSession): Promise<void> {
  const { io } = session;
  const config = await configOf(flags, io);
  // One that is not there is what is looked for; it is not to be waited for.
  const sources = config.sources.map((source) =>
    source.kind === "mcp" ? { ...source, options: { ...source.options, required: true } } : source,
  );
  const print = printTo(io);
  await unlessInterrupted(session, async (signal) => {
    const { registry, entries } = await openRegistry(
      { ...config, sources },
      { workerOutput: ({ text }) => print(text) },
      { signal, tellsProblems: true },
    );
    const lint = registry.lint(flags.format === undefined ? {} : { format: flags.format });
    const { sources: found } = registry.stats();
    const isComplete = isAllThere({ entries, sources: found });
    // Those of a source that is not there are not known: what it needs comes first.
    const limits = isComplete ? idleLimits(config.options.limits ?? {}, registry.list()) : [];
    const findings = { entries, sources: found, lint, limits };
    await registry.close();
    io.stdout.write(flags.json === true ? toJson(findings) : draw(findings, io));
    if (!isSound(findings)) session.exitCode = 1;
  });
}

function draw(findings: CheckFindings, io: CliIo): string {
  const width = outputWidth(io.stdout, io.env);
  return drawCheck(findings, { cwd: io.cwd, width, paint: paletteFor(io.stdout, io.env) });
}

function toJson(findings: CheckFindings): string {
  return `${JSON.stringify(findings, errorsAsText, 2)}\n`;
}

function errorsAsText(key: string, value: unknown): unknown {
  return key === "thrown" ? thrownText(value) : value;
}
