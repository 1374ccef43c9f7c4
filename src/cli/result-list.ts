/** Results as a short list for people, a line each. */
import type { ToolResult } from "../core/tool-result.ts";
import { toJsonValue } from "../formats/json-value.ts";
import { columnsOf, fit, oneLine } from "./one-line.ts";
import type { Paint, Style } from "./palette.ts";
import { EVENT_LOOP, outcomeOf, type Outcome } from "./timeline/bar.ts";

const MARKS: Readonly<Record<Outcome, { readonly mark: string; readonly style: Style }>> = {
  ok: { mark: "✓", style: "green" },
  failed: { mark: "✗", style: "red" },
  "timed-out": { mark: "✗", style: "yellow" },
  cancelled: { mark: "-", style: "gray" },
};

/** Longest outputs are not written out to be cut again. */
const MAX_PREVIEW = 2_000;

/** How a list is shown. */
export interface ResultListOptions {
  /** Columns it may take. */
  readonly width: number;
  readonly paint: Paint;
}

interface Row {
  readonly outcome: Outcome;
  readonly name: string;
  readonly time: string;
  readonly place: string;
  readonly answer: string;
}

/**
 * One line per call, in call order: mark, tool, milliseconds it ran, where, and the output or what went
 * wrong, cut to the width. No results, no lines; lines end with a line break.
 */
export function listResults(
  results: readonly ToolResult[],
  { width, paint }: ResultListOptions,
): string {
  const rows = results.map(rowOf);
  const [nameColumns, timeColumns, placeColumns] = [
    widest(rows.map((row) => row.name)),
    widest(rows.map((row) => row.time)),
    widest(rows.map((row) => row.place)),
  ];
  const room = width - nameColumns - timeColumns - placeColumns - 8;
  return rows
    .map((row) => {
      const { mark, style } = MARKS[row.outcome];
      const name = row.name + " ".repeat(nameColumns - columnsOf(row.name));
      const facts = `${row.time.padStart(timeColumns)}  ${row.place.padEnd(placeColumns)}`;
      const answer = fit(row.answer, Math.max(room, 20));
      const shown = row.outcome === "ok" ? answer : paint(style, answer);
      return `${paint(style, mark)} ${name}  ${paint("dim", facts)}  ${shown}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join("");
}

function rowOf(result: ToolResult): Row {
  const { toolName, timing } = result;
  const { attempts, mode, workerId, runMs } = timing;
  const begun = attempts > 0;
  return {
    outcome: outcomeOf(result),
    name: fit(oneLine(toolName), 32),
    time: begun ? `${millis(runMs)} ms` : "",
    place: begun ? (workerId ?? (mode === "async" ? EVENT_LOOP : (mode ?? ""))) : "",
    answer: answerOf(result),
  };
}

function answerOf(result: ToolResult): string {
  if (result.status === "error") return oneLine(`${result.error.code}: ${result.error.message}`);
  return oneLine(JSON.stringify(toJsonValue(result.output)).slice(0, MAX_PREVIEW));
}

/** Milliseconds as a list shows them: fractions only where they are most of it. */
export function millis(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms));
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, columnsOf(text)), 0);
}
