/** Which lane ran which call when, as text. */
import { stripVTControlCharacters } from "node:util";
import { columnsOf } from "../one-line.ts";
import type { Paint } from "../palette.ts";
import type { Bar, Outcome } from "./bar.ts";
import { drawDensity, drawRow, largestCrowd, OUTCOME_LOOKS, type Scale } from "./draw-row.ts";
import { type Lane, layLanes } from "./lanes.ts";
import { timeAxis } from "./time-axis.ts";

/** How a timeline is drawn. */
export interface TimelineOptions {
  /** Columns it may take. Below 40 it takes 40. */
  readonly width: number;
  readonly paint: Paint;
  /** Most rows of a lane that runs calls at the same time; the rest are counted. Default 8. */
  readonly maxRows?: number;
}

/** Least columns of a timeline. */
const LEAST_WIDTH = 40;
/** Columns behind the bars: how many calls, and the share of time at work. */
const FACTS_HEADING = "  calls  busy";

/** Draws bars as lanes over a scale in milliseconds; no bars, no lines. Lines end with a line break. */
export function drawTimeline(bars: readonly Bar[], options: TimelineOptions): string {
  if (bars.length === 0) return "";
  const { paint, maxRows = 8 } = options;
  const width = Math.max(options.width, LEAST_WIDTH);
  const totalMs = bars.reduce((latest, bar) => Math.max(latest, bar.endMs), 0.001);
  const names = [...new Set(bars.map((bar) => bar.lane))];
  const more = bars.length > maxRows ? moreLabel(bars.length).length : 0;
  const margin = Math.max(...names.map((name) => name.length), more) + 2;
  const cells = width - margin - FACTS_HEADING.length;
  const scale = { cells, cellMs: totalMs / cells };
  const lanes = layLanes(bars, { totalMs, maxRows, toleranceMs: scale.cellMs });
  const heading = " ".repeat(margin) + timeAxis(totalMs, cells) + FACTS_HEADING;
  const look = { margin, scale, paint };
  const lines = lanes.flatMap((lane) => laneLines(lane, look));
  return [paint("dim", heading), ...lines, ...legend(lanes, look, width)].map(endLine).join("");
}

interface LaneLook {
  /** Columns before the bars. */
  readonly margin: number;
  readonly scale: Scale;
  readonly paint: Paint;
}

function laneLines(lane: Lane, { margin, scale, paint }: LaneLook): string[] {
  const facts = `${String(lane.count).padStart(7)}${percent(lane.busy).padStart(6)}`;
  const lines = lane.rows.map((row, place) => {
    const name = place === 0 ? lane.name : "";
    const end = place === 0 ? paint("dim", facts) : "";
    return paint("bold", name.padEnd(margin)) + drawRow(row, scale, paint) + end;
  });
  if (lane.overflow.length > 0) {
    const more = moreLabel(lane.overflow.length).padEnd(margin);
    lines.push(paint("dim", more) + drawDensity(lane.overflow, scale, paint));
  }
  return lines;
}

function moreLabel(count: number): string {
  return `+${count} more`;
}

/** Explains only what can be seen, in lines of at most `width` columns. */
function legend(lanes: readonly Lane[], look: LaneLook, width: number): string[] {
  const bars = lanes.flatMap((lane) => [...lane.rows.flat(), ...lane.overflow]);
  const seen = new Set(bars.map((bar) => bar.outcome));
  const outcomes = (Object.keys(OUTCOME_LOOKS) as Outcome[]).filter((outcome) => seen.has(outcome));
  const entries = outcomes.map((outcome) => ({
    sign: look.paint(OUTCOME_LOOKS[outcome].style, `┣${OUTCOME_LOOKS[outcome].fill}┫`),
    words: OUTCOME_LOOKS[outcome].words,
  }));
  const rows = lanes.flatMap((lane) => lane.rows);
  const crowd = Math.max(...rows.map((row) => largestCrowd(row, look.scale)));
  if (crowd > 1) entries.push({ sign: "2–9", words: "so many begin there" });
  if (crowd > 9) entries.push({ sign: "+", words: "more than 9 do" });
  if (lanes.some((lane) => lane.overflow.length > 0)) {
    entries.push({ sign: "▁–█", words: "how many at once" });
  }
  return wrapEntries(entries, width);
}

function wrapEntries(
  entries: readonly { readonly sign: string; readonly words: string }[],
  width: number,
): string[] {
  const lines: string[] = [];
  let used = Infinity;
  for (const { sign, words } of entries) {
    const entry = `${sign} ${words}`;
    const columns = columnsOf(stripVTControlCharacters(entry));
    if (used + 3 + columns > width) {
      lines.push(entry);
      used = columns;
    } else {
      lines.push(`${lines.pop() ?? ""}   ${entry}`);
      used += 3 + columns;
    }
  }
  return lines;
}

function percent(share: number): string {
  return `${Math.round(Math.min(share, 1) * 100)}%`;
}

function endLine(line: string): string {
  return `${line.trimEnd()}\n`;
}
