/**
 * What a pool has learned about a tool, and how many of its calls it therefore gives to one worker.
 *
 *   unknown, or has killed a worker   one call, alone in its worker
 *   computes                          as many as take about PIPELINE_MS, one after the other
 *   waits (I/O)                       many at once, interleaved on the worker's event loop; so do the tools
 *                                     of a source from the start, for theirs is work of another program
 *
 * The second row is what makes small calls cheap: they travel in batches. A tool that turns out to
 * take long soon has a window of 1, so that no call queues in a worker behind another; a single long
 * call among thousands (a garbage collection, a busy machine) does not cost it its batches.
 */
import { RING_SLOTS } from "../worker/claims.ts";
import type { RunTimes } from "../worker/protocol.ts";

/** Work that may be queued in a worker beyond what runs. Milliseconds. */
const PIPELINE_MS = 2;
/** Most calls of a computing tool in one worker. */
const MAX_PIPELINED = 512;
/** Waiting below this is noise. Milliseconds. */
const LEAST_WAIT_MS = 1;
/** Weight of the newest call in the averages. */
const NEWEST = 1 / 16;
/** Calls after a death that must end well before a tool gets company in its worker again; twice as many after each more. */
const FORGIVEN_AFTER = 16;
const MAX_DOUBLINGS = 6;
/** How many deviations above its mean a call is expected to be busy at most. */
const DEVIATIONS = 4;

/** How calls of a tool may share a worker. */
export interface WorkerShare {
  /** Calls sent to one worker and not answered. */
  readonly window: number;
  /** Of those, how many may have begun at once. */
  readonly concurrency: number;
}

/** What is known of a tool before it has run. */
export interface ToolNature {
  /** Its calls do nothing but wait for another program, however soon that answers. Default false. */
  readonly waits?: boolean;
}

const ALONE: WorkerShare = { window: 1, concurrency: 1 };

/** The profile of one tool in one pool. */
export class ToolProfile {
  readonly #maxConcurrency: number;
  readonly #maxPipelined: number;
  readonly #alwaysWaits: boolean;
  #completed = 0;
  #deaths = 0;
  /** Calls that ended since the last death. */
  #survived = 0;
  #cpuMs = 0;
  #busyMs = 0;
  #busyDeviationMs = 0;
  #waitMs = 0;
  #share = ALONE;

  /**
   * @param maxConcurrency - Most calls of a waiting tool begun at once in one worker.
   * @param maxPipelined - Most calls of a computing tool in one worker.
   */
  constructor(
    maxConcurrency: number,
    maxPipelined: number = MAX_PIPELINED,
    { waits = false }: ToolNature = {},
  ) {
    this.#maxConcurrency = Math.min(maxConcurrency, RING_SLOTS);
    this.#maxPipelined = maxPipelined;
    this.#alwaysWaits = waits;
    this.#updateShare();
  }

  /** How its calls may share a worker from now on. */
  get share(): WorkerShare {
    return this.#share;
  }

  /** Whether calls of it have ended, and none has killed a worker lately. */
  get isProven(): boolean {
    return this.#completed > 0 && this.#deaths === 0;
  }

  /** Of the time its calls hold their worker, how much they compute: 0 to 1. 1 while nothing is known. */
  get computingShare(): number {
    return this.#busyMs > 0 ? Math.min(1, this.#cpuMs / this.#busyMs) : 1;
  }

  /** A call has ended by itself. @param ranAlone - Whether nothing else ran in its worker meanwhile. */
  learn({ runMs, busyMs = runMs, cpuMs = busyMs }: RunTimes, ranAlone: boolean): void {
    this.#completed += 1;
    if (this.#deaths > 0) this.#forgive();
    const weight = this.#completed === 1 ? 1 : NEWEST;
    const surprise = busyMs - this.#busyMs;
    this.#busyMs += weight * surprise;
    this.#busyDeviationMs += NEWEST * (Math.abs(surprise) - this.#busyDeviationMs);
    this.#cpuMs += weight * (cpuMs - this.#cpuMs);
    // Beside others the loop's busy time is theirs as well, and says nothing about this tool.
    if (ranAlone) this.#waitMs += weight * (runMs - busyMs - this.#waitMs);
    this.#updateShare();
  }

  /** A call of it was running when its worker died. It runs alone until many have ended well. */
  blame(): void {
    this.#deaths += 1;
    this.#survived = 0;
    this.#share = ALONE;
  }

  #forgive(): void {
    this.#survived += 1;
    const enough = FORGIVEN_AFTER * 2 ** Math.min(this.#deaths - 1, MAX_DOUBLINGS);
    if (this.#survived >= enough) this.#deaths = 0;
  }

  /** The longest a call is busy, but for rare ones: mean and deviation as in TCP's timer (Jacobson, 1988). */
  get #longestBusyMs(): number {
    return this.#busyMs + DEVIATIONS * this.#busyDeviationMs;
  }

  #updateShare(): void {
    const window = this.#nextWindow();
    const concurrency = this.#waits ? window : 1;
    const { share } = this;
    // Most calls change nothing, and what everybody looks at need not be new each time.
    if (window !== share.window || concurrency !== share.concurrency)
      this.#share = { window, concurrency };
  }

  get #waits(): boolean {
    return this.#deaths === 0 && (this.#alwaysWaits || this.#waitMs >= LEAST_WAIT_MS);
  }

  #nextWindow(): number {
    if (this.#deaths > 0) return 1;
    if (this.#waits) return this.#maxConcurrency;
    const fitting = Math.floor(PIPELINE_MS / this.#longestBusyMs);
    const most = Math.min(2 ** this.#completed, this.#maxPipelined);
    return Math.min(Math.max(fitting, 1), most);
  }
}
