/** What is on its way to one worker: tools it does not know yet, calls, and the bytes of their values. */
import { serializeError } from "../../core/serialized-error.ts";
import { OwnedBytes, type TransferPolicy } from "../worker/bytes-codec.ts";
import {
  type Attachment,
  type CallDetails,
  type CallMessage,
  type Frame,
  type ToWorker,
  attachmentSize,
} from "../worker/protocol.ts";
import { frameOfOne } from "../worker/split-frame.ts";
import { encodeValue, isJsonAlone } from "../worker/value-codec.ts";
import type { PoolCall, PoolTool } from "./pool-call.ts";
import { inputPolicy } from "./transfer-policy.ts";
import type { WorkerTransport } from "./worker-transport.ts";

/** How a call is sent. */
export interface Sending {
  readonly seq: number;
  /** How many calls the worker may have begun at once from here on. Undefined: as many as before. */
  readonly concurrency: number | undefined;
  /** Calls that the worker has already. */
  readonly load: number;
}

/** What travels beside the message of a call. */
export interface AttachedInput {
  /** Bytes, or characters of text. */
  readonly size: number;
  /** Whether it is the caller's own memory, given away. */
  readonly isMoved: boolean;
}

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
const NOTHING: AttachedInput = { size: 0, isMoved: false };
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
  #attachments: Attachment[] = [];
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
   * @param send - How it is sent.
   * @returns What travels beside its message.
   * @throws ToolError `NOT_PORTABLE` when its input cannot cross; nothing is taken then.
   */
  put(call: PoolCall, send: Sending): AttachedInput {
    // First: a message's attachments are those since the message before it.
    if (!this.#known.has(call.tool.number)) this.introduce(call.tool);
    const before = this.#attachedBytes;
    const { length } = this.#attachments;
    const message = this.#encode(call, send);
    const attached = this.#attachedSince(length, before);
    this.#add(message, call);
    this.#offers.push(send.seq);
    const bytes = this.#messages.length * this.#bytesPerMessage + this.#attachedBytes;
    if (bytes >= BATCH_BYTES) this.#send();
    return attached;
  }

  #attachedSince(length: number, bytes: number): AttachedInput {
    const size = this.#attachedBytes - bytes;
    if (size === 0) return NOTHING;
    return { size, isMoved: this.#attachments[length] instanceof OwnedBytes };
  }

  /** Tells of a tool, with the next {@link flush}. */
  introduce({ number, name, origin, repeatable }: PoolTool): void {
    this.#known.add(number);
    this.#add({ type: "tool", tool: number, name, origin, repeatable }, undefined);
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
  tell(message: ToWorker, attachments: readonly Attachment[] = []): void {
    this.#sendFrame({ messages: [message], attachments });
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
      if (call === undefined || message === undefined || "type" in message) throw cause;
      // It is offered already, so the worker must be told of it to get past it.
      const [seq, tool, attemptId, callId] = message;
      const cancel = { type: "cancel", seq, reason: serializeError(cause) } as const;
      const { concurrency } = message[5] ?? {};
      const hollow = [seq, tool, attemptId, callId, null, { concurrency }] as const;
      const messages = [hollow, cancel];
      this.#sendFrame({ messages, attachments: [] });
      this.#oversized.push({ call, cause });
    }
  }

  #sendFrame(frame: Frame<ToWorker>): number {
    const bytes = this.#transport.send(frame);
    this.sentBytes += bytes;
    return bytes;
  }

  #encode(call: PoolCall, send: Sending): CallMessage {
    const kept = this.#attachments.length;
    try {
      const message = this.#callMessage(call, send);
      for (let place = kept; place < this.#attachments.length; place += 1)
        this.#attachedBytes += attachmentSize(this.#attachments[place] ?? "");
      return message;
    } catch (thrown) {
      this.#attachments.length = kept;
      throw thrown;
    }
  }

  #callMessage(call: PoolCall, { seq, concurrency, load }: Sending): CallMessage {
    const { attempt, tool } = call;
    const policy = inputPolicy(tool, this.#transport, load);
    const what = `The input of ${tool.name}`;
    const input = encodeValue(attempt.input, this.#attachments, what, policy);
    const isPlain = isJsonAlone(input);
    const json = isPlain ? input.json : null;
    const { attemptId, callId } = attempt;
    const details = this.#detailsOf(call, concurrency);
    if (isPlain && details === undefined) return [seq, tool.number, attemptId, callId, json];
    const more = isPlain ? details : { ...details, input };
    return [seq, tool.number, attemptId, callId, json, more];
  }

  /** Undefined when there is nothing to say, as for most. */
  #detailsOf(
    { attempt, tool }: PoolCall,
    concurrency: number | undefined,
  ): CallDetails | undefined {
    const { tenant, idempotencyKey, context } = attempt;
    const isUsual = attempt.attempt === 1 && concurrency === undefined && context === undefined;
    if (isUsual && tenant === undefined && idempotencyKey === undefined) return undefined;
    return {
      concurrency,
      tenant,
      idempotencyKey,
      attempt: attempt.attempt,
      context:
        context === undefined
          ? undefined
          : encodeValue(context, this.#attachments, `The context of ${tool.name}`),
    };
  }

  #add(message: ToWorker, call: PoolCall | undefined): void {
    this.#messages.push(message);
    this.#calls.push(call);
    this.#ends.push(this.#attachments.length);
  }
}
