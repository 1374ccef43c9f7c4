import { type EventLoopUtilization, performance } from "node:perf_hooks";
import type { NestedCallOptions } from "../../core/nested-call.ts";
import type { ConcreteMode, ToolProgress } from "../../core/tool.ts";
import type { UsageReport } from "../../core/usage-report.ts";
import { addUsage } from "../../core/usage-sum.ts";
import type { CallPlace, IncomingCall } from "./incoming-call.ts";
import type { RunTimes, ToolMessage } from "./protocol.ts";

/** A moment at which a call begins or ends. */
export interface CallMoment {
  /** On the clock of this thread, in milliseconds. */
  readonly at: number;
  /** What the CPU meter charges each call that runs, in milliseconds. */
  readonly cpuMs: number;
}

/** CPU time of calls shorter than this is not told: the reading is not that fine. Milliseconds. */
const LEAST_CPU_MS = 1;

/** The worker that a call runs in. */
export interface CallHost {
  readonly mode: ConcreteMode;
  readonly workerId: string;
  /** A call says how far it has come. */
  onProgress(running: RunningCall, update: ToolProgress): void;
  /** A call wants another tool to be called. What comes in has been checked. */
  onCall(running: RunningCall, call: WantedCall): Promise<unknown>;
}

/** A call that a tool makes. */
export interface WantedCall {
  readonly name: string;
  readonly input: unknown;
  readonly options: NestedCallOptions;
}

/** A call that has begun in this worker. */
export class RunningCall implements CallPlace {
  readonly call: IncomingCall;
  readonly #tool: Pick<ToolMessage, "name" | "repeatable">;
  readonly #host: CallHost;
  #startedAt: number;
  /** What the CPU meter had charged a call when it began. */
  #cpuAtStart: number;
  /** Set once it turned out to wait: what it had run by then, and how busy the loop had been. */
  #wait: { readonly ranMs: number; readonly loop: EventLoopUtilization } | undefined;
  #controller: AbortController | undefined;
  #reason: unknown;
  /** Whether its answer is given; later ones do not count. */
  answered = false;
  /** What it has reported so far. */
  usage: UsageReport | undefined;

  constructor(
    call: IncomingCall,
    tool: Pick<ToolMessage, "name" | "repeatable">,
    host: CallHost,
    start: CallMoment,
  ) {
    this.call = call;
    this.#tool = tool;
    this.#host = host;
    this.#startedAt = start.at;
    this.#cpuAtStart = start.cpuMs;
  }

  get toolName(): string {
    return this.#tool.name;
  }

  /** Whether it may simply be run again when its answer is lost. */
  get repeatable(): boolean {
    return this.#tool.repeatable;
  }

  get mode(): ConcreteMode {
    return this.#host.mode;
  }

  get workerId(): string {
    return this.#host.workerId;
  }

  onProgress(update: ToolProgress): void {
    if (!this.answered) this.#host.onProgress(this, update);
  }

  onCall(name: string, input: unknown, options: NestedCallOptions): Promise<unknown> {
    return this.#host.onCall(this, { name, input, options });
  }

  onUsage(report: number | UsageReport): void {
    this.usage = addUsage(this.usage, report);
  }

  /** Aborts when the call is cancelled. Made when first asked for. */
  makeSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Cancels it. */
  abort(reason: unknown): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  /** Why it was cancelled; undefined while it is not. */
  get cancelReason(): unknown {
    return this.#reason;
  }

  /** Its tool is loaded and its function called now: what came before is not the function's time. */
  begins(start: CallMoment): void {
    this.#startedAt = start.at;
    this.#cpuAtStart = start.cpuMs;
    this.#wait = undefined;
  }

  /** Its function returned a promise. */
  waits(): void {
    const ranMs = performance.now() - this.#startedAt;
    this.#wait = { ranMs, loop: performance.eventLoopUtilization() };
  }

  /** How long it took. A call that never waited was busy all the time. */
  times(end: CallMoment): RunTimes {
    const runMs = inMicroseconds(end.at - this.#startedAt);
    if (this.#wait === undefined && runMs < LEAST_CPU_MS) return { runMs };
    const cpuMs = Math.min(inMicroseconds(end.cpuMs - this.#cpuAtStart), runMs);
    if (this.#wait === undefined) return { runMs, cpuMs };
    const { active } = performance.eventLoopUtilization(this.#wait.loop);
    const busyMs = Math.min(inMicroseconds(this.#wait.ranMs + active), runMs);
    return { runMs, busyMs, cpuMs };
  }
}

/** More digits than the clock has are only longer to write and to read. */
function inMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
