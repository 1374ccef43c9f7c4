import type { CancelTimer, Clock } from "../../time/clock.ts";
import type { PoolWorker } from "./pool-worker.ts";

/** How often workers with calls are looked at. Milliseconds. */
const LOOK_MS = 20;

/**
 * Finds workers that have calls and have said nothing from one look to the next: those that compute
 * for long, and those that will never answer again.
 */
export class QuietWatch {
  readonly #clock: Clock;
  readonly #workers: ReadonlySet<PoolWorker>;
  readonly #onQuiet: (worker: PoolWorker) => void;
  #cancelTimer: CancelTimer | undefined;

  /** @param onQuiet - Called at every look at which a worker is quiet. */
  constructor(
    clock: Clock,
    workers: ReadonlySet<PoolWorker>,
    onQuiet: (worker: PoolWorker) => void,
  ) {
    this.#clock = clock;
    this.#workers = workers;
    this.#onQuiet = onQuiet;
  }

  /** Goes on looking while a worker has calls, and stops when none has. */
  update(): void {
    const needed = this.#workers.values().some((worker) => worker.load > 0);
    if (needed) this.#cancelTimer ??= this.#clock.setTimer(LOOK_MS, () => this.#look());
    else this.#stop();
  }

  #look(): void {
    this.#cancelTimer = undefined;
    for (const worker of this.#workers) {
      if (worker.state === "ready" && worker.load > 0 && worker.growsQuiet()) this.#onQuiet(worker);
    }
    this.update();
  }

  #stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
