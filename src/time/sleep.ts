import type { Clock } from "./clock.ts";
import type { Deadline } from "./deadline.ts";

/** Waits `delayMs` milliseconds. Rejects with the deadline's reason when that ends first. */
export function sleep(clock: Clock, delayMs: number, deadline: Deadline): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancelTimer = clock.setTimer(delayMs, () => {
      leave();
      resolve();
    });
    const leave = deadline.onEnd((reason) => {
      cancelTimer();
      reject(reason);
    });
  });
}
