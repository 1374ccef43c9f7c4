import type { CancelTimer } from "./clock.ts";
import { TimerHeap, type TimerEntry } from "./timer-heap.ts";

/** Longest delay Node's `setTimeout` can hold; longer ones are re-armed. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Many timers on one heap and one Node timer, which keeps the program alive or does not. */
export class TimerLoop {
  readonly #keepsAlive: boolean;
  readonly #heap = new TimerHeap();
  #timeout: NodeJS.Timeout | undefined;
  #armedFor = Infinity;

  constructor(keepsAlive: boolean) {
    this.#keepsAlive = keepsAlive;
  }

  /** Calls `fire` once after `delayMs` milliseconds; what is no number above 0 counts as 0. */
  set(delayMs: number, fire: () => void): CancelTimer {
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
    if (!this.#keepsAlive) this.#timeout.unref();
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
