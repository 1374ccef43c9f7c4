/** The workers of a pool: starts them, finds one for a call, replaces them, and lets them go. */
import type { EventSink } from "../../core/call-event.ts";
import type { PoolEvent, PoolMode, ResizeReason } from "../../core/pool-event.ts";
import type { Clock } from "../../time/clock.ts";
import type { Frame, FromWorker, ReadyMessage } from "../worker/protocol.ts";
import { CoreUse } from "./core-use.ts";
import { stillborn } from "./crash-errors.ts";
import type { PoolCall, PoolTool } from "./pool-call.ts";
import type { ResolvedPoolOptions } from "./pool-options.ts";
import { type Growth, type PoolDemand, PoolSizer } from "./pool-sizer.ts";
import { type KillReason, PoolWorker } from "./pool-worker.ts";
import { StartBackoff } from "./start-backoff.ts";
import type { OpenTransport, WorkerExit } from "./worker-transport.ts";

/** How long an idle worker may take to leave when told to, before it is killed. Milliseconds. */
const CLOSE_GRACE_MS = 1_000;
/** How long a worker may take to be ready, before it is given up. Milliseconds. */
const START_TIMEOUT_MS = 30_000;
/** Calls after which a worker is replaced in any case: its claims grow by four bytes with each. */
const MAX_CLAIMS = 4_000_000;

/** What a crew is made of. */
export interface CrewParts {
  readonly mode: PoolMode;
  readonly open: OpenTransport;
  readonly options: ResolvedPoolOptions;
  readonly clock: Clock;
  /** Hears when the crew changes its size. */
  readonly emit?: EventSink<PoolEvent> | undefined;
}

/** What a crew tells its pool. */
export interface CrewListener {
  onFrame(worker: PoolWorker, frame: Frame<FromWorker>): void;
  /** A worker has gone; its calls are still in it. */
  onExit(worker: PoolWorker, exit: WorkerExit): void;
  /** A worker gets no more calls: those that it has not begun are to be taken back. */
  onRetired(worker: PoolWorker): void;
}

/** The calls that wait for a worker. */
export interface WaitingCalls {
  readonly waiting: number;
  /** How long the first has waited. Milliseconds. */
  readonly oldestWaitMs: number;
}

/** What has become of a crew so far. */
export interface CrewHistory {
  grown: number;
  shrunk: number;
  /** Workers that ended though nobody had told them to leave. */
  died: number;
  /** Workers replaced at `maxCalls`, `maxAgeMs` or `maxMemoryBytes`. */
  recycled: number;
  /** Size of all frames of workers that are gone. */
  sentBytes: number;
  receivedBytes: number;
}

/** The workers of a pool. */
export class WorkerCrew {
  readonly #parts: CrewParts;
  readonly #listener: CrewListener;
  readonly #sizer: PoolSizer;
  readonly #backoff = new StartBackoff();
  readonly #coreUse = new CoreUse();
  readonly #workers = new Set<PoolWorker>();
  /** Workers that have answered a call. */
  readonly #proven = new WeakSet<PoolWorker>();
  readonly history: CrewHistory = {
    grown: 0,
    shrunk: 0,
    died: 0,
    recycled: 0,
    sentBytes: 0,
    receivedBytes: 0,
  };
  #mayPreload = true;
  /** Why the last worker could not even be made; undefined when it could. */
  #stillborn: WorkerExit | undefined;
  /** As the last event told. */
  #size = 0;

  constructor(parts: CrewParts, listener: CrewListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#sizer = new PoolSizer(parts.options);
  }

  /** Every worker that is not gone. */
  get workers(): ReadonlySet<PoolWorker> {
    return this.#workers;
  }

