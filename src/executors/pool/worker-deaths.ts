/** What becomes of the calls of a worker that dies, or that has to. */
import type { ToolError } from "../../core/tool-error.ts";
import type { FromWorker } from "../worker/protocol.ts";
import { crashError, crashingError } from "./crash-errors.ts";
import type { PoolCall } from "./pool-call.ts";
import type { PoolWorker } from "./pool-worker.ts";
import type { ToolBook } from "./tool-book.ts";
import type { WorkerCrew } from "./worker-crew.ts";
import type { WorkerExit } from "./worker-transport.ts";

/** Times a repeatable call may have its worker die under it. */
const MAX_DEATHS = 2;

/** What they need of their pool. */
export interface WorkerDeathsParts {
  readonly crew: WorkerCrew;
  readonly tools: ToolBook;
  /** Puts calls back at the head of the line, in order. */
  readonly putBack: (calls: readonly PoolCall[]) => void;
  /** Answers a call that had begun with an error. */
  readonly fail: (call: PoolCall, error: ToolError) => void;
}

/** Answers the calls that had begun, or has them run once more; puts the others back in line. */
export class WorkerDeaths {
  readonly #parts: WorkerDeathsParts;

  constructor(parts: WorkerDeathsParts) {
    this.#parts = parts;
  }

  /** The worker names the call that will cost it its life, and lets the others finish. */
  foretold(worker: PoolWorker, message: Extract<FromWorker, { type: "crashing" }>): void {
    worker.state = "retiring";
    this.#parts.putBack(worker.takeBack());
    const call = message.seq === undefined ? undefined : worker.settle(message.seq);
    if (call === undefined) return;
    const { workerId, stderrTail } = worker.transport;
    const error = crashingError(call.tool.name, message.error, { workerId, stderrTail });
    this.#parts.tools.blame(call.tool, error, true);
    this.#outlived(call, error);
  }

  /** The worker has gone, with the calls that it had begun. */
  happened(worker: PoolWorker, exit: WorkerExit): void {
    this.#parts.putBack(worker.takeBack());
    const { killReason, transport } = worker;
    const death = { workerId: transport.workerId, exit, killReason };
    const calls = worker.takeAll();
    if (killReason?.code !== "WORKER_CRASHED") {
      for (const tool of new Set(calls.map((call) => call.tool)))
        this.#parts.tools.blame(tool, crashError(tool.name, death), calls.length === 1);
    }
    // The last first, for each goes back to the head of the line.
    for (const call of calls.toReversed()) this.#outlived(call, crashError(call.tool.name, death));
  }

  /** The worker begins nothing: something that a tool left behind keeps it busy, perhaps for ever. */
  isDue(worker: PoolWorker): void {
    // What was given up once before may simply take long to arrive: its deadline decides.
    if (worker.calls.some((call) => call.moved)) return;
    const calls = worker.takeBack();
    this.#parts.putBack(calls);
    if (worker.load > 0) return;
    for (const call of calls) call.moved = true;
    const because = "it did not begin the calls it was given";
    this.#parts.crew.kill(worker, { code: "WORKER_CRASHED", because });
  }

  /** A call whose worker died under it: answered, or run once more where that does no harm. */
  #outlived(call: PoolCall, error: ToolError): void {
    const { repeatable, quarantine } = call.tool;
    call.endWork();
    call.deaths += 1;
    const again = repeatable && call.deaths < MAX_DEATHS && !quarantine.isOn && !call.answered;
    if (!again) return this.#parts.fail(call, error);
    call.alone = true;
    this.#parts.putBack([call]);
  }
}
