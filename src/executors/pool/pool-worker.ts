/**
 * One worker as its pool sees it: what was sent to it, what of that runs, and whether it may get more.
 *
 *   starting ──ready──▶ ready ──crashing | overdue call──▶ retiring ──exit──▶ gone
 *
 * The worker begins calls in the order they are sent, at most `concurrency` at once, so the pool
 * knows which ones run without being told.
 */
import { serializeError } from "../../core/serialized-error.ts";
import type { CancelTimer } from "../../time/clock.ts";
import type { CallMessage, Frame, ToWorker } from "../worker/protocol.ts";
import { frameOfOne } from "../worker/split-frame.ts";
import { encodeValue } from "../worker/value-codec.ts";
import type { PoolCall } from "./pool-call.ts";
import type { WorkerShare } from "./tool-profile.ts";
import type { WorkerTransport } from "./worker-transport.ts";

/** How far a worker is in its life. */
export type WorkerState = "starting" | "ready" | "retiring" | "gone";

/** A call that no frame can hold. */
export interface OversizedCall {
  readonly call: PoolCall;
  readonly cause: unknown;
}

/** A worker of a pool. */
export class PoolWorker {
  readonly transport: WorkerTransport;
  readonly #now: () => number;
  readonly #known = new Set<number>();
  /** Sent and not answered by the worker, in order. */
  readonly #sent = new Map<number, PoolCall>();
  readonly #running = new Set<PoolCall>();
  #outgoing: ToWorker[] = [];
  #attachments: Uint8Array[] = [];
  /** For each outgoing message, how many attachments there were after it. */
  #ends: number[] = [];
  #offers: number[] = [];
  #lastSeq = 0;
  #concurrency = 1;
  #hasAll = false;
  state: WorkerState = "starting";
  /** Set when the pool kills it: why, for those it takes along. */
  killReason: string | undefined;
  /** Whether it has answered since it was last asked; false: its event loop may be blocked. */
  isResponsive = true;
  /** Takes back the timer that waits for its end; undefined while none does. */
  cancelTimer: CancelTimer | undefined;
  #referenced = true;
  /** Looks in a row at which it had calls and had said nothing since the look before. */
  #quietLooks = 0;

  constructor(transport: WorkerTransport, now: () => number) {
    this.transport = transport;
    this.#now = now;
  }

  /** Calls it has and has not answered. */
  get load(): number {
    return this.#sent.size;
  }

  /** Calls it has and has not answered, in order. */
  get calls(): MapIterator<PoolCall> {
    return this.#sent.values();
  }

  /** Calls it has begun, as far as is known here. */
  get running(): ReadonlySet<PoolCall> {
    return this.#running;
  }

