import type { WorkerExit } from "./worker-transport.ts";

/** Workers that may die in a row before they were ready, before the pool pauses. */
const MAX_FAILURES = 3;
/** As many more may be ended by a signal: somebody outside kills what happens to start. */
const MAX_KILLED = 10;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Keeps a pool whose workers die before they are ready from starting one after the other for ever. After
 * some in a row it pauses; then a single worker is tried, and the pause doubles while that dies too.
 */
export class StartBackoff {
  #failures = 0;
  #killed = 0;
  #pauseMs = 0;
  #pausedUntil = -Infinity;
  #lastExit: WorkerExit | undefined;

  /** How the last worker ended that never was ready; undefined while starts succeed. */
  get lastExit(): WorkerExit | undefined {
    return this.#lastExit;
  }

  /** How many workers may be started now, when `starting` do already. */
  allowance(starting: number, now: number): number {
    if (now < this.#pausedUntil) return 0;
    return this.#pauseMs === 0 ? Infinity : Math.max(0, 1 - starting);
  }

  /** Milliseconds until the next start; 0 when none has to be waited for. */
  retryAfterMs(now: number): number {
    return Math.max(0, this.#pausedUntil - now);
  }

  /** A worker is ready. */
  succeeded(): void {
    this.#failures = 0;
    this.#killed = 0;
    this.#pauseMs = 0;
    this.#pausedUntil = -Infinity;
    this.#lastExit = undefined;
  }

  /** A worker ended before it was ready. True when that was one too many: the pause begins. */
  failed(exit: WorkerExit, now: number): boolean {
    this.#lastExit = exit;
    if (exit.signal === null) this.#failures += 1;
    else this.#killed += 1;
    const goesOn =
      this.#pauseMs === 0 && this.#failures < MAX_FAILURES && this.#killed < MAX_KILLED;
    if (goesOn) return false;
    this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    this.#pausedUntil = now + this.#pauseMs;
    return true;
  }
}
