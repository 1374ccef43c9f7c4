/** Runs of the same calls in several modes, side by side. */
import Table from "cli-table3";
import type { ErrorCode } from "../core/error-codes.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { ExecutionMode } from "../core/tool.ts";
import type { Paint } from "./palette.ts";
import { perSecond } from "./progress-line.ts";
import { millis } from "./result-list.ts";

/** What is known of a run. */
export interface RunSummary {
  /** The mode it was asked for. */
  readonly mode: ExecutionMode;
  /** Milliseconds from the first call's arrival to the last one's result. */
  readonly wallMs: number;
  /** Milliseconds until the first tool began; undefined when none did. */
  readonly firstStartMs: number | undefined;
  readonly results: readonly ToolResult[];
}

/** A table with a column per run: time, rate, and how many calls ended how. */
export function drawModeTable(runs: readonly RunSummary[], paint: Paint): string {
  const table = new Table({
    head: ["", ...runs.map((run) => paint("bold", run.mode))],
    colAligns: ["left", ...runs.map(() => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
  const row = (title: string, cell: (run: RunSummary) => string): void => {
    table.push([title, ...runs.map(cell)]);
  };
  row("wall time", (run) => `${millis(run.wallMs)} ms`);
  row("first tool began after", (run) =>
    run.firstStartMs === undefined ? "-" : `${millis(run.firstStartMs)} ms`,
  );
  row("calls/s", (run) => perSecond(run.results.length, run.wallMs));
  row("ok", (run) => paint("green", String(run.results.length - failuresOf(run).length)));
  row("failed", (run) => String(failuresOf(run).length));
  for (const code of codesOf(runs)) {
    row(`  ${code}`, (run) => String(countOf(run, code)));
  }
  if (runs.some((run) => elsewhere(run) > 0)) {
    row("ran where their tool says", (run) => String(elsewhere(run)));
  }
  return `${table.toString()}\n`;
}

/** Calls that ran in another mode than the run's: a tool's own mode is stronger. */
function elsewhere({ mode, results }: RunSummary): number {
  if (mode === "auto") return 0;
  return results.filter(({ timing }) => timing.attempts > 0 && timing.mode !== mode).length;
}

function failuresOf(run: RunSummary): readonly ErrorCode[] {
  return run.results.flatMap((result) => (result.status === "error" ? [result.error.code] : []));
}

function codesOf(runs: readonly RunSummary[]): readonly ErrorCode[] {
  return [...new Set(runs.flatMap(failuresOf))].toSorted();
}

function countOf(run: RunSummary, wanted: ErrorCode): number {
  return failuresOf(run).filter((code) => code === wanted).length;
}
