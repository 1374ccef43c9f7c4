/**
 * Runs calls inside a worker: claims them in order, runs as many at once as it is told, and answers
 * in batches.
 *
 * An answer may wait for others only while losing it would be harmless: before a call begins, every
 * answer there is goes out, unless both it and they can simply be run again. What a crash takes with
 * it are then answers of such calls, and of the one that crashed.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { performance } from "node:perf_hooks";
import type { ToolFunction } from "../../core/module-member.ts";
import { deserializeError, serializeError } from "../../core/serialized-error.ts";
import { thrownText } from "../../core/thrown-text.ts";
import { isPromiseLike } from "../../core/promise-like.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { ConcreteMode } from "../../core/tool.ts";
import { namingMissingRight } from "./access-error.ts";
import { AnswerBox } from "./answer-box.ts";
import { AskedCalls } from "./asked-calls.ts";
import type { ClaimSource } from "./claims.ts";
import { CpuMeter } from "./cpu-meter.ts";
import { doneMessage } from "./done-message.ts";
import { IncomingCall, plainProgress } from "./incoming-call.ts";
import { loadTool } from "./load-tool.ts";
import type { WrittenFrame } from "./written-frame.ts";
import type {
  Attachment,
  Frame,
  FromWorker,
  ToWorker,
  ToolMessage,
  WorkerUsage,
} from "./protocol.ts";
import { type CallHost, type CallMoment, RunningCall } from "./running-call.ts";
import { encodeValue } from "./value-codec.ts";
import { outgoingPolicy } from "./bytes-codec.ts";

/** How long a worker loads tools before it takes calls all the same. Milliseconds. */
const PRELOAD_MS = 2_000;
/** How often a worker that works reads what it has used. Milliseconds. */
const USAGE_MS = 10;
/** How often it tells, and how much more memory has it tell sooner. Milliseconds and bytes. */
const USAGE_TOLD_MS = 250;
const USAGE_BYTES = 4 * 1024 * 1024;

/** What a worker's entry file gives the server. */
export interface WorkerPort {
  readonly mode: ConcreteMode;
  readonly workerId: string;
  readonly claims: ClaimSource;
  /** @throws RangeError when the frame is more than the way out can take; nothing is sent then. */
  send(frame: WrittenFrame): void;
  /** Memory that this worker holds, in bytes. */
  memoryBytes(): number;
  /** Whether everything sent has left this worker, so that its death cannot take it along. */
  isClear(): boolean;
  /** Ends the worker, after what was sent has gone out. */
  exit(code: number): void;
}

interface LoadedTool {
  readonly message: ToolMessage;
  /** The promise until it has settled once, then the function: no call waits for it twice. */
  load: Promise<ToolFunction> | ToolFunction | undefined;
}

/** The worker's side of a pool. */
export class CallServer {
  readonly #port: WorkerPort;
  readonly #host: CallHost;
  readonly #answers: AnswerBox;
  readonly #asked: AskedCalls;
  readonly #tools = new Map<number, LoadedTool>();
  readonly #waiting = new Map<number, IncomingCall>();
  readonly #running = new Map<number, RunningCall>();
  readonly #current = new AsyncLocalStorage<RunningCall>();
  readonly #cpu = new CpuMeter();
  #usageReadAt = 0;
  #usageToldAt = 0;
  #toldBytes = 0;
  #concurrency = 1;
  /** Claimed, but its message has not come yet. */
  #awaited: number | undefined;
  /** Whether an answer that may not have been sent is of a call that cannot be run again. */
  #answerIsPrecious = false;
  #dying = false;
  #closing = false;

