/**
 * Keeps retries from multiplying load when everything fails: over ten seconds, retries are at most a part of the calls,
 * or a few where that comes to less (Finagle's RetryBudget; Google's "Site Reliability Engineering", chapter 21).
 *
 * A retry leaves the window no sooner than the calls it was granted for, so this holds over any length of time: with c
 * calls in T seconds there are at most `ratio` · c retries, or `minPerSecond` for each second of T + 10 where calls are few.
 *
 * Pure: time is a parameter, in milliseconds, and never goes back. O(1).
 */
import type { RetryBudgetOptions } from "./limit-options.ts";
import { RollingCounts } from "./rolling-counts.ts";

const WINDOW_MS = 10_000;
/** Room for the rounding of `ratio` times a count. */
const ROUNDING = 1e-9;

/** How many retries there may be. */
export class RetryBudget {
  readonly #ratio: number;
  /** Retries in the window that are always allowed. */
  readonly #least: number;
  /** Retries are its marks. */
  readonly #recent = new RollingCounts(WINDOW_MS);

  /** @param options - Checked before; `true`: all defaults. */
  constructor(options: RetryBudgetOptions | true = true) {
    const { ratio = 0.2, minPerSecond = 1 } = options === true ? {} : options;
    this.#ratio = ratio;
    this.#least = minPerSecond * (WINDOW_MS / 1_000);
  }

  /** A call begins its first attempt. */
  call(now: number): void {
    this.#recent.add(now, 1, 0);
  }

  /** Whether a call may be tried again. Takes from the budget when it says yes. */
  mayRetry(now: number): boolean {
    this.#recent.forget(now);
    const { calls, marks } = this.#recent;
    if (marks + 1 > Math.max(this.#ratio * calls, this.#least) + ROUNDING) return false;
    this.#recent.add(now, 0, 1);
    return true;
  }
}
