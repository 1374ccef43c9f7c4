import type { WorkTask } from "../tools/work.ts";

/** Clocks and timers disagree by less. */
const TOLERANCE_MS = 0.5;

/**
 * Checks that work which takes a given time took it: its output is how long it did, in milliseconds.
 *
 * @throws Error that names the first call that was shorter.
 */
export function checkWaits(tasks: readonly WorkTask[], outputs: readonly unknown[]): void {
  for (const [place, { name, input }] of tasks.entries()) {
    const asked = "ms" in input ? input.ms : 0;
    const took = Number(outputs[place]);
    if (took >= asked - TOLERANCE_MS) continue;
    throw new Error(`call ${place} (${name}) took ${took} ms, not ${asked}`);
  }
}
