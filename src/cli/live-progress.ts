/** Progress on a terminal while calls run, redrawn in place. */
import type { CliIo } from "./cli-io.ts";
import { outputWidth } from "./output-width.ts";
import { paletteFor } from "./palette.ts";
import { progressLine } from "./progress-line.ts";
import type { RunLog } from "./run-log.ts";

/** Milliseconds between two pictures. */
const REDRAW_MS = 80;

/** Where a run's progress is shown, and where what tools print goes meanwhile. */
export interface LiveProgress {
  /** Prints above the progress. */
  readonly print: (text: string) => void;
  /** Takes the progress off the screen. */
  stop(): void;
}

/**
 * Shows the progress of a run: on a terminal, redrawn; elsewhere not at all.
 *
 * @param log - What to show; undefined: nothing.
 */
export async function showProgress(
  io: CliIo,
  label: string,
  log: Pick<RunLog, "counts"> | undefined,
): Promise<LiveProgress> {
  if (log === undefined || io.stderr.isTTY !== true || io.env["TERM"] === "dumb") {
    return { print: (text) => void io.stderr.write(text), stop: () => {} };
  }
  const { createLogUpdate } = await import("log-update");
  // Hiding the cursor would put listeners on signals that are ours.
  const update = createLogUpdate(io.stderr, { showCursor: true });
  const paint = paletteFor(io.stderr, io.env);
  const begunAt = performance.now();
  let frame = 0;
  const draw = (): void => {
    const elapsedMs = performance.now() - begunAt;
    const moment = { label, counts: log.counts, elapsedMs, frame };
    update(progressLine(moment, outputWidth(io.stderr, io.env), paint));
    frame += 1;
  };
  draw();
  // A picture is no reason to stay alive: a run in which nothing else goes on is stuck.
  const timer = setInterval(draw, REDRAW_MS).unref();
  return {
    print: (text) => {
      update.clear();
      io.stderr.write(text.endsWith("\n") ? text : `${text}\n`);
      draw();
    },
    stop: () => {
      clearInterval(timer);
      update.clear();
    },
  };
}
