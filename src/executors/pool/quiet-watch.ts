import type { Clock } from "../../time/clock.ts";
import type { PoolWorker } from "./pool-worker.ts";

/** How often workers with calls are looked at. Milliseconds. */
const LOOK_MS = 20;
/** Looks after which a worker that does not even begin its calls is given up: about 1.3 s. A power of two. */
const DEAF_LOOKS = 64;

/** What is done at each look. */
export interface QuietListener {
  /** A look is taken, whether anybody is quiet or not. */
  onLook(): void;
  /** It computes for long, or is busy with something else. Called at growing distances. */
  onBusy(worker: PoolWorker): void;
  /** It has been quiet for so long that it may never come back. */
  onDeaf(worker: PoolWorker): void;
}

/** Finds workers that have calls and have said nothing from one look to the next. */
export class QuietWatch {
  readonly #clock: Clock;
  readonly #workers: ReadonlySet<PoolWorker>;
  readonly #listener: QuietListener;
  #isLooking = false;

  constructor(clock: Clock, workers: ReadonlySet<PoolWorker>, listener: QuietListener) {
    this.#clock = clock;
    this.#workers = workers;
    this.#listener = listener;
  }

  /**
   * Goes on looking while a worker has calls, and once more. The look that finds nothing to do is cheaper than
   * a timer set and taken back for each call; the workers, not the looks, keep the program alive.
   */
  update(): void {
    if (this.#isLooking) return;
    for (const { load, canRelease } of this.#workers) this.#isLooking ||= load > 0 || canRelease;
    if (this.#isLooking) this.#clock.setBackgroundTimer(LOOK_MS, () => this.#look());
  }

  #look(): void {
    this.#isLooking = false;
    this.#listener.onLook();
    for (const worker of this.#workers) {
      if (worker.state !== "ready" || worker.load === 0) continue;
      const looks = worker.look();
      if (looks === DEAF_LOOKS) this.#listener.onDeaf(worker);
      else if (looks > 1 && isPowerOfTwo(looks)) this.#listener.onBusy(worker);
    }
    this.update();
  }
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0;
}
