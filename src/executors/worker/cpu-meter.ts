import { performance } from "node:perf_hooks";

/** A reading younger than this is as good as a new one. Milliseconds. */
const FRESH_MS = 0.1;

/**
 * Shares the CPU time of this thread out among the calls that run: whenever their number changes, what
 * was used since the last change is divided evenly among those that ran (processor sharing). What one
 * call is charged is the difference of {@link perCallMs} between its begin and its end.
 *
 * Exact for a call that runs alone. Reading the CPU time costs a quarter of a microsecond, so calls
 * shorter than a tenth of a millisecond are not told apart.
 */
export class CpuMeter {
  readonly #readMs: () => number;
  #readAt = -Infinity;
  #totalMs = 0;
  #perCallMs = 0;

  /** @param readMs - The CPU time of this thread so far, in milliseconds. */
  constructor(readMs: () => number = threadCpuMs) {
    this.#readMs = readMs;
  }

  /** CPU time of the thread when it was last read. Milliseconds. */
  get totalMs(): number {
    return this.#totalMs;
  }

  /** What each of `running` calls has been charged if it ran from the start. Milliseconds. */
  perCallMs(running: number, now: number): number {
    if (now - this.#readAt < FRESH_MS) return this.#perCallMs;
    this.#readAt = now;
    const totalMs = this.#readMs();
    if (running > 0) this.#perCallMs += (totalMs - this.#totalMs) / running;
    this.#totalMs = totalMs;
    return this.#perCallMs;
  }
}

/** Where Node tells the CPU time of the whole process only, busy time comes close, but for blocking waits. */
function threadCpuMs(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage };
  if (threadCpuUsage === undefined) return performance.eventLoopUtilization().active;
  const { user, system } = threadCpuUsage.call(process);
  return (user + system) / 1_000;
}
