/** What calls waited for, and how long. */
import type { ToolResult } from "../core/tool-result.ts";

/** The calls that one thing held longest. */
export interface WaitSummary {
  /** A limit or a key by its name, `worker`, or `identical call`. */
  readonly waitedFor: string;
  readonly calls: number;
  /** Milliseconds that they waited, for this and for anything else. */
  readonly totalMs: number;
  readonly longestMs: number;
}

/** Sums up the waits of calls by what held each longest; the longest sum first. */
export function summarizeWaits(results: readonly ToolResult[]): readonly WaitSummary[] {
  const sums = new Map<string, WaitSummary>();
  for (const { timing } of results) {
    const { waitedFor, queuedMs } = timing;
    if (waitedFor === undefined) continue;
    const known = sums.get(waitedFor) ?? { waitedFor, calls: 0, totalMs: 0, longestMs: 0 };
    sums.set(waitedFor, {
      waitedFor,
      calls: known.calls + 1,
      totalMs: known.totalMs + queuedMs,
      longestMs: Math.max(known.longestMs, queuedMs),
    });
  }
  return [...sums.values()].toSorted((left, right) => right.totalMs - left.totalMs);
}
