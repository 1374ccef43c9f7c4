/** Time as a parameter: everything that waits or measures is given a {@link Clock}. */
import { TimerHeap, type TimerEntry } from "./timer-heap.ts";

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
}

/** Takes a timer back. Calling it late or twice does nothing. */
export type CancelTimer = () => void;

/** Longest delay Node's `setTimeout` can hold; longer ones are re-armed. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * The machine's clock. All its timers share one heap and one Node timer, because a deadline per
 * call is armed and cancelled far more often than it fires.
 */
export class SystemClock implements Clock {
  readonly #heap = new TimerHeap();
  #timeout: NodeJS.Timeout | undefined;
  #armedFor = Infinity;

  now(): number {
    return performance.now();
  }

  epoch(): number {
    return performance.timeOrigin + performance.now();
  }

  setTimer(delayMs: number, fire: () => void): CancelTimer {
    // One NaN in the heap would leave every timer behind it unfired.
    const entry = this.#heap.add(performance.now() + (delayMs > 0 ? delayMs : 0), fire);
    if (entry.at < this.#armedFor) this.#arm(entry.at);
    return () => this.#cancel(entry);
  }

  #cancel(entry: TimerEntry): void {
    this.#heap.remove(entry);
    if (this.#heap.size === 0) this.#disarm();
  }

  #arm(at: number): void {
    clearTimeout(this.#timeout);
    this.#armedFor = at;
    // Node rounds down and may fire up to a millisecond early.
    const delayMs = Math.ceil(at - performance.now());
    this.#timeout = setTimeout(() => this.#fire(), Math.min(Math.max(delayMs, 1), MAX_TIMEOUT_MS));
  }

  #disarm(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    this.#armedFor = Infinity;
  }

  #fire(): void {
    this.#disarm();
    const now = performance.now();
    try {
      for (let due = this.#heap.takeDue(now); due; due = this.#heap.takeDue(now)) due.fire();
    } finally {
      const next = this.#heap.nextAt;
      if (next < this.#armedFor) this.#arm(next);
    }
  }
}
