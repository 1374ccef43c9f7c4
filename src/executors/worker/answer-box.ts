import { performance } from "node:perf_hooks";
import { serializeError } from "../../core/serialized-error.ts";
import { thrownText } from "../../core/thrown-text.ts";
import { ToolError } from "../../core/tool-error.ts";
import type { Frame, FromWorker } from "./protocol.ts";
import { frameOfOne } from "./split-frame.ts";

/** Longest time an answer waits for others. Milliseconds. */
const BATCH_MS = 0.5;

// Tools may replace globals; what carries their answers must not depend on them.
const later = queueMicrotask;

/** Answers that wait to be sent in one frame: until the code that runs now is done, or BATCH_MS. */
export class AnswerBox {
  readonly #send: (frame: Frame<FromWorker>) => void;
  #answers: FromWorker[] = [];
  #attachments: Uint8Array[] = [];
  /** For each answer, how many attachments there were after it. */
  #ends: number[] = [];
  #firstAt = 0;
  #flushIsDue = false;

  /** @param send - Throws when the frame is more than the channel takes, and then has sent nothing. */
  constructor(send: (frame: Frame<FromWorker>) => void) {
    this.#send = send;
  }

  /** Where the bytes of the next answer go. */
  get attachments(): Uint8Array[] {
    return this.#attachments;
  }

  /** Adds an answer. */
  add(answer: FromWorker): void {
    const now = performance.now();
    if (this.#answers.length === 0) this.#firstAt = now;
    this.#answers.push(answer);
    this.#ends.push(this.#attachments.length);
    if (now - this.#firstAt > BATCH_MS) this.flush();
    else if (!this.#flushIsDue) this.#flushSoon();
  }

  /** Sends everything now. An answer that is too large for the channel becomes `OUTPUT_TOO_LARGE`. */
  flush(): void {
    if (this.#answers.length === 0) return;
    const frame = { messages: this.#answers, attachments: this.#attachments };
    const ends = this.#ends;
    this.#answers = [];
    this.#attachments = [];
    this.#ends = [];
    try {
      this.#send(frame);
    } catch {
      for (const place of ends.keys()) this.#sendOne(frameOfOne(frame, place, ends));
    }
  }

  #sendOne(frame: Frame<FromWorker>): void {
    try {
      this.#send(frame);
    } catch (cause) {
      const messages = frame.messages.flatMap((answer) => asTooLarge(answer, cause));
      if (messages.length > 0) this.#send({ messages, attachments: [] });
    }
  }

  #flushSoon(): void {
    this.#flushIsDue = true;
    later(() => {
      this.#flushIsDue = false;
      this.flush();
    });
  }
}

/** What is said in place of an answer that cannot be sent. */
function asTooLarge(answer: FromWorker, cause: unknown): FromWorker[] {
  if (answer.type !== "done" && answer.type !== "failed") return [];
  const { seq, runMs, busyMs } = answer;
  const message = `The output is too large to leave a worker: ${thrownText(cause)}`;
  const error = serializeError(new ToolError("OUTPUT_TOO_LARGE", message, { cause }));
  return [{ type: "failed", seq, error, runMs, busyMs }];
}
