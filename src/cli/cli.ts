/** The command line: commands, their options, and what a mistake in them looks like. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { ConfigError } from "../config/config-error.ts";
import type { CliIo } from "./cli-io.ts";
import type { CliSession } from "./cli-session.ts";
import { addCheckCommand } from "./commands/check.ts";
import { addCallCommand } from "./commands/call.ts";
import { addListCommand } from "./commands/list.ts";
import { addRunCommand } from "./commands/run.ts";
import { addSchemaCommand } from "./commands/schema.ts";
import { outputWidth } from "./output-width.ts";
import { UsageError } from "./usage-error.ts";

/** Exit code of wrong usage. */
const WRONG_USAGE = 2;

const AFTER_HELP = `
Examples:
  toolyard run answer.json                       run the tool calls of a model's answer
  toolyard run answer.json --mode async,process  compare modes
  toolyard call math.add a:=1 b:=2               run one call
  toolyard schema --format anthropic             print the tools as a provider takes them
  toolyard list --openapi pets.yaml --mcp .mcp.json   tools of a document and of servers
  toolyard check                                 start everything and say what is wrong

Exit codes: 0 all calls ok, 1 a call failed, 2 wrong usage, 130 interrupted.`;

/**
 * Runs the CLI to its exit code. Never rejects for a mistake of the user: those are a line on stderr
 * and exit code 2.
 *
 * @param args - The command line without `node` and the script.
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  const session: CliSession = { io, exitCode: 0 };
  try {
    await makeProgram(session).parseAsync(args, { from: "user" });
    return session.exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : WRONG_USAGE;
    const complaint = complaintOf(thrown);
    if (complaint === undefined) throw thrown;
    io.stderr.write(`${complaint}\n`);
    return WRONG_USAGE;
  }
}

function makeProgram(session: CliSession): Command {
  const { io } = session;
  const program = new Command("toolyard")
    .description("Runs the tool calls of LLM agents in parallel.")
    .version(packageVersion(), "-v, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .addHelpText("after", AFTER_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => outputWidth(io.stdout, io.env),
      getErrHelpWidth: () => outputWidth(io.stderr, io.env),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(text.replace(/^error: /u, "toolyard: ")),
    });
  addRunCommand(program, session);
  addCallCommand(program, session);
  addListCommand(program, session);
  addSchemaCommand(program, session);
  addCheckCommand(program, session);
  for (const command of program.commands) {
    command.showHelpAfterError(`See: toolyard ${command.name()} --help`);
  }
  return program.showHelpAfterError("See: toolyard --help");
}

/** What to tell the user of something thrown; undefined when it is a mistake of ours. */
function complaintOf(thrown: unknown): string | undefined {
  if (thrown instanceof UsageError) return `toolyard: ${thrown.message} ${thrown.remedy}`.trimEnd();
  if (thrown instanceof ConfigError) return `toolyard: ${thrown.message}`;
  return undefined;
}

function packageVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
