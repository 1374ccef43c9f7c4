import type { PoolWorker } from "./pool-worker.ts";

interface Reading {
  readonly at: number;
  readonly computingMs: number;
}

/**
 * How many of a pool's workers compute at once, on average between two looks. A worker that waits in a
 * blocking call does not count; one that waits for a core does, so that a busy machine is not taken for
 * idle workers.
 */
export class CoreUse {
  readonly #last = new WeakMap<PoolWorker, Reading>();
  #previous: number | undefined;
  #computing: number | undefined;

  /** The higher one of the last two measurements; undefined before there are two, and after a pause. */
  get computing(): number | undefined {
    if (this.#computing === undefined || this.#previous === undefined) return undefined;
    return Math.max(this.#computing, this.#previous);
  }

  /** Measures what the busy ones among `workers` have done since the last look. */
  look(workers: Iterable<PoolWorker>, now: number): void {
    let computing = 0;
    let isComplete = true;
    for (const worker of workers) {
      if (worker.state !== "ready" || worker.load === 0) continue;
      const share = this.#shareOf(worker, now);
      computing += share ?? 0;
      isComplete &&= share !== undefined;
    }
    this.#previous = this.#computing;
    this.#computing = isComplete ? computing : undefined;
  }

  /** Nothing waits, so nobody looked: what was measured before says nothing of what comes. */
  forget(): void {
    this.#previous = undefined;
    this.#computing = undefined;
  }

  /** From 0 to 1; undefined at the first look at a worker. */
  #shareOf(worker: PoolWorker, now: number): number | undefined {
    const computingMs = worker.readTimes()?.computingMs;
    if (computingMs === undefined) return shareByProfile(worker);
    const last = this.#last.get(worker);
    this.#last.set(worker, { at: now, computingMs });
    if (last === undefined || now <= last.at) return undefined;
    return Math.min(1, (computingMs - last.computingMs) / (now - last.at));
  }
}

/** Where the system tells nothing of a thread: as its calls did on average. */
function shareByProfile(worker: PoolWorker): number {
  const [call] = worker.running;
  return call?.tool.profile.computingShare ?? 1;
}
