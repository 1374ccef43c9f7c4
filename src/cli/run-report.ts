/** What `toolyard run` prints, for people and for programs. */
import type { ToolResult } from "../core/tool-result.ts";
import type { ExecutionMode } from "../core/tool.ts";
import { formatToolResults } from "../formats/format-tool-results.ts";
import type { FormatName } from "../formats/provider-format.ts";
import type { CliIo, CliOutput } from "./cli-io.ts";
import { drawExplanation } from "./explanation.ts";
import { jsonLine } from "./json-line.ts";
import { drawModeTable } from "./mode-table.ts";
import { OrderedLines } from "./ordered-lines.ts";
import { outputWidth } from "./output-width.ts";
import { type Paint, paletteFor } from "./palette.ts";
import { perSecond } from "./progress-line.ts";
import { explainRefusals } from "./refusals.ts";
import { listResults, millis } from "./result-list.ts";
import type { FinishedRun } from "./run-once.ts";
import { drawStats } from "./stats-table.ts";
import { drawTimeline } from "./timeline/timeline.ts";

/** What is printed. */
export interface ReportOptions {
  /** Print results as JSON lines; with `format`, messages as JSON lines. */
  readonly json: boolean;
  /** Print a provider's messages instead of results. */
  readonly format: FormatName | undefined;
  readonly timeline: boolean;
  /** Print what was counted of tools and pools. */
  readonly stats: boolean;
  /** Print what calls waited for, and what limits did. */
  readonly explain: boolean;
  /** Columns to fill. Default: the terminal's, else `COLUMNS`, else 100. */
  readonly width: number | undefined;
}

/** Prints runs. What programs read goes to stdout alone; then what people read goes to stderr. */
export class RunReport {
  readonly #io: CliIo;
  readonly #options: ReportOptions;
  /** Where words for people go. */
  readonly #words: CliOutput;
  readonly #paint: Paint;
  readonly #width: number;
  readonly #runs: FinishedRun[] = [];
  #lines: OrderedLines;
  #isOver = false;

  constructor(io: CliIo, options: ReportOptions) {
    this.#io = io;
    this.#options = options;
    const isForPrograms = options.json || options.format !== undefined;
    this.#words = isForPrograms ? io.stderr : io.stdout;
    this.#paint = paletteFor(this.#words, io.env);
    this.#width = options.width ?? outputWidth(this.#words, io.env);
    this.#lines = this.#newLines();
  }

  /** Takes a result as it comes. */
  result(runMode: ExecutionMode, result: ToolResult, index: number): void {
    if (this.#isOver || !this.#options.json || this.#options.format !== undefined) return;
    this.#lines.add(index, jsonLine(result, { index, runMode }));
  }

  /** Prints what there is of a run that must end at once, and nothing after it. */
  cutOff(run: FinishedRun): void {
    this.ran(run);
    this.#isOver = true;
  }

  /** Prints a run that has ended. */
  ran(run: FinishedRun): void {
    if (this.#isOver) return;
    this.#lines.flush();
    this.#lines = this.#newLines();
    const { json, format, timeline, stats, explain } = this.#options;
    if (format !== undefined) this.#printMessages(run, format, json);
    else if (!json) this.#printResults(run);
    this.#runs.push(run);
    this.#sayRefusals(run);
    if (timeline) this.#words.write(this.#timelineOf(run));
    if (stats && run.stats !== undefined) this.#words.write(drawStats(run.stats, this.#paint));
    if (explain && run.limits !== undefined) {
      this.#words.write(drawExplanation(run.results, run.limits, this.#paint));
    }
  }

  /** Prints how the runs compare, if there were several. */
  compare(): void {
    if (this.#isOver || this.#runs.length < 2) return;
    this.#words.write(`\n${drawModeTable(this.#runs, this.#paint)}`);
  }

  /** Prints a sentence for people. */
  say(sentence: string): void {
    if (!this.#isOver) this.#words.write(`${sentence}\n`);
  }

  #sayRefusals({ results }: FinishedRun): void {
    const sentence = explainRefusals(results);
    if (sentence === undefined) return;
    this.say(this.#options.explain ? sentence : `${sentence} --explain shows more.`);
  }

  #printMessages(run: FinishedRun, format: FormatName, json: boolean): void {
    const messages = formatToolResults(run.results, format);
    const text = json
      ? messages.map((message) => `${JSON.stringify(message)}\n`).join("")
      : `${JSON.stringify(messages, null, 2)}\n`;
    this.#io.stdout.write(text);
  }

  /** Lists the results of the first run, and of one that stands out by not having ended. */
  #printResults(run: FinishedRun): void {
    const isLater = this.#runs.length > 0;
    if (!isLater || run.interruptedWith !== undefined) {
      if (isLater) this.#words.write("\n");
      const look = { width: this.#width, paint: this.#paint };
      this.#words.write(listResults(run.results, look));
    }
    this.#words.write(`\n${this.#summaryOf(run)}\n`);
  }

  #summaryOf({ mode, results, wallMs }: FinishedRun): string {
    const failed = results.filter((result) => result.status === "error").length;
    const outcome = [`${results.length - failed} ok`, ...(failed > 0 ? [`${failed} failed`] : [])];
    const rate = `${perSecond(results.length, wallMs)} calls/s`;
    const facts = `${outcome.join(", ")} in ${millis(wallMs)} ms, ${rate}${cpuNote(results)}`;
    return `${this.#paint("bold", mode)}  ${facts}`;
  }

  #timelineOf(run: FinishedRun): string {
    return drawTimeline(run.bars, { width: this.#width, paint: this.#paint });
  }

  #newLines(): OrderedLines {
    return new OrderedLines((line) => void this.#io.stdout.write(`${line}\n`));
  }
}

/** The CPU time of all calls, where any was measured. */
function cpuNote(results: readonly ToolResult[]): string {
  const known = results.flatMap(({ timing }) => timing.cpuMs ?? []);
  if (known.length === 0) return "";
  return `, ${millis(known.reduce((sum, cpuMs) => sum + cpuMs, 0))} ms of CPU`;
}