  /** How the last worker ended that never was ready, while none can be started; undefined otherwise. */
  get brokenStart(): (WorkerExit & { readonly retryAfterMs: number }) | undefined {
    const retryAfterMs = this.#backoff.retryAfterMs(this.#parts.clock.now());
    const lastExit = this.#stillborn ?? (retryAfterMs > 0 ? this.#backoff.lastExit : undefined);
    if (lastExit === undefined) return undefined;
    for (const worker of this.#workers) if (worker.isActive) return undefined;
    return { ...lastExit, retryAfterMs };
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

  /** Starts workers for calls that no worker takes, and up to the least there should be. */
  growFor(calls: WaitingCalls): void {
    this.#start(this.#sizer.grow(this.#demand(calls)));
  }

  /**
   * Lets go of the program where workers have nothing to do. Not after every call: it takes longer than a
   * small one.
   */
  release(): void {
    for (const worker of this.#workers) if (worker.canRelease) worker.setReferenced(false);
  }

  /** Looks at what the workers do: whether more would help, and whether the next call will find one. */
  look(calls: WaitingCalls): void {
    if (calls.waiting > 0) this.#coreUse.look(this.#workers, this.#parts.clock.now());
    else this.#coreUse.skip();
    this.growFor(calls);
    this.#start(this.#sizer.spare(this.#demand(calls)));
  }

  /** A worker has started. It gets calls when it has loaded `tools`, which earlier ones have run. */
  welcome(worker: PoolWorker, message: ReadyMessage, tools: readonly PoolTool[]): void {
    const { task, cpuMs, memoryBytes } = message;
    worker.hasStarted(task, { cpuMs, memoryBytes });
    if (tools.length > 0 && this.#mayPreload) worker.preload(tools);
    else worker.isReady();
  }

  /** Ends a worker at once; those it takes along are told why. */
  kill(worker: PoolWorker, reason: KillReason): void {
    worker.killReason ??= reason;
    worker.state = "retiring";
    worker.transport.kill();
  }

  /** Sees to those with something to do, which keep the program alive, and to those that are to be replaced or gone. */
  tidy(): void {
    for (const worker of this.#workers) {
      if (worker.isNeeded) worker.setReferenced(true);
      if (worker.callsDone > 0) this.#hasStarted(worker);
      else if (worker.state === "starting") this.#endStuckStart(worker);
      if (this.#isWornOut(worker)) this.#recycle(worker);
      if (worker.isActive && worker.isReplaced) this.retire(worker);
      if (worker.state === "retiring" && worker.load === 0) this.#endRetired(worker);
    }
    this.#noteSize("ended");
  }

  /** Lets every worker go that has nothing to do: the pool closes. */
  dismissIdle(): void {
    for (const worker of this.#workers) {
      if (worker.isActive && worker.load === 0) this.#dismiss(worker);
    }
    this.#noteSize("closed");
  }

  /** Lets workers go that have been idle for long, but for `min` and for spares of those that are busy. */
  dismissLongIdle(): void {
    const longAgo = this.#parts.clock.now() - this.#parts.options.idleTimeoutMs;
    let busy = 0;
    for (const { load } of this.#workers) if (load > 0) busy += 1;
    let spare = this.#activeCount() - this.#sizer.keep(busy);
    // The newest first: calls go to the oldest idle one, so that the others can be seen to be too many.
    for (const worker of [...this.#workers].toReversed()) {
      if (spare <= 0) break;
      if (worker.state !== "ready" || worker.load > 0 || worker.idleSince > longAgo) continue;
      this.#dismiss(worker);
      spare -= 1;
    }
    this.#noteSize("idle");
  }

  /** Has a worker replaced: a new one is started, and takes over when it has shown that it can. One at a time. */
  #recycle(worker: PoolWorker): void {
    const isUnderWay = this.#workers
      .values()
      .some(({ successor, isActive }) => successor && isActive);
    const mayStart = this.#backoff.allowance(0, this.#parts.clock.now()) > 0;
    if (!isUnderWay && mayStart) worker.successor = this.#open();
  }

  /** A worker gets no more calls, and leaves when it has ended those it has begun. */
  retire(worker: PoolWorker): void {
    this.history.recycled += 1;
    this.#dismiss(worker);
    this.#listener.onRetired(worker);
  }

  /** Once for each: those that start later may fail all the same. */
  #hasStarted(worker: PoolWorker): void {
    if (this.#proven.has(worker)) return;
    this.#proven.add(worker);
    this.#backoff.succeeded();
    this.#mayPreload = true;
  }

  #endStuckStart(worker: PoolWorker): void {
    if (this.#parts.clock.now() - worker.startedAt > START_TIMEOUT_MS) worker.transport.kill();
  }

  #isWornOut({ state, callsTaken, startedAt, successor }: PoolWorker): boolean {
    if (state !== "ready" || successor !== undefined) return false;
    const { maxCalls, maxAgeMs } = this.#parts.options;
    if (callsTaken >= Math.min(maxCalls, MAX_CLAIMS)) return true;
    return this.#parts.clock.now() - startedAt >= maxAgeMs;
  }

  #demand(calls: WaitingCalls): PoolDemand {
    let size = 0;
    let starting = 0;
    let idle = 0;
    for (const { isActive, state, load, successor, killReason } of this.#workers) {
      if (successor !== undefined) continue;
      // One that retires with calls still has its place; the machine is not larger for it. One that was killed has
      // none: a thread goes only when a blocking call lets it, perhaps in a minute.
      if (isActive || (load > 0 && killReason === undefined)) size += 1;
      if (state === "starting") starting += 1;
      else if (state === "ready" && load === 0) idle += 1;
    }
    return { ...calls, size, starting, idle, computing: this.#coreUse.computing };
  }

  #start(growth: Growth | undefined): void {
    if (growth === undefined) return;
    const now = this.#parts.clock.now();
    this.#stillborn = undefined;
    for (let started = 0; started < growth.start; started += 1) {
      if (this.#backoff.allowance(this.#startingCount(), now) === 0) break;
      if (this.#open() === undefined) break;
    }
    this.#noteSize(growth.reason);
  }

  /** Undefined when not even that could be done. Trying costs little, so nothing need be spared. */
  #open(): PoolWorker | undefined {
    const { open, clock } = this.#parts;
    let worker: PoolWorker | undefined;
    try {
      const transport = open({
        onFrame: (frame) => worker && this.#listener.onFrame(worker, frame),
        onExit: (exit) => worker && this.#onExit(worker, exit),
      });
      worker = new PoolWorker(transport, () => clock.now());
      this.#workers.add(worker);
    } catch (cause) {
      this.#stillborn = stillborn(cause);
    }
    return worker;
  }

  /** A worker leaves by itself when it is told to and has nothing to do; a tool may have seen to it that it cannot. */
  #dismiss(worker: PoolWorker): void {
    worker.isDismissed = true;
    if (worker.state === "starting") worker.transport.kill();
    else worker.tell({ type: "close" });
    worker.state = "retiring";
  }

  /** One that crashed has said so already, and needs no time to leave. */
  #endRetired(worker: PoolWorker): void {
    const ms = worker.isDismissed ? CLOSE_GRACE_MS : this.#parts.options.killGraceMs;
    worker.cancelTimer ??= this.#parts.clock.setTimer(ms, () => worker.transport.kill());
  }

  #onExit(worker: PoolWorker, exit: WorkerExit): void {
    // One that dies of what it loads has not started either.
    const hasDoneNothing = worker.callsDone === 0 && worker.load === 0 && !worker.isDismissed;
    worker.state = "gone";
    worker.cancelTimer?.();
    this.#workers.delete(worker);
    this.history.sentBytes += worker.sentBytes;
    this.history.receivedBytes += worker.transport.receivedBytes;
    if (!worker.isDismissed) this.history.died += 1;
    // What did well once may do harm now: the next one loads it for a call, which can be told.
    if (worker.isPreloading) this.#mayPreload = false;
    if (hasDoneNothing) this.#backoff.failed(exit, this.#parts.clock.now());
    for (const worn of this.#workers) {
      if (worn.successor === worker) worn.successor = undefined;
    }
    this.#listener.onExit(worker, exit);
  }

  #startingCount(): number {
    let starting = 0;
    for (const { state } of this.#workers) if (state === "starting") starting += 1;
    return starting;
  }

  #activeCount(): number {
    let active = 0;
    for (const { isActive, successor } of this.#workers) {
      if (isActive && successor === undefined) active += 1;
    }
    return active;
  }

  /** Tells of a new size, with the reason for the latest change. */
  #noteSize(reason: ResizeReason): void {
    const to = this.#activeCount();
    const from = this.#size;
    if (to === from) return;
    this.#size = to;
    if (to > from) this.history.grown += 1;
    else this.history.shrunk += 1;
    const { mode, clock, emit } = this.#parts;
    emit?.({ type: "pool.resized", at: clock.epoch(), mode, from, to, reason });
  }
}
