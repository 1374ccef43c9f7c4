/**
 * One worker as its pool sees it: what was sent to it, what of that runs, and whether it may get more.
 *
 *   starting ──ready──▶ ready ──crashing | overdue call | idle | worn out──▶ retiring ──exit──▶ gone
 *
 * The worker begins calls in the order they are sent, at most `concurrency` at once, so the pool
 * knows which ones run without being told.
 */
import type { ErrorCode } from "../../core/error-codes.ts";
import type { CancelTimer } from "../../time/clock.ts";
import type { Attachment, ToWorker, WorkerUsage } from "../worker/protocol.ts";
import { AttachedLoad } from "./attached-load.ts";
import type { PoolCall, PoolTool } from "./pool-call.ts";
import { type TaskTimes, readTaskTimes } from "./task-times.ts";
import { inputPolicy } from "./transfer-policy.ts";
import type { WorkerShare } from "./tool-profile.ts";
import { type OversizedCall, WorkerOutbox } from "./worker-outbox.ts";
import type { WorkerTransport } from "./worker-transport.ts";

/** Numbers of calls that have begun are kept up to here, rather than moving the others for each. */
const MAX_BEGUN_KEPT = 1_024;

/** Of a window that was full, how much may be left when it is filled again. */
const REFILL_AT = 1 / 2;

/** How far a worker is in its life. */
export type WorkerState = "starting" | "ready" | "retiring" | "gone";

/** Why the pool ends a worker that has calls, for those it takes along. */
export interface KillReason {
  readonly code: Extract<ErrorCode, "WORKER_CRASHED" | "MEMORY_EXCEEDED">;
  /** Goes on from "was ended because ". */
  readonly because: string;
}

/** A worker of a pool. */
export class PoolWorker {
  readonly transport: WorkerTransport;
  readonly startedAt: number;
  readonly #now: () => number;
  readonly #outbox: WorkerOutbox;
  /** Sent and not answered by the worker, in order. */
  readonly #sent = new Map<number, PoolCall>();
  readonly #attached = new AttachedLoad();
  /** Numbers of calls that have not begun, in order, from `#nextToBegin` on; some may be gone. */
  #toBegin: number[] = [];
  #nextToBegin = 0;
  #begun = 0;
  #lastSeq = 0;
  #concurrency = 1;
  #hasAll = false;
  /** Whether its window was filled last; then it gets more when much of that is done, in one frame. */
  #isFull = false;
  #task: string | undefined;
  state: WorkerState = "starting";
  /** Set when the pool kills it. */
  killReason: KillReason | undefined;
  /** Whether it loads tools before its first call. */
  isPreloading = false;
  /** Whether it leaves because it is told to, with nothing left to do. */
  isDismissed = false;
  /** Takes its place when it is worn out; undefined while it need not be replaced. */
  successor: PoolWorker | undefined;
  /** Whether it has answered since it was last asked; false: its event loop may be blocked. */
  isResponsive = true;
  /** Takes back the timer that waits for its end; undefined while none does. */
  cancelTimer: CancelTimer | undefined;
  /** What it has used, as it last said. */
  usage: WorkerUsage = { cpuMs: 0, memoryBytes: 0 };
  /** Reports of its memory in a row that told of more than the one before. */
  growths = 0;
  /** What it used when it was ready and had done nothing. Bytes. */
  freshMemoryBytes = 0;
  /** Calls it has answered. */
  callsDone = 0;
  /** Since when it has no calls, on the pool's clock. */
  idleSince: number;
  #referenced = true;
  /** Looks in a row at which it had calls and had said nothing since the look before. */
  #quietLooks = 0;

  constructor(transport: WorkerTransport, now: () => number) {
    this.transport = transport;
    this.#now = now;
    this.startedAt = now();
    this.idleSince = this.startedAt;
    this.#outbox = new WorkerOutbox(transport);
  }

  /** Whether it is there for calls, now or soon. */
  get isActive(): boolean {
    return this.state === "starting" || this.state === "ready";
  }

