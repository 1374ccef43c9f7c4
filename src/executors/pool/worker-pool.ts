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
 *   its tool has killed worker after worker      CIRCUIT_OPEN (see quarantine.ts)
 */
import type { PoolStats } from "../../core/registry-stats.ts";
import { serializeError } from "../../core/serialized-error.ts";
import { thrownText } from "../../core/thrown-text.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { Tool } from "../../core/tool.ts";
import type { CancelTimer } from "../../time/clock.ts";
import type { Attempt, AttemptOutcome, Executor } from "../executor.ts";
import type { AskMessage, Attachment, Frame, FromWorker } from "../worker/protocol.ts";
import { CallLine } from "./call-line.ts";
import { neverStarted } from "./crash-errors.ts";
import { onAsk, onWithdraw } from "./nested-asks.ts";
import { OverdueCalls } from "./overdue-calls.ts";
import { PoolCall } from "./pool-call.ts";
import { poolStats } from "./pool-stats.ts";
import type { PoolWorker } from "./pool-worker.ts";
import { refusalOf } from "./refusal.ts";
import { QuietWatch } from "./quiet-watch.ts";
import { ResourceCaps } from "./resource-caps.ts";
import { ToolBook } from "./tool-book.ts";
import { type WorkerAnswer, outcomeOf, timesIn, usageIn } from "./worker-answer.ts";
import { WorkerDeaths } from "./worker-deaths.ts";
import { type CrewParts, type WaitingCalls, WorkerCrew } from "./worker-crew.ts";

/** What a pool is given by those who make it, whatever kind of workers it has. */
export type PoolSurroundings = Pick<CrewParts, "clock" | "emit">;

/** What the calls of a call are told whose worker has gone. */
const RUNS_AGAIN = new ToolError("CALL_CANCELLED", "The call that made it is to run again.");

/** An {@link Executor} over workers of one kind. */
export class WorkerPool implements Executor {
  readonly mode: CrewParts["mode"];
  readonly #parts: CrewParts;
  readonly #crew: WorkerCrew;
  readonly #line = new CallLine();
  readonly #watch: QuietWatch;
  readonly #overdue: OverdueCalls;
  readonly #deaths: WorkerDeaths;
  readonly #caps: ResourceCaps;
  readonly #tools: ToolBook;
  #dispatchIsDue = false;
  #cancelUpkeep: CancelTimer | undefined;
  #closing: { readonly resolve: () => void; readonly done: Promise<void> } | undefined;