  /** It says that it can be given calls. */
  isReady(): void {
    if (this.state === "starting") this.state = "ready";
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
    if (this.#hasAll || call.alone) return false;
    const { window, concurrency } = call.tool.profile.share;
    return concurrency === this.#concurrency && this.#sent.size < window;
  }

  /**
   * Takes a call, to be sent with the next {@link flush}.
   *
   * @throws ToolError `NOT_PORTABLE` when its input cannot cross; the call is then not taken.
   */
  take(call: PoolCall): void {
    const share = call.tool.profile.share;
    if (!this.#known.has(call.tool.number)) this.#introduce(call);
    const message = this.#callMessage(call, share);
    this.#add(message);
    this.#offers.push(call.seq);
    this.#sent.set(call.seq, call);
    this.#concurrency = share.concurrency;
    this.#hasAll = call.alone || share.window === 1;
    this.#beginNext();
  }

  /**
   * Sends what was taken, in one frame, or in several when that is more than a frame or a string can
   * hold. Returns the calls that are too large by themselves; the worker will drop them.
   */
  flush(): readonly OversizedCall[] {
    if (this.#outgoing.length === 0) return [];
    const frame = { messages: this.#outgoing, attachments: this.#attachments };
    const ends = this.#ends;
    this.#outgoing = [];
    this.#attachments = [];
    this.#ends = [];
    if (this.#offers.length > 0) this.transport.claims.offer(this.#offers);
    this.#offers = [];
    try {
      this.transport.send(frame);
      return [];
    } catch {
      return this.#sendEach(frame, ends);
    }
  }

  /** Keeps the program alive for this worker while it has something to do, and no longer. */
  updateReference(): void {
    const referenced = this.#sent.size > 0 || this.state !== "ready";
    if (referenced === this.#referenced) return;
    this.#referenced = referenced;
    this.transport.setReferenced(referenced);
  }

  /** Asks whether its event loop still turns; sets {@link isResponsive} to false until it answers. */
  ping(): void {
    this.isResponsive = false;
    this.tell({ type: "ping" });
  }

  /** Sends a message at once, ahead of calls that wait for the next frame. */
  tell(message: ToWorker): void {
    this.transport.send({ messages: [message], attachments: [] });
  }

  /** The worker has answered a call; undefined when it is none of its calls. */
  settle(seq: number): PoolCall | undefined {
    const call = this.#sent.get(seq);
    if (call === undefined) return undefined;
    this.#sent.delete(seq);
    this.#running.delete(call);
    this.#beginNext();
    return call;
  }

  /** A call by its number, while it is not answered. */
  find(seq: number): PoolCall | undefined {
    return this.#sent.get(seq);
  }

  /** Takes back, in order, the calls sent that the worker has not begun and now never will. */
  takeBack(): PoolCall[] {
    return this.#remove(this.transport.claims.takeBack());
  }

  /**
   * Takes back, in order, the calls that wait behind one that it has begun. Those of a worker that has
   * begun none are left to it: it may have been about to.
   */
  takeBackWaiting(): PoolCall[] {
    const { claims } = this.transport;
    const seqs = claims.takeBack();
    if (seqs.length < this.#sent.size) return this.#remove(seqs);
    claims.offer(seqs);
    // It may have found nothing meanwhile, and would not look again by itself.
    this.ping();
    return [];
  }

  /** Takes out every call, in order: nothing more will be answered. */
  takeAll(): PoolCall[] {
    const calls = [...this.#sent.values()];
    this.#sent.clear();
    this.#running.clear();
    return calls;
  }

  #remove(seqs: readonly number[]): PoolCall[] {
    return seqs.flatMap((seq) => {
      const call = this.#sent.get(seq);
      this.#sent.delete(seq);
      if (call !== undefined) this.#running.delete(call);
      return call ?? [];
    });
  }

  #sendEach(frame: Frame<ToWorker>, ends: readonly number[]): OversizedCall[] {
    const oversized: OversizedCall[] = [];
    for (const [place, message] of frame.messages.entries()) {
      try {
        this.transport.send(frameOfOne(frame, place, ends));
      } catch (cause) {
        const call = message.type === "call" ? this.#sent.get(message.seq) : undefined;
        if (message.type !== "call" || call === undefined) throw cause;
        // It is offered already, so the worker must be told of it to get past it.
        const cancel = { type: "cancel", seq: call.seq, reason: serializeError(cause) } as const;
        const messages = [{ ...message, input: {}, context: undefined }, cancel];
        this.transport.send({ messages, attachments: [] });
        oversized.push({ call, cause });
      }
    }
    return oversized;
  }

  #callMessage(call: PoolCall, { concurrency }: WorkerShare): CallMessage {
    const { attempt, tool } = call;
    const { attemptId, callId, tenant, idempotencyKey } = attempt;
    const input = encodeValue(attempt.input, this.#attachments, `The input of ${tool.name}`);
    const context = attempt.context === undefined ? undefined : this.#encodeContext(call);
    call.seq = this.#lastSeq += 1;
    return {
      type: "call",
      seq: call.seq,
      tool: tool.number,
      attemptId,
      callId,
      attempt: attempt.attempt === 1 ? undefined : attempt.attempt,
      concurrency: concurrency === this.#concurrency ? undefined : concurrency,
      input,
      tenant,
      idempotencyKey,
      context,
    };
  }

  #encodeContext(call: PoolCall): CallMessage["context"] {
    return encodeValue(call.attempt.context, this.#attachments, `The context of ${call.tool.name}`);
  }

  #introduce({ tool }: PoolCall): void {
    this.#known.add(tool.number);
    const { name, origin, repeatable } = tool;
    this.#add({ type: "tool", tool: tool.number, name, origin, repeatable });
  }

  #add(message: ToWorker): void {
    this.#outgoing.push(message);
    this.#ends.push(this.#attachments.length);
  }

  /** Notes which calls the worker begins now that there is room. */
  #beginNext(): void {
    if (this.#running.size >= this.#concurrency) return;
    for (const call of this.#sent.values()) {
      if (this.#running.size >= this.#concurrency) return;
      if (this.#running.has(call)) continue;
      this.#running.add(call);
      call.startedAt = this.#now();
      if (!call.answered) call.attempt.onStart(this.transport.workerId);
    }
  }
}
