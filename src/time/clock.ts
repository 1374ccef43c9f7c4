/** Time as a parameter: everything that waits or measures is given a {@link Clock}. */
import { TimerLoop } from "./timer-loop.ts";

/** Tells the time and calls back later. */
export interface Clock {
  /** Milliseconds since an arbitrary start, with fractions; never goes back. */
  now(): number;
  /** Milliseconds since 1970, with fractions. */
  epoch(): number;
  /**
   * Calls `fire` once after `delayMs` milliseconds, unless the function returned is called before.
   * Never at once; what is no number above 0 counts as 0.
   */
  setTimer(delayMs: number, fire: () => void): CancelTimer;
  /** Like {@link setTimer}, but does not keep the program alive: for upkeep that nobody waits for. */
  setBackgroundTimer(delayMs: number, fire: () => void): CancelTimer;
}

/** Takes a timer back. Calling it late or twice does nothing. */
export type CancelTimer = () => void;

/**
 * The machine's clock. All its timers share one heap and one Node timer, because a deadline per
 * call is armed and cancelled far more often than it fires.
 */
export class SystemClock implements Clock {
  readonly #timers = new TimerLoop(true);
  readonly #backgroundTimers = new TimerLoop(false);

  now(): number {
    return performance.now();
  }

  epoch(): number {
    return performance.timeOrigin + performance.now();
  }

  setTimer(delayMs: number, fire: () => void): CancelTimer {
    return this.#timers.set(delayMs, fire);
  }

  setBackgroundTimer(delayMs: number, fire: () => void): CancelTimer {
    return this.#backgroundTimers.set(delayMs, fire);
  }
}