  constructor(port: WorkerPort) {
    this.#port = port;
    this.#host = {
      mode: port.mode,
      workerId: port.workerId,
      onProgress: ({ call: { seq } }, update) =>
        this.#answers.add({ type: "progress", seq, update: plainProgress(update) }),
      onCall: (running, wanted) => this.#asked.ask(running, wanted),
    };
    this.#answers = new AnswerBox((frame) => port.send(frame));
    this.#asked = new AskedCalls(this.#answers, port.mode);
  }

  /** Takes a frame from the pool. */
  receive({ messages, attachments }: Frame<ToWorker>): void {
    for (const message of messages) this.#take(message, attachments);
    this.#pump();
  }

  /** The port is clear again. */
  resume(): void {
    this.#pump();
  }

  /** What this worker has used. */
  usage(): WorkerUsage {
    // Also what it used before its first call.
    this.#moment();
    return { cpuMs: this.#cpu.totalMs, memoryBytes: this.#port.memoryBytes() };
  }

  /**
   * Something threw that no call caught, or asked the process to exit. Only the call that did it
   * fails, where that can be told; the others that have begun are let finish, then the worker ends.
   */
  crash(thrown: unknown, what: string, details: Readonly<Record<string, unknown>>): void {
    const culprit = this.#current.getStore() ?? this.#onlyCall();
    const seq = culprit?.answered === false ? culprit.call.seq : undefined;
    if (culprit !== undefined) this.#forget(culprit);
    const message = `${what}: ${thrownText(thrown)}`;
    const error = new ToolError("WORKER_CRASHED", message, { cause: thrown, details });
    // No call's error will tell of it.
    if (seq === undefined) process.stderr.write(`${message}\n${stackOf(thrown)}\n`);
    this.#answers.add({ type: "crashing", seq, error: serializeError(error) });
    this.#dying = true;
    this.#answers.flush();
    // Nobody to blame means that nobody here can be trusted to finish.
    if (culprit === undefined || this.#running.size === 0) this.#port.exit(1);
  }

  #take(message: ToWorker, attachments: readonly Attachment[]): void {
    if (!("type" in message)) {
      const call = new IncomingCall(message, attachments);
      this.#concurrency = call.details.concurrency ?? this.#concurrency;
      this.#waiting.set(call.seq, call);
      return;
    }
    switch (message.type) {
      case "tool":
        this.#tools.set(message.tool, { message, load: undefined });
        return;
      case "preload":
        void this.#preload(message.tools);
        return;
      case "cancel":
        this.#cancel(message.seq, deserializeError(message.reason));
        return;
      case "reply":
        this.#asked.replied(message, attachments);
        return;
      case "ping":
        this.#answers.add({ type: "pong" });
        this.#answers.flush();
        return;
      case "close":
        this.#closing = true;
        this.#exitWhenIdle();
    }
  }

  async #preload(numbers: readonly number[]): Promise<void> {
    const isLate = new Promise((resolve) => setTimeout(resolve, PRELOAD_MS));
    const loads = numbers.map(async (number) => {
      const tool = this.#tools.get(number);
      // One that cannot be loaded is tried again at its first call, which is told why.
      if (tool) tool.load = await loadTool(tool.message.name, tool.message.origin);
    });
    await Promise.race([Promise.allSettled(loads), isLate]);
    this.#answers.add({ type: "loaded" });
  }

  #cancel(seq: number, reason: Error): void {
    const waiting = this.#waiting.get(seq);
    if (waiting !== undefined) waiting.isCancelled = true;
    this.#running.get(seq)?.abort(reason);
  }

  /** Begins calls while there is room. */
  #pump(): void {
    while (this.#running.size < this.#concurrency && this.#waiting.size > 0 && !this.#dying) {
      if (!this.#port.isClear()) break;
      const waiting = this.#claimNext();
      if (waiting === undefined) break;
      if (waiting.isCancelled) this.#answers.add({ type: "dropped", seq: waiting.seq });
      else this.#begin(waiting);
    }
  }

  /** The next call this worker has won. Calls before it were taken back by the pool. */
  #claimNext(): IncomingCall | undefined {
    const seq = this.#awaited ?? this.#port.claims.claim();
    // What waits may be offered again: the pool takes everything back for a moment to see what is left.
    if (seq === undefined) return undefined;
    for (const known of this.#waiting.keys()) {
      if (known >= seq) break;
      this.#waiting.delete(known);
    }
    const waiting = this.#waiting.get(seq);
    this.#awaited = waiting === undefined ? seq : undefined;
    this.#waiting.delete(seq);
    return waiting;
  }

  #begin(call: IncomingCall): void {
    const tool = this.#tools.get(call.tool);
    if (tool === undefined) throw new Error(`Call ${call.seq} is of a tool never told of.`);
    if (!tool.message.repeatable || this.#answerIsPrecious) this.#answers.flush();
    this.#answerIsPrecious = false;
    const running = new RunningCall(call, tool.message, this.#host, this.#moment());
    this.#running.set(call.seq, running);
    this.#current.run(running, this.#enter, running, tool);
  }

  /** One function for all calls, rather than one for each. */
  readonly #enter = (running: RunningCall, tool: LoadedTool): void => {
    if (typeof tool.load === "function") this.#run(running, tool.load);
    else void this.#loadAndRun(running, tool);
  };

  async #loadAndRun(running: RunningCall, tool: LoadedTool): Promise<void> {
    const { name, origin } = tool.message;
    running.waits();
    try {
      tool.load ??= loadTool(name, origin);
      tool.load = await tool.load;
      if (running.cancelReason === undefined) {
        running.begins(this.#moment());
        this.#run(running, tool.load);
      } else this.#fail(running, ToolError.from(running.cancelReason, name));
    } catch (thrown) {
      tool.load = undefined;
      this.#fail(running, ToolError.from(thrown, name));
    }
    this.#goOn();
  }

  #run(running: RunningCall, execute: ToolFunction): void {
    let returned: unknown;
    try {
      const { call } = running;
      returned = execute(call.input(), call.contextIn(running));
      // Foreign promises may throw, lie or settle twice; `resolve` leaves our own as they are.
      if (isPromiseLike(returned)) this.#await(running, Promise.resolve(returned));
      else this.#succeed(running, returned);
    } catch (thrown) {
      this.#fail(running, ToolError.from(thrown, running.toolName));
    }
  }

  #await(running: RunningCall, returned: Promise<unknown>): void {
    running.waits();
    returned.then(
      (output) => {
        this.#succeed(running, output);
        this.#goOn();
      },
      (thrown: unknown) => {
        this.#fail(running, ToolError.from(thrown, running.toolName));
        this.#goOn();
      },
    );
  }

  #succeed(running: RunningCall, output: unknown): void {
    if (running.answered) return;
    try {
      const what = "The output of " + running.toolName;
      const policy = outgoingPolicy(this.#port.mode);
      const encoded = encodeValue(output, this.#answers.attachments, what, policy);
      const times = running.times(this.#moment());
      this.#finish(running, doneMessage(running.call.seq, times, encoded, running.usage));
    } catch (thrown) {
      this.#fail(running, ToolError.from(thrown, running.toolName));
    }
  }

  #fail(running: RunningCall, error: ToolError): void {
    const { call, usage } = running;
    const times = running.times(this.#moment());
    const failed = { type: "failed", seq: call.seq, ...times, usage } as const;
    try {
      this.#finish(running, {
        ...failed,
        error: serializeError(namingMissingRight(error, running.toolName)),
      });
    } catch (thrown) {
      this.#finish(running, { ...failed, error: serializeError(thrown) });
    }
  }

  #finish(running: RunningCall, answer: FromWorker): void {
    if (running.answered) return;
    this.#answers.add(answer);
    this.#tellUsage();
    this.#forget(running);
    if (!running.repeatable) this.#answerIsPrecious = true;
  }

  #moment(): CallMoment {
    const at = performance.now();
    return { at, cpuMs: this.#cpu.perCallMs(this.#running.size, at) };
  }

  #tellUsage(): void {
    const now = performance.now();
    if (now - this.#usageReadAt < USAGE_MS) return;
    this.#usageReadAt = now;
    const usage = this.usage();
    const isNew = now - this.#usageToldAt >= USAGE_TOLD_MS;
    if (!isNew && usage.memoryBytes - this.#toldBytes < USAGE_BYTES) return;
    this.#usageToldAt = now;
    this.#toldBytes = usage.memoryBytes;
    this.#answers.add({ type: "usage", ...usage });
  }

  /** A call that had waited has ended: there may be room for the next, or nothing left to do. */
  #goOn(): void {
    this.#pump();
    this.#exitWhenIdle();
  }

  #forget(running: RunningCall): void {
    running.answered = true;
    this.#running.delete(running.call.seq);
    this.#asked.ended(running);
  }

  #onlyCall(): RunningCall | undefined {
    return this.#running.size === 1 ? this.#running.values().next().value : undefined;
  }

  #exitWhenIdle(): void {
    if (this.#running.size > 0 || !(this.#dying || this.#closing)) return;
    this.#answers.flush();
    this.#port.exit(this.#dying ? 1 : 0);
  }
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? "") : "";
}