  /** Whether the one that takes its place has done so: it has answered a call, or there is none to answer. */
  get isReplaced(): boolean {
    if (this.successor?.state !== "ready") return false;
    return this.successor.callsDone > 0 || this.load === 0;
  }

  /** Calls it has and has not answered. */
  get load(): number {
    return this.#sent.size;
  }

  /** Calls it has and has not answered, in order. */
  get calls(): MapIterator<PoolCall> {
    return this.#sent.values();
  }

  /** Calls it has begun, as far as is known here, in order. */
  get running(): IteratorObject<PoolCall> {
    return this.#sent.values().filter((call) => call.began);
  }

  /** How many calls it has begun, as far as is known here. */
  get runningCount(): number {
    return this.#begun;
  }

  /** Calls it was ever sent. */
  get callsTaken(): number {
    return this.#lastSeq;
  }

  /** Size of all frames sent to it: bytes, or characters of text for threads. */
  get sentBytes(): number {
    return this.#outbox.sentBytes;
  }

  /** It has started: what it has used for that, and where the system tells of its thread. */
  hasStarted(task: string | undefined, usage: WorkerUsage): void {
    this.#task = task;
    this.usage = usage;
    this.freshMemoryBytes = usage.memoryBytes;
  }

  /** It can be given calls. */
  isReady(): void {
    this.isPreloading = false;
    this.idleSince = this.#now();
    if (this.state === "starting") this.state = "ready";
  }

  /** How its thread has spent its time; undefined where the system does not tell. */
  readTimes(): TaskTimes | undefined {
    return this.#task === undefined ? undefined : readTaskTimes(this.#task);
  }

  /** It has said something. */
  spoke(): void {
    this.#quietLooks = 0;
  }

  /**
   * Somebody looks whether it has spoken since the last look. Returns for how many looks it has not; from
   * the second on it gets no more calls until it does.
   */
  look(): number {
    this.#quietLooks = this.transport.isSending ? 0 : this.#quietLooks + 1;
    return this.#quietLooks;
  }

