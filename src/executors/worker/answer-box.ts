import { performance } from "node:perf_hooks";
import type { Frame, FromWorker } from "./protocol.ts";

/** Longest time an answer waits for others. Milliseconds. */
const BATCH_MS = 0.5;

/** Answers that wait to be sent in one frame: until the code that runs now is done, or BATCH_MS. */
export class AnswerBox {
  readonly #send: (frame: Frame<FromWorker>) => void;
  #answers: FromWorker[] = [];
  #attachments: Uint8Array[] = [];
  #firstAt = 0;
  #flushIsDue = false;

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
    if (now - this.#firstAt > BATCH_MS) this.flush();
    else if (!this.#flushIsDue) this.#flushSoon();
  }

  /** Sends everything now. */
  flush(): void {
    if (this.#answers.length === 0) return;
    const frame = { messages: this.#answers, attachments: this.#attachments };
    this.#answers = [];
    this.#attachments = [];
    this.#send(frame);
  }

  #flushSoon(): void {
    this.#flushIsDue = true;
    queueMicrotask(() => {
      this.#flushIsDue = false;
      this.flush();
    });
  }
}
