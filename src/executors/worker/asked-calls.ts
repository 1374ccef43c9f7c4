/** The calls of other tools that the calls of this worker ask for: questions to the pool, and what comes back. */
import { deserializeError, serializeError } from "../../core/serialized-error.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { ConcreteMode } from "../../core/tool.ts";
import type { AnswerBox } from "./answer-box.ts";
import { outgoingPolicy } from "./bytes-codec.ts";
import type { AskMessage, Attachment, ReplyMessage } from "./protocol.ts";
import type { RunningCall, WantedCall } from "./running-call.ts";
import { decodeValue, encodeValue } from "./value-codec.ts";

/** A call that was asked for and is not answered. */
interface OpenAsk {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Lets go of the caller's signal. */
  readonly stopListening: () => void;
}

const nothing = (): void => {};

/** What the calls of one worker have asked for. */
export class AskedCalls {
  readonly #answers: AnswerBox;
  readonly #mode: ConcreteMode;
  /** By the call that asks, then by its own number. Most calls ask for nothing and are not here. */
  readonly #open = new Map<number, Map<number, OpenAsk>>();
  #count = 0;

  constructor(answers: AnswerBox, mode: ConcreteMode) {
    this.#answers = answers;
    this.#mode = mode;
  }

  /**
   * Asks the pool for a call. Rejects as the call does, with `NOT_PORTABLE` when its input cannot cross, and with
   * `CALL_CANCELLED` when the call that asks has ended.
   */
  ask(running: RunningCall, wanted: WantedCall): Promise<unknown> {
    if (running.answered) return Promise.reject(askerEnded(running.toolName));
    this.#count += 1;
    const ask = this.#count;
    const { seq } = running.call;
    this.#send(seq, ask, wanted);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const stopListening = this.#follow(wanted.options.signal, seq, ask);
    const asks = this.#open.get(seq) ?? new Map<number, OpenAsk>();
    this.#open.set(seq, asks.set(ask, { resolve, reject, stopListening }));
    return promise;
  }

  /** The pool has answered. */
  replied({ seq, ask, output, error }: ReplyMessage, attachments: readonly Attachment[]): void {
    const asks = this.#open.get(seq);
    const open = asks?.get(ask);
    if (asks === undefined || open === undefined) return;
    asks.delete(ask);
    if (asks.size === 0) this.#open.delete(seq);
    open.stopListening();
    try {
      if (error !== undefined) open.reject(deserializeError(error));
      else open.resolve(decodeValue(output ?? {}, attachments));
    } catch (thrown) {
      open.reject(thrown);
    }
  }

  /** A call has its answer: whatever it has asked for is of no use to it. */
  ended({ call, toolName }: RunningCall): void {
    const asks = this.#open.get(call.seq);
    if (asks === undefined) return;
    this.#open.delete(call.seq);
    for (const { reject, stopListening } of asks.values()) {
      stopListening();
      reject(askerEnded(toolName));
    }
  }

  #send(seq: number, ask: number, { name, input, options }: WantedCall): void {
    const { signal, ...others } = options;
    const withdrawn = signal?.aborted ? serializeError(signal.reason) : undefined;
    const what = `The input of ${name}`;
    const { attachments } = this.#answers;
    const encoded = encodeValue(input, attachments, what, outgoingPolicy(this.#mode));
    const message: AskMessage = {
      type: "ask",
      seq,
      ask,
      name,
      input: encoded,
      options: others,
      withdrawn,
    };
    try {
      this.#answers.add(message);
    } catch (cause) {
      const reason = ToolError.from(cause, name).message;
      throw new ToolError("NOT_PORTABLE", `${what} is too large to leave its worker: ${reason}`, {
        cause,
      });
    }
  }

  #follow(signal: AbortSignal | undefined, seq: number, ask: number): () => void {
    if (signal === undefined || signal.aborted) return nothing;
    const onAbort = (): void =>
      this.#answers.add({ type: "withdraw", seq, ask, reason: serializeError(signal.reason) });
    signal.addEventListener("abort", onAbort, { once: true });
    return () => signal.removeEventListener("abort", onAbort);
  }
}

function askerEnded(toolName: string): ToolError {
  return new ToolError("CALL_CANCELLED", `${toolName} has ended, and makes no more calls.`);
}
