/** `toolyard run`: a file of tool calls to results. */
import type { Command } from "commander";
import type { ToolCall } from "../../core/tool-call.ts";
import type { ExecutionMode } from "../../core/tool.ts";
import type { FormatName } from "../../formats/provider-format.ts";
import {
  addCallOptions,
  addSourceOptions,
  type CallFlags,
  callOptionsOf,
  formatOption,
  readCount,
  readMilliseconds,
  readModes,
  type SourceFlags,
} from "../cli-options.ts";
import type { CliIo } from "../cli-io.ts";
import type { CliSession } from "../cli-session.ts";
import { type Expectations, readExpectations, unmetExpectations } from "../expectations.ts";
import { openTools, type ToolOpener } from "../open-tools.ts";
import { readCalls } from "../read-calls.ts";
import { readText } from "../read-text.ts";
import { type FinishedRun, runOnce } from "../run-once.ts";
import { RunReport } from "../run-report.ts";
import { UsageError } from "../usage-error.ts";

interface RunFlags extends SourceFlags, CallFlags {
  readonly mode?: readonly ExecutionMode[];
  readonly concurrency?: number;
  readonly timeout?: number;
  readonly format?: FormatName;
  readonly json?: true;
  readonly timeline?: true;
  readonly stats?: true;
  readonly explain?: true;
  readonly width?: number;
  readonly expect?: string;
}

const AFTER_HELP = `
FILE is what a model answered, as JSON or JSON lines: its tool calls, or the message or response that
holds them, of OpenAI (chat, responses), Anthropic or Gemini, or { "id", "name", "input" }.

A tool's own mode is stronger than --mode. In mode async a tool that never yields holds up everything,
Ctrl-C too.

With --json each line is a result, in the order of the calls:
  {"index", "runMode", "callId", "toolName", "calledAs", "status": "ok" | "error",
   "output" or "error": {"code", "message", "details", "retryable"},
   "timing": {"queuedMs", "runMs", "transferMs", "cpuMs", "attempts", "mode", "workerId",
              "waitedFor"}}

--explain shows the most that was seen of each limit while calls ran: it is looked at when it first holds
a call, and at most every 10 ms. Waits are those of whole calls, by what held each longest.

Examples:
  toolyard run answer.json --timeline
  toolyard run answer.json --explain
  toolyard run answer.json --mode async,thread,process
  cat answer.jsonl | toolyard run - --module ./tools.ts --json
  toolyard run answer.json --format openai-chat > messages.json`;

/** Adds the command. */
export function addRunCommand(program: Command, session: CliSession): void {
  const command = program
    .command("run")
    .summary("run a file of tool calls")
    .description("Runs a file of tool calls and prints their results.")
    .argument("<file>", "file of tool calls; - for standard input");
  addSourceOptions(command)
    .option(
      "--mode <modes>",
      "where to run: auto, async, thread, process; several compare",
      readModes,
    )
    .option("--concurrency <n>", "most calls at once", readCount)
    .option("--timeout <ms>", "most time of an attempt whose tool sets none", readMilliseconds);
  addCallOptions(command)
    .addOption(formatOption("print the messages to send back to a provider"))
    .option("--json", "print one result per line as JSON, and nothing else")
    .option("--timeline", "show which lane ran which call when")
    .option("--stats", "show what was counted of each tool and of each pool of workers")
    .option("--explain", "show what calls waited for, and what each limit did")
    .option("--width <columns>", "columns to fill (default: the terminal's, else 100)", readCount)
    .option("--expect <file>", 'exit 0 if calls end as {"<call id>": "<error code>"} says, else ok')
    .addHelpText("after", AFTER_HELP)
    .action(async (file: string, flags: RunFlags) => {
      session.exitCode = await runFile(file, flags, session.io);
    });
}

async function runFile(file: string, flags: RunFlags, io: CliIo): Promise<number> {
  const expected = await readExpected(flags, io);
  const tools = await openTools(flags, io);
  const modes = flags.mode ?? [tools.mode];
  if (flags.format !== undefined && modes.length > 1) {
    throw new UsageError("--format prints the messages of one run.", "Give one --mode with it.");
  }
  const name = file === "-" ? "standard input" : file;
  const calls = readCalls(await readText(file, io), name);
  if (calls.length === 0) io.stderr.write(`toolyard: ${name} calls no tools.\n`);
  const { json = false, timeline = false, stats = false, explain = false, format, width } = flags;
  const report = new RunReport(io, { json, timeline, stats, explain, format, width });
  const runs = await runModes({ calls, modes, tools, flags, report }, io);
  report.compare();
  return exitCodeOf(runs, expected, report);
}

interface ModeRuns {
  readonly calls: readonly ToolCall[];
  readonly modes: readonly ExecutionMode[];
  readonly tools: ToolOpener;
  readonly flags: RunFlags;
  readonly report: RunReport;
}

/** One registry per run: none profits from the workers that another started. */
async function runModes(given: ModeRuns, io: CliIo): Promise<FinishedRun[]> {
  const { calls, modes, tools, flags, report } = given;
  const runs: FinishedRun[] = [];
  for (const mode of modes) {
    const settings = { mode, concurrency: flags.concurrency, timeoutMs: flags.timeout };
    const request = {
      calls,
      mode,
      options: callOptionsOf(flags),
      writesMeanwhile: flags.json === true && flags.format === undefined,
      explains: flags.explain === true,
      openRegistry: (print: (text: string) => void, signal: AbortSignal) =>
        tools.open(settings, print, signal),
      onResult: report.result.bind(report, mode),
      onCutOff: (cut: FinishedRun) => report.cutOff(cut),
    };
    const run = await runOnce(request, io);
    runs.push(run);
    report.ran(run);
    if (run.interruptedWith !== undefined) break;
  }
  return runs;
}

function exitCodeOf(
  runs: readonly FinishedRun[],
  expected: Expectations | undefined,
  report: RunReport,
): number {
  const interrupted = runs.find((run) => run.interruptedWith !== undefined);
  if (interrupted?.interruptedWith !== undefined) return interrupted.interruptedWith;
  if (expected !== undefined) return compareWith(expected, runs, report);
  return runs.some((run) => run.results.some((result) => result.status === "error")) ? 1 : 0;
}

function compareWith(
  expected: Expectations,
  runs: readonly FinishedRun[],
  report: RunReport,
): number {
  const unmet = runs.flatMap((run) =>
    unmetExpectations(expected, run.results).map((sentence) => `${run.mode}: ${sentence}`),
  );
  for (const sentence of unmet) report.say(sentence);
  if (unmet.length > 0) return 1;
  const failing = [...expected.values()].filter((outcome) => outcome !== "ok").length;
  report.say(`As expected: the ${failing} calls that are meant to fail did, and no other.`);
  return 0;
}

async function readExpected(flags: RunFlags, io: CliIo): Promise<Expectations | undefined> {
  if (flags.expect === undefined) return undefined;
  return readExpectations(await readText(flags.expect, io), flags.expect);
}
