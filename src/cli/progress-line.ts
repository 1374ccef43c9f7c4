import { fit } from "./one-line.ts";
import type { Paint } from "./palette.ts";
import type { RunCounts } from "./run-log.ts";

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const BAR_CELLS = 24;

/** A moment of a run. */
export interface ProgressMoment {
  /** What is run, such as its mode. */
  readonly label: string;
  readonly counts: RunCounts;
  /** Milliseconds since the run began. */
  readonly elapsedMs: number;
  /** Which picture of the spinner; any integer from 0. */
  readonly frame: number;
}

/**
 * A run's progress as one line:
 * `⠹ thread  ━━━━━━━━━━━━━━━━━━────── 18/24 done  2 failed  4 running  2 queued  12 calls/s  1.5 s`.
 */
export function progressLine(moment: ProgressMoment, columns: number, paint: Paint): string {
  const { total, waiting, running, ok, failed } = moment.counts;
  const done = ok + failed;
  const filled = total === 0 ? BAR_CELLS : Math.floor((done / total) * BAR_CELLS);
  const words = [
    `${done}/${total} done`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${running} running`,
    `${waiting} queued`,
    ...(done > 0 ? [`${perSecond(done, moment.elapsedMs)} calls/s`] : []),
    `${(moment.elapsedMs / 1_000).toFixed(1)} s`,
  ].join("  ");
  const spinner = SPINNER[moment.frame % SPINNER.length] ?? "";
  const before = `${spinner} ${moment.label}  `;
  const room = columns - before.length - BAR_CELLS - 1;
  if (room < 12) return fit(`${before}${words}`, columns);
  const bar = paint("green", "━".repeat(filled)) + paint("dim", "─".repeat(BAR_CELLS - filled));
  return `${before}${bar} ${fit(words, room)}`;
}

/** How many calls a second, with as many digits as mean something. */
export function perSecond(calls: number, elapsedMs: number): string {
  const rate = (calls * 1_000) / Math.max(elapsedMs, 0.001);
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
}
