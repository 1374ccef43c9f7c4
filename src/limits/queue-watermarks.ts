/** When a queue counts as congested, and when that is over. Between its marks it stays what it is. */
import type { QueueOptions } from "./limit-options.ts";

/** From how many on a queue is congested, and down to how many until it is relieved. */
export interface Watermarks {
  readonly high: number;
  readonly low: number;
}

/**
 * Fills in the defaults of a queue's watermarks: 80 % of `max`, and half of that. Undefined when there are none: for a
 * queue without end and without `high`, and for one in which nobody may wait.
 */
export function resolveWatermarks({
  max = Infinity,
  high,
  low,
}: QueueOptions): Watermarks | undefined {
  const resolved = high ?? (max === Infinity || max === 0 ? undefined : Math.ceil(max * 0.8));
  if (resolved === undefined) return undefined;
  return { high: resolved, low: low ?? Math.floor(resolved / 2) };
}

/** Tells when a queue becomes congested and when it is relieved. */
export class QueueWatermarks {
  readonly #marks: Watermarks;
  #isCongested = false;

  constructor(marks: Watermarks) {
    this.#marks = marks;
  }

  /** Those of a queue; undefined when it has none. */
  static of(queue: QueueOptions): QueueWatermarks | undefined {
    const marks = resolveWatermarks(queue);
    return marks && new QueueWatermarks(marks);
  }

  /** Whether it is congested. */
  get isCongested(): boolean {
    return this.#isCongested;
  }

  /** It was congested, and so many wait now: whether it still is. */
  resume(queued: number): boolean {
    this.#isCongested = queued > this.#marks.low;
    return this.#isCongested;
  }

  /** So many wait now; says what that changes. */
  change(queued: number): "congested" | "relieved" | undefined {
    const { high, low } = this.#marks;
    if (this.#isCongested ? queued > low : queued < high) return undefined;
    this.#isCongested = !this.#isCongested;
    return this.#isCongested ? "congested" : "relieved";
  }
}
