/**
 * One row of a lane as text, a cell per stretch of time:
 *
 *   ┣━ hash.file ━━━┫   ok          ┃  ok, within one cell
 *   ┣× crash ×××××××┫   failed      ×  failed, within one cell
 *   ┣~ loop ~~~~~~~~┫   timed out   3  three bars begin in this cell
 *   ┣· wait ········┫   cancelled
 *   ▁▂▄█▆▃▁             bars that found no row: how many were at work, of at most so many
 *
 * Where one bar ends and the next begins in the same cell, the beginning is drawn.
 */
import type { Paint, Style } from "../palette.ts";
import { columnsOf } from "../one-line.ts";
import type { Bar, Outcome } from "./bar.ts";

/** How an outcome is drawn. */
export const OUTCOME_LOOKS: Readonly<
  Record<Outcome, { readonly fill: string; readonly style: Style; readonly words: string }>
> = {
  ok: { fill: "━", style: "green", words: "ok" },
  failed: { fill: "×", style: "red", words: "failed" },
  "timed-out": { fill: "~", style: "yellow", words: "timed out" },
  cancelled: { fill: "·", style: "gray", words: "cancelled" },
};

/** From time to cells. */
export interface Scale {
  /** Cells of a row. */
  readonly cells: number;
  /** Milliseconds of a cell. Above 0. */
  readonly cellMs: number;
}

interface Cell {
  text: string;
  outcome: Outcome | undefined;
  /** Bars that begin here. */
  begun: number;
}

/** Outcomes from the one most worth showing. */
const BY_WEIGHT: readonly (Outcome | undefined)[] = ["failed", "timed-out", "cancelled", "ok"];

/** Draws bars that follow one another, in order of time. */
export function drawRow(bars: readonly Bar[], scale: Scale, paint: Paint): string {
  const cells = emptyCells(scale);
  for (const bar of bars) drawBar(cells, bar, scale);
  for (const cell of cells) if (cell.begun > 1) cell.text = digit(cell.begun);
  return paintCells(cells, paint);
}

const HEIGHTS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** Draws bars that overlap as one row: the higher a cell, the more were at work in it. */
export function drawDensity(bars: readonly Bar[], scale: Scale, paint: Paint): string {
  const cells = emptyCells(scale);
  for (const bar of bars) {
    const [from, to] = span(bar, scale);
    for (const cell of cells.slice(from, to)) {
      cell.begun += 1;
      cell.outcome = heavier(cell.outcome, bar.outcome);
    }
  }
  const most = Math.max(...cells.map((cell) => cell.begun));
  for (const cell of cells) {
    const height = Math.ceil((cell.begun / most) * HEIGHTS.length) - 1;
    cell.text = HEIGHTS[height] ?? " ";
  }
  return paintCells(cells, paint);
}

/** The most bars that begin in one cell of a row. */
export function largestCrowd(bars: readonly Bar[], scale: Scale): number {
  const crowds = Map.groupBy(bars, (bar) => span(bar, scale)[0]).values();
  return crowds.reduce((most, crowd) => Math.max(most, crowd.length), 0);
}

function emptyCells({ cells }: Scale): Cell[] {
  return Array.from({ length: cells }, () => ({ text: " ", outcome: undefined, begun: 0 }));
}

/** The cells of a bar: from, and up to but without the last. At least one. */
function span(bar: Bar, { cells, cellMs }: Scale): [from: number, to: number] {
  const from = Math.min(Math.floor(bar.startMs / cellMs), cells - 1);
  const to = Math.min(Math.ceil(bar.endMs / cellMs), cells);
  return [from, Math.max(to, from + 1)];
}

function drawBar(cells: readonly Cell[], bar: Bar, scale: Scale): void {
  const [from, to] = span(bar, scale);
  const characters = shape(bar, to - from);
  const first = cells[from];
  if (first !== undefined) first.begun += 1;
  for (const [place, character] of characters.entries()) {
    const cell = cells[from + place];
    if (cell === undefined) return;
    // A cell full of short bars keeps the colour of the worst of them.
    const isShared = place === 0 && cell.begun > 1;
    cell.outcome = isShared ? heavier(cell.outcome, bar.outcome) : bar.outcome;
    cell.text = character;
  }
}

function shape({ label, outcome }: Bar, length: number): string[] {
  const { fill } = OUTCOME_LOOKS[outcome];
  if (length === 1) return [outcome === "ok" ? "┃" : fill];
  if (length === 2) return outcome === "ok" ? ["┣", "┫"] : [fill, fill];
  const inside = Array.from({ length: length - 2 }, () => fill);
  const text = labelFor(label, length - 6);
  if (text !== "") inside.splice(1, text.length + 2, ...` ${text} `.split(""));
  return ["┣", ...inside, "┫"];
}

/** The tool's name, or its last part, or nothing: what there is room for. */
function labelFor(name: string, room: number): string {
  const short = name.slice(name.lastIndexOf(".") + 1);
  const fitting = [name, short].find((text) => text.length <= room);
  // A wide character would move the rest of the row.
  return fitting !== undefined && columnsOf(fitting) === fitting.length ? fitting : "";
}

function heavier(a: Outcome | undefined, b: Outcome): Outcome {
  return a !== undefined && BY_WEIGHT.indexOf(a) < BY_WEIGHT.indexOf(b) ? a : b;
}

function digit(count: number): string {
  return count > 9 ? "+" : String(count);
}

/** Joins cells of one colour before painting: a row has many cells and few colours. */
function paintCells(cells: readonly Cell[], paint: Paint): string {
  let row = "";
  let run = "";
  let outcome: Outcome | undefined;
  const flush = (): void => {
    row += outcome === undefined ? run : paint(OUTCOME_LOOKS[outcome].style, run);
    run = "";
  };
  for (const cell of cells) {
    if (cell.outcome !== outcome) flush();
    outcome = cell.outcome;
    run += cell.text;
  }
  flush();
  return row;
}