  /** Whether a call may be sent to it now. */
  accepts(call: PoolCall): boolean {
    if (this.state !== "ready" || this.#quietLooks > 1) return false;
    if (this.#sent.size === 0) return true;
    return !this.#hasAll && !call.alone && this.#hasRoomBeside(call.tool.profile.share);
  }

  #hasRoomBeside({ window, concurrency }: WorkerShare): boolean {
    if (concurrency !== this.#concurrency || this.#sent.size >= window) return false;
    // Calls that wait are begun at once, whatever is attached to them.
    if (concurrency === 1 && this.#attached.isEnough) return false;
    return !this.#isFull || this.#sent.size <= window * REFILL_AT;
  }

  /**
   * Takes a call, to be sent with the next {@link flush}.
   *
   * @throws ToolError `NOT_PORTABLE` when its input cannot cross; the call is then not taken.
   */
  take(call: PoolCall): void {
    const { window, concurrency } = call.tool.profile.share;
    const seq = this.#lastSeq + 1;
    this.#outbox.transfers = inputPolicy(call.tool, this.transport, this.#sent.size);
    const attached = this.#outbox.put(call, {
      seq,
      concurrency: concurrency === this.#concurrency ? undefined : concurrency,
      load: this.#sent.size,
    });
    this.#attached.add(seq, attached);
    this.#lastSeq = seq;
    call.seq = seq;
    call.began = false;
    call.cpuAtStart = undefined;
    this.#sent.set(seq, call);
    this.#toBegin.push(seq);
    this.#concurrency = concurrency;
    this.#hasAll = call.alone || window === 1;
    this.#isFull = concurrency === 1 && seq > 1 && this.#sent.size >= window;
    this.#beginNext();
  }

  /** Has it load tools that it will be asked for. It is ready when it has. */
  preload(tools: readonly PoolTool[]): void {
    this.isPreloading = true;
    for (const tool of tools) this.#outbox.introduce(tool);
    this.#outbox.flush();
    this.tell({ type: "preload", tools: tools.map(({ number }) => number) });
  }

  /** Sends what was taken. Returns the calls that are too large for any frame. */
  flush(): readonly OversizedCall[] {
    return this.#outbox.flush();
  }

  /** Whether the program must not end, because this worker has something to do. */
  get isNeeded(): boolean {
    return this.#sent.size > 0 || this.state !== "ready";
  }

  /** Whether it keeps the program alive for nothing. */
  get canRelease(): boolean {
    return this.#referenced && !this.isNeeded;
  }

  /** Has it keep the program alive, or no longer. */
  setReferenced(referenced: boolean): void {
    if (referenced === this.#referenced) return;
    this.#referenced = referenced;
    this.transport.setReferenced(referenced);
  }

  /** Asks whether its event loop still turns; sets {@link isResponsive} to false until it answers. */
  ping(): void {
    this.isResponsive = false;
    this.tell({ type: "ping" });
  }

  /** Sends a message at once, ahead of calls that wait for the next frame. @throws RangeError when it is too large. */
  tell(message: ToWorker, attachments?: readonly Attachment[]): void {
    this.#outbox.tell(message, attachments);
  }

  /** The worker has answered a call; undefined when it is none of its calls. */
  settle(seq: number): PoolCall | undefined {
    const call = this.#sent.get(seq);
    if (call === undefined) return undefined;
    this.callsDone += 1;
    this.#remove(call);
    this.#beginNext();
    return call;
  }

  /** A call by its number, while it is not answered. */
  find(seq: number): PoolCall | undefined {
    return this.#sent.get(seq);
  }

  /** Takes back, in order, the calls sent that the worker has not begun and now never will. */
  takeBack(): PoolCall[] {
    return this.#removeAll(this.transport.claims.takeBack());
  }

  /**
   * Takes back, in order, what need not wait for the call that keeps the worker busy: the calls that it has
   * not begun, and those that it has ended though their answers wait for the next frame. Calls of a worker
   * that has begun none are left to it: it may have been about to.
   */
  takeBackStuck(): PoolCall[] {
    const { claims } = this.transport;
    const seqs = claims.takeBack();
    if (seqs.length < this.#sent.size) {
      const notBegun = this.#removeAll(seqs);
      return [...this.#takeBackEnded(), ...notBegun];
    }
    claims.offer(seqs);
    // It may have found nothing meanwhile, and would not look again by itself.
    this.ping();
    return [];
  }

  /** Takes out every call, in order: nothing more will be answered. */
  takeAll(): PoolCall[] {
    const calls = [...this.#sent.values()];
    for (const call of calls) this.#remove(call);
    return calls;
  }

  /** One at a time means that all it has begun but the last have ended. Only what may run again is taken. */
  #takeBackEnded(): PoolCall[] {
    if (this.#concurrency > 1) return [];
    const ended = [...this.#sent.values()].slice(0, -1).filter((call) => call.tool.repeatable);
    for (const call of ended) this.#remove(call);
    this.#beginNext();
    return ended;
  }

  #removeAll(seqs: readonly number[]): PoolCall[] {
    const calls = seqs.flatMap((seq) => this.#sent.get(seq) ?? []);
    for (const call of calls) this.#remove(call);
    return calls;
  }

  #remove(call: PoolCall): void {
    this.#sent.delete(call.seq);
    this.#attached.remove(call.seq);
    if (call.began) this.#begun -= 1;
    if (this.#sent.size === 0) this.idleSince = this.#now();
  }

  /** Notes which calls the worker begins now that there is room. */
  #beginNext(): void {
    while (this.#begun < this.#concurrency && this.#nextToBegin < this.#toBegin.length) {
      const call = this.#sent.get(this.#toBegin[this.#nextToBegin] ?? 0);
      this.#nextToBegin += 1;
      if (call === undefined) continue;
      this.#begun += 1;
      call.began = true;
      call.startedAt = this.#now();
      if (!call.answered) call.attempt.onStart(this.transport.workerId);
    }
    if (this.#nextToBegin === this.#toBegin.length) this.#toBegin.length = 0;
    else if (this.#nextToBegin < MAX_BEGUN_KEPT) return;
    else this.#toBegin = this.#toBegin.slice(this.#nextToBegin);
    this.#nextToBegin = 0;
  }
}
