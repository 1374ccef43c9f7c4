/** What happens to one call, told once: its events, its timing and its one result. */
import type { CallEvent, EventSink } from "../core/call-event.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import type { ToolCall } from "../core/tool-call.ts";
import type { ToolError } from "../core/tool-error.ts";
import type {
  CallTiming,
  ErrorResult,
  OkResult,
  ToolResult,
  TruncatedOutput,
} from "../core/tool-result.ts";
import type { ConcreteMode, ToolProgress } from "../core/tool.ts";
import type { AttemptTimes } from "../executors/executor.ts";
import type { Clock } from "../time/clock.ts";
import type { SharedResult } from "./shared-results.ts";
import type { ToolTally } from "./tool-tally.ts";

/** What a call is said to have waited for when no worker was free. */
const WORKER = "worker";
/** Shorter waits for a worker are no more than the way there. */
const MIN_WORKER_WAIT_MS = 1;

/** Who a story is about, and who hears it. */
export interface StorySubject {
  readonly call: Pick<ToolCall, "id" | "name">;
  readonly callNumber: number;
  readonly index: number;
  readonly parent?: { readonly callNumber: number } | undefined;
  readonly emit: EventSink<CallEvent> | undefined;
}

type EventBody = CallEvent extends infer Event
  ? Event extends CallEvent
    ? Omit<Event, "at" | "callNumber" | "parentCall" | "index" | "callId" | "toolName">
    : never
  : never;

/** Told the result of a call, before its last event. */
export type ResultWatcher = (result: ToolResult) => void;

/** Keeps the record of one call and tells it to the event sink, if there is one. */
export class CallStory {
  readonly #clock: Clock;
  readonly #subject: StorySubject;
  #toolName: string;
  #tally: ToolTally | undefined;
  #waitingSince: number | undefined;
  #queuedMs = 0;
  #runMs = 0;
  #transferMs = 0;
  #cpuMs: number | undefined;
  #attempts = 0;
  #retries = 0;
  /** Number of the attempt that runs; undefined while none does. */
  #running: number | undefined;
  #mode: ConcreteMode | undefined;
  #workerId: string | undefined;
  /** What holds it at the moment, and since when. */
  #heldBy: string | undefined;
  #heldSince = 0;
  #waitedFor: string | undefined;
  #longestWaitMs = 0;
  #watchers: ResultWatcher[] | undefined;
  #sharedWith: number | undefined;
  #isCached: boolean | undefined;

  constructor(clock: Clock, subject: StorySubject) {
    this.#clock = clock;
    this.#subject = subject;
    this.#toolName = subject.call.name;
  }

  /** When it began to wait, on the clock; the time it arrived where it does not wait. */
  get waitingSince(): number {
    return this.#waitingSince ?? this.#clock.now();
  }

  /** Number of the attempt that is next, or under way, from 1; those count that were refused before they began. */
  get nextAttempt(): number {
    return this.#retries + 1;
  }

  /** Whether an attempt has begun. */
  get hasBegun(): boolean {
    return this.#attempts > 0;
  }

