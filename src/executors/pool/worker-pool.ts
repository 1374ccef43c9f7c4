/**
 * Runs attempts on workers of one kind.
 *
 * Calls wait in one line, first come first served. A call leaves it for the least loaded worker that
 * may take it (see tool-profile.ts), and is answered once, whatever happens to that worker:
 *
 *   its worker dies, it had not begun            it goes back to the head of the line
 *   its worker dies, it had begun, repeatable    it runs once more, alone in its worker
 *   its worker dies, it had begun                WORKER_CRASHED or MEMORY_EXCEEDED
 *   its deadline ends                            answered at once; the work is told, then killed
 */
import type { EventSink } from "../../core/call-event.ts";
import type { PoolEvent } from "../../core/pool-event.ts";
import type { PoolStats } from "../../core/registry-stats.ts";
import { serializeError } from "../../core/serialized-error.ts";
import { thrownText } from "../../core/thrown-text.ts";
import { ToolError } from "../../core/tool-error.ts";
import { type ConcreteMode, type Tool, isRepeatable } from "../../core/tool.ts";
import type { Clock } from "../../time/clock.ts";
import type { Attempt, AttemptOutcome, Executor } from "../executor.ts";
import type { Frame, FromWorker } from "../worker/protocol.ts";
import { CallLine } from "./call-line.ts";
import { crashError, crashingError, neverStarted } from "./crash-errors.ts";
import { PoolCall, type PoolTool } from "./pool-call.ts";
import type { PoolWorker } from "./pool-worker.ts";
import { refusalOf } from "./refusal.ts";
import { QuietWatch } from "./quiet-watch.ts";
import { ToolProfile } from "./tool-profile.ts";
import { type WorkerAnswer, outcomeOf } from "./worker-answer.ts";
import { type CrewParts, WorkerCrew } from "./worker-crew.ts";
import type { WorkerExit } from "./worker-transport.ts";

/** Times a repeatable call may have its worker die under it. */
const MAX_DEATHS = 2;

/** What a pool is given by those who make it, whatever kind of workers it has. */
export interface PoolSurroundings {
  readonly clock: Clock;
  /** Hears when the pool changes its size. Default: nobody. */
  readonly emit?: EventSink<PoolEvent> | undefined;
}

/** What a pool is made of. */
export interface PoolParts extends CrewParts, PoolSurroundings {
  readonly mode: Extract<ConcreteMode, "thread" | "process">;
}

/** An {@link Executor} over workers of one kind. */
export class WorkerPool implements Executor {
  readonly mode: PoolParts["mode"];
  readonly #parts: PoolParts;
  readonly #crew: WorkerCrew;
  readonly #line = new CallLine();
  readonly #watch: QuietWatch;
  readonly #tools = new WeakMap<Tool, PoolTool>();
  #toolCount = 0;
  #dispatchIsDue = false;
  #closing: { readonly resolve: () => void; readonly done: Promise<void> } | undefined;

