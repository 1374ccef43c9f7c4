/**
 * How many workers a pool should have, and why.
 *
 *   fewer than `min`                               start the missing ones
 *   calls wait, fewer workers than cores           start one for each
 *   calls have waited, and cores are left unused   up to as many again, never beyond `max`
 *   every worker is busy, fewer than cores         start spares, so that the next call finds one
 *
 * The third row is for calls that hold their worker without computing (a blocking wait, an `execFileSync`).
 * The right number for these is cores · wall time / computing time (Goetz, "Java Concurrency in Practice",
 * 8.2); it is approached by doubling, with a look in between, so that one odd moment does little.
 */
import { availableParallelism } from "node:os";
import type { ResizeReason } from "../../core/pool-event.ts";

/** How long calls wait before the pool grows past the cores. Milliseconds. */
const GROW_AFTER_MS = 20;
/** Of the cores, how much must be left unused for that. */
const UNUSED = 0.4;

/** What a sizer is told about its pool. */
export interface PoolDemand {
  /** Workers, starting ones included. */
  readonly size: number;
  /** Workers that are not ready yet. */
  readonly starting: number;
  /** Workers that are ready and have nothing to do. */
  readonly idle: number;
  /** Calls that no worker takes at the moment. */
  readonly waiting: number;
  /** How long the first of them has waited. Milliseconds. */
  readonly oldestWaitMs: number;
  /** How many workers computed at once lately, on average; undefined when that is not known (yet). */
  readonly computing: number | undefined;
}

/** Workers to start, and why. */
export interface Growth {
  readonly start: number;
  readonly reason: ResizeReason;
}

/** Settings of a {@link PoolSizer}. */
export interface PoolSizerOptions {
  readonly min: number;
  readonly max: number;
  /** Idle workers to keep ready while others are busy. Integer from 0. */
  readonly spares: number;
}

/** Decides how a pool grows. It has no clock and no state. */
export class PoolSizer {
  readonly #options: PoolSizerOptions;
  readonly #cores: number;

  /** @param cores - How many workers can compute at once. Default: what Node says. */
  constructor(options: PoolSizerOptions, cores: number = availableParallelism()) {
    this.#options = options;
    this.#cores = cores;
  }

  /** Workers to start now; undefined when there are enough. */
  grow(demand: PoolDemand): Growth | undefined {
    const { size, starting, waiting } = demand;
    const missing = waiting - starting;
    if (missing > 0 && size < this.#enoughToCompute) {
      return { start: Math.min(missing, this.#enoughToCompute - size), reason: "calls-wait" };
    }
    if (size < this.#options.min) return { start: this.#options.min - size, reason: "minimum" };
    const blocked = missing > 0 && starting === 0 ? this.#growthPastCores(demand) : 0;
    return blocked > 0 ? { start: Math.min(missing, blocked), reason: "blocking-wait" } : undefined;
  }

  /** Workers to start so that some are ready for the calls to come; undefined when enough are. */
  spare({ size, starting, idle }: PoolDemand): Growth | undefined {
    const missing = this.#options.spares - idle - starting;
    const start = Math.min(missing, this.#enoughToCompute - size);
    return size > 0 && start > 0 ? { start, reason: "spare" } : undefined;
  }

  /** Workers that are not let go, however long some of them are idle, while `busy` have calls. */
  keep(busy: number): number {
    const { min, spares } = this.#options;
    if (busy === 0) return min;
    return Math.max(min, busy, Math.min(busy + spares, this.#enoughToCompute));
  }

  /** Workers up to which computing calls gain from one more. */
  get #enoughToCompute(): number {
    const { min, max } = this.#options;
    return Math.min(max, Math.max(min, this.#cores));
  }

  #growthPastCores({ size, oldestWaitMs, computing }: PoolDemand): number {
    const isNeeded = oldestWaitMs >= GROW_AFTER_MS && size < this.#options.max;
    if (!isNeeded || computing === undefined || computing > this.#cores * (1 - UNUSED)) return 0;
    const right = Math.ceil((size * this.#cores) / Math.max(computing, Number.EPSILON));
    return Math.min(right - size, size, this.#options.max - size);
  }
}
