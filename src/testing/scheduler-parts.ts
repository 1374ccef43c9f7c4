/** The scheduler as it is, or with one fault put into its source: for tests of the tests. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { makeGateMeters } from "../limits/scheduler/make-gate-meters.ts";
import { QueuedCall } from "../limits/scheduler/queued-call.ts";
import { Scheduler } from "../limits/scheduler/scheduler.ts";

/** What a stage is built of: all from one copy of the source. */
export interface SchedulerParts {
  readonly Scheduler: typeof Scheduler;
  readonly QueuedCall: typeof QueuedCall;
  readonly makeGateMeters: typeof makeGateMeters;
}

/** The scheduler as it is. */
export const WHOLE_SCHEDULER: SchedulerParts = { Scheduler, QueuedCall, makeGateMeters };

/** A fault: in files of `src/limits/`, what stands there once, and what stands there instead. */
export type Fault = readonly FaultyText[];

/** A text of one file that is replaced. */
export interface FaultyText {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** Loads a copy of the scheduler with a fault in it. Throws when what is to be replaced is not there exactly once. */
export async function withFault(fault: Fault): Promise<SchedulerParts> {
  const source = fileURLToPath(new URL("..", import.meta.url));
  const copy = mkdtempSync(join(tmpdir(), "toolyard-fault-"));
  try {
    for (const room of ["core", "time", "limits"]) {
      cpSync(join(source, room), join(copy, room), {
        recursive: true,
        filter: (path) => !/\.test(-d)?\.ts$/.test(path),
      });
    }
    writeFileSync(join(copy, "package.json"), '{"type":"module"}');
    symlinkSync(join(source, "..", "node_modules"), join(copy, "node_modules"), "junction");
    for (const text of fault) replaceIn(join(copy, "limits"), text);
    const load = async (name: string): Promise<SchedulerParts> =>
      (await import(pathToFileURL(join(copy, "limits", "scheduler", name)).href)) as SchedulerParts;
    const [{ Scheduler: Faulty }, { QueuedCall: Call }, { makeGateMeters: make }] =
      await Promise.all([
        load("scheduler.ts"),
        load("queued-call.ts"),
        load("make-gate-meters.ts"),
      ]);
    return { Scheduler: Faulty, QueuedCall: Call, makeGateMeters: make };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function replaceIn(folder: string, { file, before, after }: FaultyText): void {
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  if (text.split(before).length !== 2) {
    throw new Error(`${file} does not have this exactly once: ${before}`);
  }
  writeFileSync(
    path,
    text.replace(before, () => after),
  );
}
