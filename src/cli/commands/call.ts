/** `toolyard call`: one call to its output. */
import type { Command } from "commander";
import type { ToolResult } from "../../core/tool-result.ts";
import type { ExecutionMode } from "../../core/tool.ts";
import { toJsonValue } from "../../formats/json-value.ts";
import { readCallInput } from "../call-arguments.ts";
import {
  addCallOptions,
  addSourceOptions,
  type CallFlags,
  callOptionsOf,
  modeOption,
  readMilliseconds,
  type SourceFlags,
} from "../cli-options.ts";
import type { CliIo } from "../cli-io.ts";
import type { CliSession } from "../cli-session.ts";
import { jsonLine } from "../json-line.ts";
import { oneLine } from "../one-line.ts";
import { openTools } from "../open-tools.ts";
import { remedyForError } from "../remedies.ts";
import { runOnce } from "../run-once.ts";

interface OneCallFlags extends SourceFlags, CallFlags {
  readonly mode?: ExecutionMode;
  readonly timeout?: number;
  readonly input?: string;
  readonly json?: true;
}

const AFTER_HELP = `
Examples:
  toolyard call math.add a:=1 b:=2
  toolyard call weather city=Bern days:=3
  toolyard call search --input '{"query": "toolyard"}' --json`;

/** Adds the command. */
export function addCallCommand(program: Command, session: CliSession): void {
  const command = program
    .command("call")
    .summary("run one call and print its output")
    .description("Runs one call and prints its output: text as it is, anything else as JSON.")
    .argument("<name>", "the tool's name")
    .argument("[arguments...]", "key=text or key:=json");
  addSourceOptions(command)
    .option("--input <json>", "the whole input; arguments go over it")
    .addOption(modeOption("where to run"))
    .option("--timeout <ms>", "most time of an attempt if the tool sets none", readMilliseconds);
  addCallOptions(command)
    .option("--json", "print the result as one line of JSON, as `run --json` does")
    .addHelpText("after", AFTER_HELP)
    .action(async (name: string, pairs: readonly string[], flags: OneCallFlags) => {
      session.exitCode = await callTool(name, pairs, flags, session.io);
    });
}

async function callTool(
  name: string,
  pairs: readonly string[],
  flags: OneCallFlags,
  io: CliIo,
): Promise<number> {
  const input = readCallInput(flags.input, pairs);
  const tools = await openTools(flags, io);
  const mode = flags.mode ?? tools.mode;
  const request = {
    calls: [{ id: "call_1", name, input }],
    mode,
    options: callOptionsOf(flags),
    writesMeanwhile: false,
    explains: false,
    openRegistry: (print: (text: string) => void, signal: AbortSignal) =>
      tools.open({ mode, timeoutMs: flags.timeout }, print, signal),
    onResult: () => {},
    onCutOff: () => {},
  };
  const { results, interruptedWith } = await runOnce(request, io);
  const [result] = results;
  if (result === undefined) return interruptedWith ?? 1;
  if (flags.json === true) io.stdout.write(`${jsonLine(result, { index: 0, runMode: mode })}\n`);
  else printAnswer(result, io);
  return interruptedWith ?? (result.status === "ok" ? 0 : 1);
}

function printAnswer(result: ToolResult, io: CliIo): void {
  if (result.status === "error") {
    const { code, message } = result.error;
    const remedy = remedyForError(result.error);
    io.stderr.write(`${`toolyard: ${code}: ${oneLine(message)} ${remedy}`.trimEnd()}\n`);
    return;
  }
  const { output } = result;
  if (output === undefined) return;
  const text = typeof output === "string" ? output : JSON.stringify(toJsonValue(output), null, 2);
  io.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}