  /** Calls `watcher` when the result is there. */
  whenOver(watcher: ResultWatcher): void {
    (this.#watchers ??= []).push(watcher);
  }

  /** The worker it runs in, or ran in last; undefined on the event loop, and before. */
  get workerId(): string | undefined {
    return this.#workerId;
  }

  /** The call has arrived. */
  invoked(): void {
    this.#tell({ type: "tool.invoked" });
  }

  /** The tool is found; from here on events carry its registered name, and the result counts as its. */
  resolved(toolName: string, tally: ToolTally): void {
    this.#toolName = toolName;
    this.#tally = tally;
  }

  /** The call is ready to run, and waits until {@link started}. */
  waits(mode: ConcreteMode): void {
    this.#mode = mode;
    this.#waitingSince = this.#clock.now();
  }

  /** A limit holds it. */
  queued(limitName: string): void {
    this.#hold(limitName);
    this.#tell({ type: "tool.queued", waitingFor: limitName });
  }

  /** Its permit is there; where there are workers, it waits for one. */
  admitted(): void {
    if (this.#mode !== "async") this.#hold(WORKER);
  }

  /** The tool's function is about to run; again when the attempt moved to another worker. */
  started(attempt: number, attemptId: string, workerId: string | undefined): void {
    this.#stopWaiting();
    if (this.#running === undefined) this.#attempts += 1;
    this.#running = attempt;
    this.#workerId = workerId;
    const mode = this.#mode ?? "async";
    this.#tell({ type: "tool.started", attempt, attemptId, mode, workerId });
  }

  /** An attempt is over, and took these times. */
  ran({ runMs, transferMs = 0, cpuMs }: AttemptTimes): void {
    this.#stopWaiting();
    this.#running = undefined;
    this.#runMs += runMs;
    this.#transferMs += transferMs;
    if (cpuMs !== undefined) this.#cpuMs = (this.#cpuMs ?? 0) + cpuMs;
  }

  /** Attempt number `attempt` says how far it has come. Nobody asks any more once it is over. */
  progressed(attempt: number, update: ToolProgress): void {
    if (attempt === this.#running) this.#tell({ ...update, type: "tool.progress" });
  }

  /** The attempt failed, and the call waits `delayMs` for the next. */
  retried(delayMs: number, error: ToolError): void {
    const attempt = this.nextAttempt;
    this.#retries += 1;
    this.#stopWaiting();
    this.#waitingSince = this.#clock.now();
    this.#tell({ type: "tool.retried", attempt, delayMs, error });
  }

  /** Another call's result is this call's too; `sharedWith` is its number when it ran at the same time. */
  shared({ result, sharedWith }: SharedResult): ToolResult {
    this.#sharedWith = sharedWith;
    if (sharedWith === undefined) this.#isCached = true;
    if (result.status === "error") return this.failed(result.error);
    return this.completed(result.output, result.truncated);
  }

  /** The call gave an output, of which this much is for the caller. */
  completed(output: unknown, truncated?: TruncatedOutput): OkResult {
    const callId = this.#subject.call.id;
    const { calledAs, timing } = this.#ending();
    const toolName = this.#toolName;
    const status = "ok";
    const result: OkResult = { callId, toolName, calledAs, status, output, truncated, timing };
    this.#tellWatchers(result);
    this.#tell({ type: "tool.completed", result });
    return result;
  }

  /** The call failed for good. */
  failed(error: ToolError): ErrorResult {
    const callId = this.#subject.call.id;
    const { calledAs, timing } = this.#ending(error.code);
    const toolName = this.#toolName;
    const result: ErrorResult = { callId, toolName, calledAs, status: "error", error, timing };
    this.#tellWatchers(result);
    this.#tell({ type: "tool.failed", result });
    return result;
  }

  #ending(code?: ErrorCode): Pick<OkResult, "calledAs" | "timing"> {
    this.#stopWaiting();
    this.#running = undefined;
    const calledAs = this.#subject.call.name;
    const timing: CallTiming = {
      queuedMs: this.#queuedMs,
      runMs: this.#runMs,
      transferMs: this.#transferMs,
      cpuMs: this.#cpuMs,
      attempts: this.#attempts,
      mode: this.#mode,
      workerId: this.#workerId,
      waitedFor: this.#waitedFor,
      sharedWith: this.#sharedWith,
      cached: this.#isCached,
    };
    this.#tally?.record(timing, code);
    return { calledAs: calledAs === this.#toolName ? undefined : calledAs, timing };
  }

  #tellWatchers(result: ToolResult): void {
    if (this.#watchers !== undefined) for (const watcher of this.#watchers) watcher(result);
  }

  #hold(by: string): void {
    const now = this.#clock.now();
    this.#letGo(now);
    this.#heldBy = by;
    this.#heldSince = now;
  }

  #letGo(now: number): void {
    const by = this.#heldBy;
    if (by === undefined) return;
    this.#heldBy = undefined;
    const waitMs = now - this.#heldSince;
    const isLonger = this.#waitedFor === undefined || waitMs > this.#longestWaitMs;
    if (!isLonger || (by === WORKER && waitMs < MIN_WORKER_WAIT_MS)) return;
    this.#waitedFor = by;
    this.#longestWaitMs = waitMs;
  }

  #stopWaiting(): void {
    if (this.#waitingSince === undefined) return;
    const now = this.#clock.now();
    this.#letGo(now);
    this.#queuedMs += now - this.#waitingSince;
    this.#waitingSince = undefined;
  }

  #tell(body: EventBody): void {
    const { call, callNumber, index, parent, emit } = this.#subject;
    if (emit === undefined) return;
    const callId = call.id;
    const toolName = this.#toolName;
    // The body first: a tool's progress must not pass for another call's.
    const event = { ...body, at: this.#clock.epoch(), callNumber, index, callId, toolName };
    emit(parent === undefined ? event : { ...event, parentCall: parent.callNumber });
  }
}
