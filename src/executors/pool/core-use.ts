import type { PoolWorker } from "./pool-worker.ts";
import type { TaskTimes } from "./task-times.ts";

interface Reading extends TaskTimes {
  readonly at: number;
}

/** Measurements that must agree. */
const LOOKS = 3;
/** How much of what was seen before a look still counts after it. */
const KEPT = 3 / 4;
/** Looks without a measurement after which the ones before are forgotten. */
const MAX_SKIPPED = 10;

/**
 * How many of a pool's workers compute at once, on average between two looks.
 *
 * Two things are asked of each worker, and the higher answer counts. How much its thread computed or
 * waited for a core since the last look: a machine that is busy with something else is not taken for workers
 * that wait. And how much calls of the tool it runs compute on average, with what they waited for cores: a pool
 * that is too slow to hand out the next call is not taken for one either.
 */
export class CoreUse {
  readonly #last = new WeakMap<PoolWorker, Reading>();
  #measured: number[] = [];
  /** What workers computed lately, and how much of that they were on a core. */
  #computingMs = 0;
  #cpuMs = 0;
  /** Looks in a row at which nothing was measured. */
  #skipped = 0;

  /** The highest of the last measurements; undefined while there are too few in a row. */
  get computing(): number | undefined {
    return this.#measured.length < LOOKS ? undefined : Math.max(...this.#measured);
  }

  /**
   * Measures what the busy ones among `workers` have done since the last look. While some of them start this says
   * nothing of what all will do, and does not count.
   */
  look(workers: Iterable<PoolWorker>, now: number): void {
    let computing = 0;
    let starting = 0;
    this.#computingMs *= KEPT;
    this.#cpuMs *= KEPT;
    for (const worker of workers) {
      if (worker.state === "starting") starting += 1;
      else if (worker.state === "ready" && worker.load > 0) computing += this.#shareOf(worker, now);
    }
    this.#skipped = 0;
    if (starting === 0) this.#measured = [...this.#measured, computing].slice(-LOOKS);
  }

  /** Nothing waits, so nobody measured. After a while what was measured says nothing of what comes. */
  skip(): void {
    this.#skipped += 1;
    if (this.#skipped > MAX_SKIPPED) this.#measured = [];
  }

  /** From 0 to 1; 1 while nothing is known. */
  #shareOf(worker: PoolWorker, now: number): number {
    const [call] = worker.running;
    const ofTool = call?.tool.profile.computingShare ?? 1;
    const times = worker.readTimes();
    if (times === undefined) return ofTool;
    const last = this.#last.get(worker);
    this.#last.set(worker, { at: now, ...times });
    if (last === undefined || now <= last.at) return 1;
    const computingMs = times.computingMs - last.computingMs;
    this.#computingMs += computingMs;
    this.#cpuMs += times.cpuMs - last.cpuMs;
    return Math.min(1, Math.max(ofTool * this.#stretch, computingMs / (now - last.at)));
  }

  /** How many times longer computing takes than on a machine of one's own. */
  get #stretch(): number {
    return this.#cpuMs > 0 ? this.#computingMs / this.#cpuMs : 1;
  }
}
