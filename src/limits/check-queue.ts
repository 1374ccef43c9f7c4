/** Checks what happens to attempts that must wait. */
import type { QueueOptions } from "./limit-options.ts";
import { FROM_ONE, checkNumber, checkRecord, checkWord } from "./option-checks.ts";
import { resolveWatermarks } from "./queue-watermarks.ts";

const ON_FULL = ["block", "reject", "drop-oldest", "shed-lowest"];

/**
 * Checks the queue of a limit.
 *
 * @param path - The setting, for messages.
 * @throws TypeError that names the setting, its range, and what contradicts it.
 */
export function checkQueue(path: string, queue: QueueOptions | undefined): void {
  if (queue === undefined) return;
  checkRecord(path, queue, ["max", "onFull", "timeoutMs", "high", "low"]);
  checkNumber(`${path}.max`, queue.max, { from: 0, integer: true, orInfinity: true });
  checkWord(`${path}.onFull`, queue.onFull, ON_FULL);
  checkNumber(`${path}.timeoutMs`, queue.timeoutMs, { above: 0, orInfinity: true });
  checkNumber(`${path}.high`, queue.high, FROM_ONE);
  checkNumber(`${path}.low`, queue.low, { from: 0, integer: true });
  if (queue.onFull !== undefined && queue.max === undefined) {
    throw new TypeError(`${path}.onFull says what happens at \`max\`, which is not given.`);
  }
  checkWatermarks(path, queue);
}

function checkWatermarks(path: string, queue: QueueOptions): void {
  const marks = resolveWatermarks(queue);
  if (marks === undefined) {
    if (queue.low === undefined) return;
    throw new TypeError(
      `${path}.low comes after \`high\`, and there is none; write that, or \`max\`.`,
    );
  }
  const { high, low } = marks;
  const { max = Infinity } = queue;
  if (high > max) {
    throw new TypeError(`${path}.high is ${high}, and no more than ${max} can wait; lower it.`);
  }
  if (low < high) return;
  throw new TypeError(`${path}.low is ${low}, and must be below high, which is ${high}.`);
}
