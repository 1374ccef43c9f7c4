import type { CancelTimer, Clock } from "../time/clock.ts";
import { TimerHeap } from "../time/timer-heap.ts";

/** A clock that moves only when told: tests of waiting take no time and are exact. */
export class VirtualClock implements Clock {
  readonly #heap = new TimerHeap();
  #now = 0;

  now(): number {
    return this.#now;
  }

  epoch(): number {
    return this.#now;
  }

  setTimer(delayMs: number, fire: () => void): CancelTimer {
    const entry = this.#heap.add(this.#now + (delayMs > 0 ? delayMs : 0), fire);
    return () => this.#heap.remove(entry);
  }

  setBackgroundTimer(delayMs: number, fire: () => void): CancelTimer {
    return this.setTimer(delayMs, fire);
  }

  /** Timers that wait. */
  get pendingTimers(): number {
    return this.#heap.size;
  }

  /** Moves on by `ms`, firing what falls due in order, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    await settle();
    for (let due = this.#heap.takeDue(target); due; due = this.#heap.takeDue(target)) {
      this.#now = Math.max(this.#now, due.at);
      due.fire();
      await settle();
    }
    this.#now = target;
  }
}

/** Lets every promise that can settle now do so. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
