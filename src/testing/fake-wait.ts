import type { CancelTimer, Clock } from "../time/clock.ts";

/** How long something takes: milliseconds, between two of them by chance, or a function of its number, from 1. */
export type FakeLatency = number | readonly [least: number, most: number] | ((n: number) => number);

/**
 * The milliseconds of number `n`.
 *
 * @param chance - Uniform in [0, 1).
 */
export function latencyOf(latency: FakeLatency, n: number, chance: () => number): number {
  if (typeof latency === "number") return latency;
  if (typeof latency === "function") return latency(n);
  const [least, most] = latency;
  return least + chance() * (most - least);
}

/**
 * Waits on a clock. Infinity waits for the signal.
 *
 * @throws The signal's reason, when it aborts before.
 */
export function waitOn(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason as Error);
      return;
    }
    let cancelTimer: CancelTimer | undefined;
    const onAbort = (): void => {
      cancelTimer?.();
      reject(signal?.reason as Error);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    if (delayMs === Infinity) return;
    cancelTimer = clock.setTimer(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
  });
}
