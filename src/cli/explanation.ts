/** Why calls waited and what limits did about it, as tables for people. */
import type { BreakerStats, RateStats } from "../core/limit-stats.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { drawTable } from "./draw-table.ts";
import { summarizeWaits, type WaitSummary } from "./explain-waits.ts";
import { summarizeEvents } from "./limit-events.ts";
import type { LimitReport, WatchedLimit } from "./limit-watch.ts";
import { fit, oneLine } from "./one-line.ts";
import type { Paint } from "./palette.ts";
import { millis } from "./result-list.ts";

/** Rows of a table; a limit per key or tenant can be thousands. */
const MAX_ROWS = 30;
const NAME_COLUMNS = 40;

/**
 * What calls waited for, each limit with the most that was seen of it, what its rates leave, the shares of its tenants,
 * and what happened to it. Nothing of what there was none of, but a sentence when nobody waited.
 */
export function drawExplanation(
  results: readonly ToolResult[],
  { limits, events }: LimitReport,
  paint: Paint,
): string {
  const waits = summarizeWaits(results);
  // Of a run that was cut off, those that waited have no result.
  const didNobodyWait = waits.length === 0 && limits.every(({ peaks }) => peaks.queued === 0);
  const busiest = limits.toSorted((left, right) => right.peaks.queued - left.peaks.queued);
  const rates = busiest.flatMap((limit) => limit.rates.map((rate) => rateRow(limit, rate)));
  return [
    didNobodyWait ? "No call waited.\n" : "",
    draw(["waited for", "calls", "mean ms", "longest ms", "all ms"], waits.map(waitRow), paint),
    draw(limitHead(limits), busiest.map(limitRow(limits)), paint),
    draw(["limit", "counts", "at most", "kind", "left"], rates, paint),
    draw(["limit", "tenant", "weight", "started", "share"], busiest.flatMap(tenantRows), paint),
    ...summarizeEvents(events).map((sentence) => `${sentence}\n`),
  ].join("");
}

function draw(head: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
  if (rows.length === 0) return "";
  const more = rows.length - MAX_ROWS;
  const table = drawTable(head, rows.slice(0, MAX_ROWS), paint);
  return more > 0 ? `${table}… and ${more} more\n` : table;
}

function waitRow({ waitedFor, calls, totalMs, longestMs }: WaitSummary): string[] {
  const meanMs = totalMs / calls;
  return [nameOf(waitedFor), String(calls), millis(meanMs), millis(longestMs), millis(totalMs)];
}

function limitHead(limits: readonly WatchedLimit[]): readonly string[] {
  const head = ["limit", "most at once", "most waiting", "oldest wait ms", "started", "refused"];
  return hasBreaker(limits) ? [...head, "circuit"] : head;
}

function limitRow(limits: readonly WatchedLimit[]): (limit: WatchedLimit) => readonly string[] {
  const withBreaker = hasBreaker(limits);
  return ({ limit, concurrency, peaks, started, refused, breaker }) => {
    const row = [
      nameOf(limit),
      concurrency === undefined ? String(peaks.running) : `${peaks.running} of ${concurrency}`,
      String(peaks.queued),
      millis(peaks.oldestWaitMs),
      String(started),
      String(refused),
    ];
    return withBreaker ? [...row, circuitOf(breaker)] : row;
  };
}

function hasBreaker(limits: readonly WatchedLimit[]): boolean {
  return limits.some(({ breaker }) => breaker !== undefined);
}

function circuitOf(breaker: BreakerStats | undefined): string {
  if (breaker === undefined) return "-";
  const { state, retryAfterMs } = breaker;
  return state === "open" ? `open for ${millis(retryAfterMs)} ms` : state;
}

function rateRow({ limit }: WatchedLimit, rate: RateStats): readonly string[] {
  const most = `${rate.limit} in ${spanOf(rate.perMs)}`;
  return [nameOf(limit), rate.counts, most, rate.kind, String(rate.remaining)];
}

/** Where nobody said on whose behalf, there are no shares to tell of. */
function tenantRows({ limit, tenants }: WatchedLimit): readonly (readonly string[])[] {
  if (tenants.every(({ tenant }) => tenant === "")) return [];
  return tenants.map(({ tenant, weight, started, share }) => [
    nameOf(limit),
    tenant === "" ? "(none)" : nameOf(tenant),
    String(weight),
    String(started),
    `${Math.round(share * 100)} %`,
  ]);
}

const SPANS: readonly (readonly [number, string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
];

function spanOf(perMs: number): string {
  const [ms, unit] = SPANS.find(([length]) => perMs % length === 0) ?? [1, "ms"];
  return `${perMs / ms} ${unit}`;
}

function nameOf(text: string): string {
  return fit(oneLine(text), NAME_COLUMNS);
}
