import type { CancelTimer, Clock } from "../../time/clock.ts";

/** News within so many milliseconds of the first are one. */
const GATHERED_MS = 20;

/**
 * Tells of news that come in bursts, a moment after the first of each burst. The moment is not put off by more news: a
 * server that has some all the time would never be heard.
 */
export class GatheredNews {
  readonly #clock: Clock;
  readonly #tell: () => void;
  #cancel: CancelTimer | undefined;

  constructor(clock: Clock, tell: () => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** There is news. */
  heard(): void {
    this.#cancel ??= this.#clock.setBackgroundTimer(GATHERED_MS, () => {
      this.#cancel = undefined;
      this.#tell();
    });
  }

  /** Forgets what has not been told. */
  forget(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
