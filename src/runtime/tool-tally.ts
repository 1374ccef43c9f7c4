/** What is counted of a tool's results. */
import { type RecordableHistogram, createHistogram } from "node:perf_hooks";
import type { ErrorCode } from "../core/error-codes.ts";
import type { ToolStats } from "../core/registry-stats.ts";
import type { CallTiming } from "../core/tool-result.ts";

const MICROSECONDS = 1_000;
/** A day, in microseconds. Longer calls count as that long, but in `max`. */
const LONGEST = 24 * 60 * 60 * 1_000 * MICROSECONDS;

/**
 * Counts the results of one tool as it was registered: one that replaces it, or comes after it was
 * removed, starts from nothing. Takes 30 KB from the first call that runs, however many follow.
 */
export class ToolTally {
  #ok = 0;
  #failed = 0;
  readonly #errors = new Map<ErrorCode, number>();
  #runTimes: RecordableHistogram | undefined;
  #maxRunMs = 0;
  #cpuMs = 0;

  /** Results given. */
  get calls(): number {
    return this.#ok + this.#failed;
  }

  /** CPU time of all calls whose CPU time is known. Milliseconds. */
  get cpuMs(): number {
    return this.#cpuMs;
  }

  /** Counts a result; `code` is that of its error. */
  record({ attempts, runMs, cpuMs }: CallTiming, code: ErrorCode | undefined): void {
    if (code === undefined) this.#ok += 1;
    else this.#recordError(code);
    if (cpuMs !== undefined) this.#cpuMs += cpuMs;
    if (attempts > 0) this.#recordRun(runMs);
  }

  /** What it has counted. @param totalCpuMs - Of all tools, this one included. */
  stats(toolName: string, totalCpuMs: number): ToolStats {
    return {
      toolName,
      calls: this.calls,
      ok: this.#ok,
      errors: Object.fromEntries(this.#errors),
      runMs: this.#quantiles(),
      cpuMs: this.#cpuMs,
      cpuShare: totalCpuMs > 0 ? this.#cpuMs / totalCpuMs : 0,
    };
  }

  #recordError(code: ErrorCode): void {
    this.#failed += 1;
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }

  #recordRun(runMs: number): void {
    this.#runTimes ??= createHistogram({ lowest: 1, highest: LONGEST, figures: 2 });
    this.#runTimes.record(Math.min(Math.max(1, Math.round(runMs * MICROSECONDS)), LONGEST));
    if (runMs > this.#maxRunMs) this.#maxRunMs = runMs;
  }

  #quantiles(): ToolStats["runMs"] {
    const times = this.#runTimes;
    if (times === undefined) return undefined;
    const max = this.#maxRunMs;
    const quantile = (percent: number): number =>
      Math.min(times.percentile(percent) / MICROSECONDS, max);
    return { p50: quantile(50), p95: quantile(95), p99: quantile(99), max };
  }
}

/** The statistics of every tool that has been called, by name. */
export function toolStats(
  tools: Iterable<{ readonly tool: { readonly name: string }; readonly tally: ToolTally }>,
): ToolStats[] {
  const called = [...tools].filter(({ tally }) => tally.calls > 0);
  const totalCpuMs = called.reduce((sum, { tally }) => sum + tally.cpuMs, 0);
  return called
    .map(({ tool, tally }) => tally.stats(tool.name, totalCpuMs))
    .toSorted((left, right) => (left.toolName < right.toolName ? -1 : 1));
}
