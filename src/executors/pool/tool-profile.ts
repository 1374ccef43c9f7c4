/**
 * What a pool has learned about a tool, and how many of its calls it therefore gives to one worker.
 *
 *   unknown, or has killed a worker   one call, alone in its worker
 *   computes                          as many as take about PIPELINE_MS, one after the other
 *   waits (I/O)                       many at once, interleaved on the worker's event loop
 *
 * The second row is what makes small calls cheap: they travel in batches. A long one shrinks its
 * tool's window to 1, so that no call queues in a worker behind it.
 */
import { RING_SLOTS } from "../worker/claims.ts";
import type { RunTimes } from "../worker/protocol.ts";

/** Work that may be queued in a worker beyond what runs. Milliseconds. */
const PIPELINE_MS = 2;
/** Most calls of a computing tool in one worker. */
const MAX_PIPELINED = 512;
/** Waiting below this is noise. Milliseconds. */
const LEAST_WAIT_MS = 1;
/** Share by which the longest busy stretch fades with each call, so that one outlier is forgotten. */
const FADING = 0.98;
/** Weight of the newest call in the averages. */
const NEWEST = 0.2;

/** How calls of a tool may share a worker. */
export interface WorkerShare {
  /** Calls sent to one worker and not answered. */
  readonly window: number;
  /** Of those, how many may have begun at once. */
  readonly concurrency: number;
}

const ALONE: WorkerShare = { window: 1, concurrency: 1 };

/** The profile of one tool in one pool. */
export class ToolProfile {
  readonly #maxConcurrency: number;
  #completed = 0;
  #deaths = 0;
  #longestBusyMs = 0;
  #waitMs = 0;
  #window = 1;
  #share = ALONE;

  /** @param maxConcurrency - Most calls of a waiting tool begun at once in one worker. */
  constructor(maxConcurrency: number) {
    this.#maxConcurrency = Math.min(maxConcurrency, RING_SLOTS);
  }

  /** How its calls may share a worker from now on. */
  get share(): WorkerShare {
    return this.#share;
  }

  /** A call has ended by itself. @param ranAlone - Whether nothing else ran in its worker meanwhile. */
  learn({ runMs, busyMs }: RunTimes, ranAlone: boolean): void {
    this.#completed += 1;
    this.#longestBusyMs = Math.max(busyMs, this.#longestBusyMs * FADING);
    const weight = this.#completed === 1 ? 1 : NEWEST;
    // Beside others the loop's busy time is theirs as well, and says nothing about this tool.
    if (ranAlone) this.#waitMs += weight * (runMs - busyMs - this.#waitMs);
    this.#window = this.#nextWindow();
    this.#share = this.#nextShare();
  }

  /** A call of it was running when its worker died. It runs alone from now on. */
  blame(): void {
    this.#deaths += 1;
    this.#share = ALONE;
  }

  #nextWindow(): number {
    if (this.#longestBusyMs < PIPELINE_MS / 2) return Math.min(this.#window * 2, MAX_PIPELINED);
    return Math.max(1, Math.floor(PIPELINE_MS / this.#longestBusyMs));
  }

  #nextShare(): WorkerShare {
    if (this.#deaths > 0) return ALONE;
    if (this.#waitMs < LEAST_WAIT_MS) return { window: this.#window, concurrency: 1 };
    return { window: this.#maxConcurrency, concurrency: this.#maxConcurrency };
  }
}