  constructor(parts: PoolParts) {
    this.mode = parts.mode;
    this.#parts = parts;
    this.#crew = new WorkerCrew(parts, {
      onFrame: (worker, frame) => this.#onFrame(worker, frame),
      onExit: (worker, exit) => this.#onExit(worker, exit),
      onNeverStarted: (exit) => this.#onNeverStarted(exit),
    });
    this.#watch = new QuietWatch(parts.clock, this.#crew.workers, {
      onBusy: (worker) => this.#putBack(worker.takeBackWaiting()),
      onDeaf: (worker) => this.#onDeaf(worker),
    });
  }

  refuses(tool: Tool): ToolError | undefined {
    return refusalOf(tool, this.mode);
  }

  stats(): readonly PoolStats[] {
    return [];
  }

  execute(attempt: Attempt): Promise<AttemptOutcome> {
    return new Promise((resolve) => {
      const call = new PoolCall(attempt, this.#toolOf(attempt.tool), resolve);
      this.#line.add(call);
      call.watchDeadline(() => this.#cancel(call));
      this.#dispatchSoon();
    });
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#closing = { resolve, done: promise };
      this.#dispatchSoon();
    }
    return this.#closing.done;
  }

  destroy(): Promise<void> {
    const reason = new ToolError("CALL_CANCELLED", "The worker pool was destroyed.");
    for (const call of this.#line.takeAll()) this.#fail(call, reason, false);
    for (const worker of this.#crew.workers) {
      for (const call of worker.takeAll()) {
        this.#fail(call, reason, true);
        call.endWork();
      }
      this.#crew.kill(worker, "the worker pool was destroyed");
    }
    return this.close();
  }

  #toolOf(tool: Tool): PoolTool {
    const known = this.#tools.get(tool);
    if (known !== undefined) return known;
    if (tool.origin?.kind !== "module")
      throw new TypeError(`${tool.name} cannot leave this process.`);
    const made: PoolTool = {
      number: (this.#toolCount += 1),
      name: tool.name,
      origin: tool.origin,
      repeatable: isRepeatable(tool),
      profile: new ToolProfile(this.#parts.options.maxConcurrencyPerWorker),
    };
    this.#tools.set(tool, made);
    return made;
  }

  /** Calls that come in together leave together, in one frame per worker. */
  #dispatchSoon(): void {
    if (this.#dispatchIsDue) return;
    this.#dispatchIsDue = true;
    queueMicrotask(() => {
      this.#dispatchIsDue = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    for (let call = this.#line.first; call !== undefined; call = this.#line.first) {
      const worker = this.#crew.bestFor(call);
      if (worker === undefined) break;
      this.#line.shift();
      this.#give(worker, call);
    }
    for (const worker of this.#crew.workers) this.#flush(worker);
    this.#crew.growFor(this.#line.size);
    const isClosing = this.#closing !== undefined && this.#line.size === 0;
    this.#crew.tidy(isClosing);
    if (isClosing && this.#crew.workers.size === 0) this.#closing?.resolve();
    this.#watch.update();
  }

  #give(worker: PoolWorker, call: PoolCall): void {
    try {
      worker.take(call);
    } catch (thrown) {
      this.#fail(call, ToolError.from(thrown, call.tool.name), false);
    }
  }

  #flush(worker: PoolWorker): void {
    for (const { call, cause } of worker.flush()) {
      const message = `The input of ${call.tool.name} is too large for a worker: ${thrownText(cause)}`;
      this.#fail(call, new ToolError("NOT_PORTABLE", message, { cause }), false);
    }
  }

  #onFrame(worker: PoolWorker, { messages, attachments }: Frame<FromWorker>): void {
    worker.spoke();
    for (const message of messages) this.#onMessage(worker, message, attachments);
    this.#dispatchSoon();
  }

  #onMessage(worker: PoolWorker, message: FromWorker, attachments: readonly Uint8Array[]): void {
    switch (message.type) {
      case "done":
      case "failed":
        return this.#onAnswer(worker, message, attachments);
      case "dropped":
        return worker.settle(message.seq)?.endWork();
      case "progress":
        return worker.find(message.seq)?.progressed(message.update);
      case "crashing":
        return this.#onCrashing(worker, message);
      case "ready":
        return this.#crew.welcome(worker);
      case "pong":
        worker.isResponsive = true;
    }
  }

  #onAnswer(worker: PoolWorker, answer: WorkerAnswer, attachments: readonly Uint8Array[]): void {
    const ranAlone = worker.running.size <= 1;
    const call = worker.settle(answer.seq);
    if (call === undefined) return;
    call.tool.profile.learn(answer, ranAlone);
    if (!call.answered) call.answer(outcomeOf(call.tool.name, answer, attachments));
    call.endWork();
  }

  /** The worker names the call that will cost it its life, and lets the others finish. */
  #onCrashing(worker: PoolWorker, message: Extract<FromWorker, { type: "crashing" }>): void {
    worker.state = "retiring";
    this.#putBack(worker.takeBack());
    const call = message.seq === undefined ? undefined : worker.settle(message.seq);
    if (call === undefined) return;
    call.tool.profile.blame();
    const { workerId, stderrTail } = worker.transport;
    this.#afterDeath(call, crashingError(call.tool.name, message.error, { workerId, stderrTail }));
  }

  #onExit(worker: PoolWorker, exit: WorkerExit): void {
    this.#putBack(worker.takeBack());
    const { killReason, transport } = worker;
    const death = { workerId: transport.workerId, exit, killReason };
    // The last first, for each goes back to the head of the line.
    for (const call of worker.takeAll().toReversed()) {
      if (killReason === undefined) call.tool.profile.blame();
      this.#afterDeath(call, crashError(call.tool.name, death));
    }
    this.#dispatchSoon();
  }

  /** Puts calls that have not begun back in line. No work is left of those answered meanwhile. */
  #putBack(calls: readonly PoolCall[]): void {
    for (const call of calls) if (call.answered) call.endWork();
    this.#line.putBack(calls);
    if (calls.length > 0) this.#dispatchSoon();
  }

  /** A worker begins nothing: something that a tool left behind keeps it busy, perhaps for ever. */
  #onDeaf(worker: PoolWorker): void {
    // What was given up once before may simply take long to arrive: its deadline decides.
    if (worker.calls.some((call) => call.moved)) return;
    const calls = worker.takeBack();
    this.#putBack(calls);
    if (worker.load > 0) return;
    for (const call of calls) call.moved = true;
    this.#crew.kill(worker, "it did not begin the calls it was given");
  }

  /** A call whose worker died under it: answered, or run once more where that does no harm. */
  #afterDeath(call: PoolCall, error: ToolError): void {
    call.endWork();
    call.deaths += 1;
    const again = call.tool.repeatable && call.deaths < MAX_DEATHS && !call.answered;
    if (!again) return this.#fail(call, error, true);
    call.alone = true;
    this.#line.putBack([call]);
  }

  #onNeverStarted(exit: WorkerExit): void {
    for (const call of this.#line.takeAll()) this.#fail(call, neverStarted(this.mode, exit), false);
  }

  /** The attempt's deadline has ended: answer now, then see to it that the work ends. */
  #cancel(call: PoolCall): void {
    const { reason } = call.attempt.deadline;
    if (reason === undefined || call.answered) return;
    const worker = this.#crew.holderOf(call);
    if (worker === undefined) {
      this.#line.leave();
      return this.#fail(call, reason, false);
    }
    const runs = worker.running.has(call);
    const runMs = runs ? this.#parts.clock.now() - call.startedAt : 0;
    const lingering = runs ? call.lingering() : undefined;
    call.answer({ status: "error", error: reason, began: runs, runMs, lingering });
    this.#flush(worker);
    worker.tell({ type: "cancel", seq: call.seq, reason: serializeError(reason) });
    this.#watchOverdue(worker, call);
  }

  #watchOverdue(worker: PoolWorker, call: PoolCall): void {
    worker.ping();
    this.#parts.clock.setTimer(this.#parts.options.killGraceMs, () => {
      if (worker.find(call.seq) === call && worker.state !== "gone") this.#endOverdue(worker, call);
    });
  }

  /** A cancelled call still runs after its time of grace, so its worker has to go: when those beside it are done. */
  #endOverdue(worker: PoolWorker, call: PoolCall): void {
    if (!worker.running.has(call)) return this.#watchOverdue(worker, call);
    worker.state = "retiring";
    this.#putBack(worker.takeBack());
    const others = [...worker.running].some((other) => !other.answered);
    if (others && worker.isResponsive) this.#watchOverdue(worker, call);
    else this.#crew.kill(worker, `${call.tool.name} did not stop when it was told to`);
  }

  #fail(call: PoolCall, error: ToolError, began: boolean): void {
    const runMs = began ? this.#parts.clock.now() - call.startedAt : 0;
    call.answer({ status: "error", error, began, runMs });
  }
}
