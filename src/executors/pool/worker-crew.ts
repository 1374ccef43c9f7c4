/** The workers of a pool: starts them, finds one for a call, and lets them go. */
import type { Clock } from "../../time/clock.ts";
import type { Frame, FromWorker } from "../worker/protocol.ts";
import { stillborn } from "./crash-errors.ts";
import type { PoolCall } from "./pool-call.ts";
import type { ResolvedPoolOptions } from "./pool-options.ts";
import { PoolWorker } from "./pool-worker.ts";
import type { OpenTransport, WorkerExit } from "./worker-transport.ts";

/** Workers that may die in a row before they were ready, before the crew gives up for the moment. */
const MAX_FAILED_STARTS = 3;
/** How long an idle worker may take to leave when told to, before it is killed. Milliseconds. */
const CLOSE_GRACE_MS = 1_000;

/** What a crew is made of. */
export interface CrewParts {
  readonly open: OpenTransport;
  readonly options: ResolvedPoolOptions;
  readonly clock: Clock;
}

/** What a crew tells its pool. */
export interface CrewListener {
  onFrame(worker: PoolWorker, frame: Frame<FromWorker>): void;
  /** A worker has gone; its calls are still in it. */
  onExit(worker: PoolWorker, exit: WorkerExit): void;
  /** No worker can be started; this is how the last one ended. */
  onNeverStarted(exit: WorkerExit): void;
}

/** The workers of a pool. */
export class WorkerCrew {
  readonly #parts: CrewParts;
  readonly #listener: CrewListener;
  readonly #workers = new Set<PoolWorker>();
  #failedStarts = 0;

  constructor(parts: CrewParts, listener: CrewListener) {
    this.#parts = parts;
    this.#listener = listener;
  }

  /** Every worker that is not gone. */
  get workers(): ReadonlySet<PoolWorker> {
    return this.#workers;
  }

  /** The least loaded worker that may take a call now; undefined when none may. */
  bestFor(call: PoolCall): PoolWorker | undefined {
    let best: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (!worker.accepts(call) || (best !== undefined && best.load <= worker.load)) continue;
      best = worker;
      if (best.load === 0) break;
    }
    return best;
  }

  /** The worker that has a call; undefined when none has. */
  holderOf(call: PoolCall): PoolWorker | undefined {
    return this.#workers.values().find((worker) => worker.find(call.seq) === call);
  }

  /** Starts workers for calls that no worker takes, as far as the crew may grow. */
  growFor(waiting: number): void {
    let starting = 0;
    for (const worker of this.#workers) if (worker.state === "starting") starting += 1;
    while (starting < waiting && this.#workers.size < this.#parts.options.max) {
      if (this.#start()) starting += 1;
      else if (this.#hasGivenUp()) return;
    }
  }

  /** A worker says that it can be given calls. */
  welcome(worker: PoolWorker): void {
    worker.isReady();
    this.#failedStarts = 0;
  }

  /** Ends a worker at once; those it takes along are told why. */
  kill(worker: PoolWorker, reason: string): void {
    worker.killReason ??= reason;
    worker.state = "retiring";
    worker.transport.kill();
  }

  /**
   * Sees to those with nothing to do: they must not keep the program alive, leave when the pool closes,
   * and go for good when they are retiring.
   */
  tidy(isClosing: boolean): void {
    const { killGraceMs } = this.#parts.options;
    for (const worker of this.#workers) {
      if (isClosing && worker.load === 0) this.#dismiss(worker);
      if (worker.state === "retiring" && worker.load === 0) this.#endAfter(killGraceMs, worker);
      worker.updateReference();
    }
  }

  /** False when not even that could be done; the failure is counted. */
  #start(): boolean {
    const { open, clock } = this.#parts;
    let worker: PoolWorker | undefined;
    try {
      const transport = open({
        onFrame: (frame) => worker && this.#listener.onFrame(worker, frame),
        onExit: (exit) => worker && this.#onExit(worker, exit),
      });
      worker = new PoolWorker(transport, () => clock.now());
      this.#workers.add(worker);
      return true;
    } catch (cause) {
      this.#onFailedStart(stillborn(cause));
      return false;
    }
  }

  /** The count starts anew once it has given up. */
  #hasGivenUp(): boolean {
    return this.#failedStarts === 0;
  }

  #dismiss(worker: PoolWorker): void {
    if (worker.state === "starting") worker.transport.kill();
    if (worker.state === "ready") {
      worker.tell({ type: "close" });
      this.#endAfter(CLOSE_GRACE_MS, worker);
    }
    worker.state = "retiring";
  }

  /** A worker with nothing left to do should leave by itself; a tool may have seen to it that it cannot. */
  #endAfter(ms: number, worker: PoolWorker): void {
    worker.cancelTimer ??= this.#parts.clock.setTimer(ms, () => worker.transport.kill());
  }

  #onExit(worker: PoolWorker, exit: WorkerExit): void {
    const wasStarting = worker.state === "starting";
    worker.state = "gone";
    worker.cancelTimer?.();
    this.#workers.delete(worker);
    this.#listener.onExit(worker, exit);
    if (wasStarting) this.#onFailedStart(exit);
  }

  #onFailedStart(exit: WorkerExit): void {
    this.#failedStarts += 1;
    if (this.#failedStarts < MAX_FAILED_STARTS) return;
    this.#failedStarts = 0;
    this.#listener.onNeverStarted(exit);
  }
}
