/** Bars sorted into lanes, and within a lane into rows in which nothing overlaps. */
import { type Bar, EVENT_LOOP, NOT_BEGUN } from "./bar.ts";

/** What ran in one place. */
export interface Lane {
  readonly name: string;
  /** Bars that were at work at the same time are in different rows; each row is in order of time. */
  readonly rows: readonly (readonly Bar[])[];
  /** Bars for which there was no row left. */
  readonly overflow: readonly Bar[];
  /** How many bars there are in all. */
  readonly count: number;
  /** Share of the time in which at least one bar was at work, 0 to 1. */
  readonly busy: number;
}

/** How lanes are laid out. */
export interface LaneOptions {
  /** The timeline's length in milliseconds. Above 0. */
  readonly totalMs: number;
  /** Most rows of a lane. Integer from 1. */
  readonly maxRows: number;
  /** Overlaps of at most so many milliseconds are too short to be drawn, and share a row. */
  readonly toleranceMs: number;
}

/** Sorts bars into lanes: the event loop, then workers by name and number, then what never began. */
export function layLanes(bars: readonly Bar[], options: LaneOptions): Lane[] {
  const byLane = Map.groupBy(bars, (bar) => bar.lane);
  return [...byLane.keys()]
    .toSorted(compareLanes)
    .map((name) => layLane(name, byLane.get(name) ?? [], options));
}

function layLane(name: string, bars: readonly Bar[], options: LaneOptions): Lane {
  const sorted = bars.toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  const rows: { bars: Bar[]; endMs: number }[] = [];
  const overflow: Bar[] = [];
  for (const bar of sorted) {
    const row = rows.find(({ endMs }) => bar.startMs >= endMs - options.toleranceMs);
    if (row !== undefined) {
      row.bars.push(bar);
      row.endMs = Math.max(row.endMs, bar.endMs);
    } else if (rows.length < options.maxRows) rows.push({ bars: [bar], endMs: bar.endMs });
    else overflow.push(bar);
  }
  const busy = busyMs(sorted) / options.totalMs;
  return { name, rows: rows.map((row) => row.bars), overflow, count: bars.length, busy };
}

/** Milliseconds covered by at least one of the bars, which are in order of their start. */
function busyMs(sorted: readonly Bar[]): number {
  let covered = 0;
  let until = -Infinity;
  for (const { startMs, endMs } of sorted) {
    covered += Math.max(0, endMs - Math.max(startMs, until));
    until = Math.max(until, endMs);
  }
  return covered;
}

function compareLanes(a: string, b: string): number {
  return rankOf(a) - rankOf(b) || a.localeCompare(b, "en", { numeric: true });
}

function rankOf(lane: string): number {
  if (lane === EVENT_LOOP) return 0;
  if (lane === NOT_BEGUN) return 3;
  return lane.startsWith("thread") ? 1 : 2;
}
