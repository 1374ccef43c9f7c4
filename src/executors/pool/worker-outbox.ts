/** What is on its way to one worker: tools it does not know yet, calls, and the bytes of their values. */
import { serializeError } from "../../core/serialized-error.ts";
import type { TransferPolicy } from "../worker/bytes-codec.ts";
import type { CallMessage, Frame, ToWorker } from "../worker/protocol.ts";
import { frameOfOne } from "../worker/split-frame.ts";
import { encodeValue } from "../worker/value-codec.ts";
import type { PoolCall } from "./pool-call.ts";
import type { WorkerTransport } from "./worker-transport.ts";

/** A call that no frame can hold. */
export interface OversizedCall {
  readonly call: PoolCall;
  readonly cause: unknown;
}

/**
 * A frame longer than this gains nothing by holding more calls: the worker could have begun the first
 * meanwhile. Bytes.
 */
const BATCH_BYTES = 32_768;
const NONE: readonly OversizedCall[] = [];
/** Weight of the newest frame in the average size of a message. */
const NEWEST = 1 / 4;

/** Collects what goes to a worker, and sends it in few frames. */
export class WorkerOutbox {
  readonly #transport: WorkerTransport;
  /** What becomes of bytes marked with `transfer` in the next call taken. */
  transfers: TransferPolicy = "keep";
  readonly #known = new Set<number>();
  #messages: ToWorker[] = [];
  /** For each message the call it asks for; undefined for others. */
  #calls: (PoolCall | undefined)[] = [];
  #offers: number[] = [];
  #attachments: Uint8Array[] = [];
  #attachedBytes = 0;
  /** For each message, how many attachments there were after it. */
  #ends: number[] = [];
  #bytesPerMessage = 64;
  #oversized: OversizedCall[] = [];
  /** Size of all frames sent so far. */
  sentBytes = 0;

  constructor(transport: WorkerTransport) {
    this.#transport = transport;
  }

  /**
   * Takes a call. It is sent with the next {@link flush}, or at once when that makes a frame full.
   *
   * @param concurrency - How many calls the worker may have begun at once from here on, where that changes.
   * @throws ToolError `NOT_PORTABLE` when its input cannot cross; nothing is taken then.
   */
  put(call: PoolCall, seq: number, concurrency: number | undefined): void {
    // First: a message's attachments are those since the message before it.
    if (!this.#known.has(call.tool.number)) this.#introduce(call);
    const message = this.#encode(call, seq, concurrency);
    this.#add(message, call);
    this.#offers.push(seq);
    const bytes = this.#messages.length * this.#bytesPerMessage + this.#attachedBytes;
    if (bytes >= BATCH_BYTES) this.#send();
  }

  /** Sends what was taken. Returns the calls that are too large for any frame; the worker will drop them. */
  flush(): readonly OversizedCall[] {
    if (this.#messages.length > 0) this.#send();
    if (this.#oversized.length === 0) return NONE;
    const oversized = this.#oversized;
    this.#oversized = [];
    return oversized;
  }

  /** Sends a message at once, ahead of calls that wait for the next frame. */
  tell(message: ToWorker): void {
    this.#sendFrame({ messages: [message], attachments: [] });
  }

  #send(): void {
    const frame = { messages: this.#messages, attachments: this.#attachments };
    const calls = this.#calls;
    const ends = this.#ends;
    this.#messages = [];
    this.#calls = [];
    this.#attachments = [];
    this.#attachedBytes = 0;
    this.#ends = [];
    if (this.#offers.length > 0) this.#transport.claims.offer(this.#offers);
    this.#offers = [];
    try {
      const average = this.#sendFrame(frame) / frame.messages.length;
      this.#bytesPerMessage += NEWEST * (average - this.#bytesPerMessage);
    } catch {
      for (const [place, call] of calls.entries()) {
        this.#sendAlone(frameOfOne(frame, place, ends), call);
      }
    }
  }

  #sendAlone(frame: Frame<ToWorker>, call: PoolCall | undefined): void {
    try {
      this.#sendFrame(frame);
    } catch (cause) {
      const [message] = frame.messages;
      if (call === undefined || message?.type !== "call") throw cause;
      // It is offered already, so the worker must be told of it to get past it.
      const cancel = { type: "cancel", seq: message.seq, reason: serializeError(cause) } as const;
      const messages = [{ ...message, input: {}, context: undefined }, cancel];
      this.#sendFrame({ messages, attachments: [] });
      this.#oversized.push({ call, cause });
    }
  }

  #sendFrame(frame: Frame<ToWorker>): number {
    const bytes = this.#transport.send(frame);
    this.sentBytes += bytes;
    return bytes;
  }

  #encode(call: PoolCall, seq: number, concurrency: number | undefined): CallMessage {
    const kept = this.#attachments.length;
    try {
      const message = this.#callMessage(call, seq, concurrency);
      for (let place = kept; place < this.#attachments.length; place += 1)
        this.#attachedBytes += this.#attachments[place]?.byteLength ?? 0;
      return message;
    } catch (thrown) {
      this.#attachments.length = kept;
      throw thrown;
    }
  }

  #callMessage(call: PoolCall, seq: number, concurrency: number | undefined): CallMessage {
    const { attempt, tool } = call;
    const { attemptId, callId, tenant, idempotencyKey, context } = attempt;
    const input = encodeValue(
      attempt.input,
      this.#attachments,
      `The input of ${tool.name}`,
      this.transfers,
    );
    return {
      type: "call",
      seq,
      tool: tool.number,
      attemptId,
      callId,
      attempt: attempt.attempt === 1 ? undefined : attempt.attempt,
      concurrency,
      input,
      tenant,
      idempotencyKey,
      context:
        context === undefined
          ? undefined
          : encodeValue(context, this.#attachments, `The context of ${tool.name}`),
    };
  }

  #introduce({ tool }: PoolCall): void {
    this.#known.add(tool.number);
    const { name, origin, repeatable } = tool;
    this.#add({ type: "tool", tool: tool.number, name, origin, repeatable }, undefined);
  }

  #add(message: ToWorker, call: PoolCall | undefined): void {
    this.#messages.push(message);
    this.#calls.push(call);
    this.#ends.push(this.#attachments.length);
  }
}