  constructor(parts: CrewParts) {
    const { clock, options } = parts;
    this.mode = parts.mode;
    this.#parts = parts;
    this.#tools = new ToolBook(parts);
    const onRetired = (worker: PoolWorker): void => this.#putBack(worker.takeBack());
    this.#crew = new WorkerCrew(parts, {
      onFrame: (worker, frame) => this.#onFrame(worker, frame),
      onExit: (worker, exit) => {
        this.#deaths.happened(worker, exit);
        this.#dispatchSoon();
      },
      onRetired,
    });
    this.#watch = new QuietWatch(clock, this.#crew.workers, {
      onLook: () => this.#onLook(),
      onBusy: (worker) => this.#putBack(worker.takeBackStuck()),
      onDeaf: (worker) => this.#deaths.isDue(worker),
    });
    this.#deaths = new WorkerDeaths({
      crew: this.#crew,
      tools: this.#tools,
      putBack: (calls) => this.#putBack(calls),
      fail: (call, error) => this.#fail(call, error, true),
    });
    const { killGraceMs, maxMemoryBytes } = options;
    this.#overdue = new OverdueCalls({ clock, crew: this.#crew, killGraceMs, onRetired });
    this.#caps = new ResourceCaps({ crew: this.#crew, maxMemoryBytes, onOverCpu: this.#stop });
    if (options.min > 0) this.#dispatchSoon();
  }

  refuses(tool: Tool): ToolError | undefined {
    return refusalOf(tool, this.mode);
  }

  stats(): readonly PoolStats[] {
    const parts = { mode: this.mode, crew: this.#crew, line: this.#line, tools: this.#tools };
    return poolStats(parts, this.#parts.clock.now());
  }

  execute(attempt: Attempt): Promise<AttemptOutcome> {
    return new Promise((resolve) => {
      const now = this.#parts.clock.now();
      const call = new PoolCall(attempt, this.#tools.toolOf(attempt.tool), now, resolve);
      this.#line.add(call);
      call.watchDeadline(this.#stop);
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
    const because = "the worker pool was destroyed";
    for (const worker of this.#crew.workers) {
      for (const call of worker.takeAll()) {
        this.#fail(call, reason, call.began);
        call.endWork();
      }
      this.#crew.kill(worker, { code: "WORKER_CRASHED", because });
    }
    return this.close();
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
      const refusal = this.#tools.refusalOf(call);
      const worker = refusal ? undefined : this.#crew.bestFor(call);
      if (refusal !== undefined) {
        this.#line.shift();
        this.#fail(call, refusal, false);
      } else if (worker === undefined) break;
      else {
        this.#line.shift();
        this.#give(worker, call);
      }
    }
    for (const worker of this.#crew.workers) this.#flush(worker);
    if (this.#closing === undefined || this.#line.size > 0) this.#resize();
    else this.#leave();
    this.#crew.tidy();
    this.#watch.update();
  }

  #resize(): void {
    this.#crew.growFor(this.#waitingCalls());
    const { brokenStart } = this.#crew;
    if (brokenStart !== undefined) {
      const error = neverStarted(this.mode, brokenStart);
      for (const call of this.#line.takeAll()) this.#fail(call, error, false);
    }
    this.#keepUp();
  }

  #leave(): void {
    this.#crew.dismissIdle();
    this.#cancelUpkeep?.();
    if (this.#crew.workers.size === 0) this.#closing?.resolve();
  }

  /** Looks now and then for workers that are idle or old, also while nothing happens. */
  #keepUp(): void {
    const { min, idleTimeoutMs, maxAgeMs } = this.#parts.options;
    if (this.#cancelUpkeep !== undefined || this.#crew.workers.size + min === 0) return;
    const ms = Math.min(Math.max(Math.min(idleTimeoutMs, maxAgeMs) / 4, 10), 5_000);
    this.#cancelUpkeep = this.#parts.clock.setBackgroundTimer(ms, () => {
      this.#cancelUpkeep = undefined;
      this.#crew.dismissLongIdle();
      this.#dispatch();
    });
  }

  #waitingCalls(): WaitingCalls {
    const since = this.#line.first?.waitingSince;
    const oldestWaitMs = since === undefined ? 0 : this.#parts.clock.now() - since;
    return { waiting: this.#line.size, oldestWaitMs };
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

  #onMessage(worker: PoolWorker, message: FromWorker, attachments: readonly Attachment[]): void {
    if (!("type" in message)) this.#onAnswer(worker, message[0], { message, attachments });
    else if (message.type === "failed")
      this.#onAnswer(worker, message.seq, { message, attachments });
    else if (message.type === "ask") onAsk(worker, message, attachments);
    else this.#onNews(worker, message);
  }

  #onNews(
    worker: PoolWorker,
    message: Exclude<FromWorker, WorkerAnswer["message"] | AskMessage>,
  ): void {
    switch (message.type) {
      case "dropped":
        return this.#drop(worker.settle(message.seq));
      case "progress":
        return worker.find(message.seq)?.progressed(message.update);
      case "withdraw":
        return onWithdraw(worker, message);
      case "usage":
        return this.#caps.heard(worker, message);
      case "crashing":
        return this.#deaths.foretold(worker, message);
      case "ready":
        return this.#crew.welcome(worker, message, this.#tools.proven());
      case "loaded":
        return worker.isReady();
      case "pong":
        worker.isResponsive = true;
    }
  }

  #onAnswer(worker: PoolWorker, seq: number, answer: WorkerAnswer): void {
    const ranAlone = worker.runningCount <= 1;
    const call = worker.settle(seq);
    if (call === undefined) return;
    const { tool } = call;
    const times = timesIn(answer);
    tool.profile.learn(times, ranAlone);
    this.#tools.survived(tool);
    const usage = usageIn(answer);
    if (!call.answered) {
      const tookMs = this.#parts.clock.now() - call.startedAt;
      call.answer(outcomeOf(tool.name, answer, { times, tookMs, usage }));
    }
    call.endWork(usage);
  }

  /** Puts calls back in line. No work is left of those answered meanwhile. */
  #putBack(calls: readonly PoolCall[]): void {
    for (const call of calls) {
      call.withdrawAsks(RUNS_AGAIN);
      if (call.answered) this.#drop(call);
    }
    this.#line.putBack(calls);
    if (calls.length > 0) this.#dispatchSoon();
  }

  /** A call that was answered long ago never ran, and never will. */
  #drop(call: PoolCall | undefined): void {
    if (call?.isProbe) this.#tools.abandonProbe(call);
    call?.endWork();
  }

  #onLook(): void {
    this.#crew.release();
    this.#caps.look();
    this.#crew.look(this.#waitingCalls());
    this.#dispatchSoon();
  }

  /** The attempt must stop: answer now, then see to it that the work ends. */
  readonly #stop = (call: PoolCall, reason: ToolError): void => {
    if (call.answered) return;
    const worker = this.#crew.holderOf(call);
    if (worker === undefined) {
      this.#line.leave();
      return this.#fail(call, reason, false);
    }
    const { began } = call;
    const runMs = began ? this.#parts.clock.now() - call.startedAt : 0;
    const lingering = began ? call.lingering() : undefined;
    call.answer({ status: "error", error: reason, began, runMs, lingering });
    this.#flush(worker);
    worker.tell({ type: "cancel", seq: call.seq, reason: serializeError(reason) });
    this.#overdue.watch(worker, call);
  };

  #fail(call: PoolCall, error: ToolError, began: boolean): void {
    const runMs = began ? this.#parts.clock.now() - call.startedAt : 0;
    if (call.isProbe) this.#tools.abandonProbe(call);
    call.answer({ status: "error", error, began, runMs });
  }
}
