/** Calls that were answered because their time was up, while their work goes on. */
import type { Clock } from "../../time/clock.ts";
import type { PoolCall } from "./pool-call.ts";
import type { PoolWorker } from "./pool-worker.ts";
import type { WorkerCrew } from "./worker-crew.ts";

/** What they need of their pool. */
export interface OverdueParts {
  readonly clock: Clock;
  readonly crew: WorkerCrew;
  /** How long such a call has to stop by itself. Milliseconds. */
  readonly killGraceMs: number;
  /** A worker gets no more calls: those that it has not begun are to be taken back. */
  readonly onRetired: (worker: PoolWorker) => void;
}

/** Ends workers whose overdue calls do not stop by themselves, when the calls beside these are done. */
export class OverdueCalls {
  readonly #parts: OverdueParts;

  constructor(parts: OverdueParts) {
    this.#parts = parts;
  }

  /** Gives a call that was told to stop its time of grace. */
  watch(worker: PoolWorker, call: PoolCall): void {
    worker.ping();
    this.#parts.clock.setTimer(this.#parts.killGraceMs, () => {
      if (worker.find(call.seq) === call && worker.state !== "gone") this.#end(worker, call);
    });
  }

  #end(worker: PoolWorker, call: PoolCall): void {
    if (!call.began) return this.watch(worker, call);
    worker.state = "retiring";
    this.#parts.onRetired(worker);
    const others = worker.running.some((other) => !other.answered);
    if (others && worker.isResponsive) return this.watch(worker, call);
    const because = `${call.tool.name} did not stop when it was told to`;
    this.#parts.crew.kill(worker, { code: "WORKER_CRASHED", because });
  }
}
