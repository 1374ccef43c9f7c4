import { performance } from "node:perf_hooks";
import { thrownText } from "../../core/thrown-text.ts";
import { ToolError } from "../../core/tool-error.ts";
import { OwnedBytes } from "./bytes-codec.ts";
import { type Attachment, type FromWorker, attachmentSize } from "./protocol.ts";
import { type WrittenFrame, writeJson } from "./written-frame.ts";

/** Longest time an answer waits for others. Milliseconds. */
const BATCH_MS = 0.5;
/** A frame longer than this gains nothing by waiting for more. Characters and bytes together. */
const BATCH_SIZE = 32_768;

// Tools may replace globals; what carries their answers must not depend on them.
const later = queueMicrotask;

/**
 * Answers that wait to be sent in one frame: until the code that runs now is done, BATCH_MS or
 * BATCH_SIZE. Each is written down at once, for its values may change as soon as other code runs.
 */
export class AnswerBox {
  readonly #send: (frame: WrittenFrame) => void;
  #texts: string[] = [];
  #size = 0;
  #attachments: Attachment[] = [];
  /** Of the attachments, those that belong to the answers that are in. */
  #attached = 0;
  #firstAt = 0;
  #flushIsDue = false;

  /** @param send - Throws when the frame is more than the channel takes, and then has sent nothing. */
  constructor(send: (frame: WrittenFrame) => void) {
    this.#send = send;
  }

  /** Where the attachments of the next answer go. */
  get attachments(): Attachment[] {
    return this.#attachments;
  }

  /**
   * Adds an answer.
   *
   * @throws ToolError `NOT_PORTABLE` or `OUTPUT_TOO_LARGE` when it cannot be sent; it is then not in.
   */
  add(answer: FromWorker): void {
    const now = performance.now();
    if (this.#texts.length === 0) this.#firstAt = now;
    this.#put(answer);
    if (this.#size > BATCH_SIZE || now - this.#firstAt > BATCH_MS) this.flush();
    else if (!this.#flushIsDue) this.#flushSoon();
  }

  /** Sends everything now. */
  flush(): void {
    if (this.#texts.length === 0) return;
    const json = `[${this.#texts.join(",")}]`;
    const attachments = this.#attachments;
    this.#texts = [];
    this.#size = 0;
    this.#attachments = [];
    this.#attached = 0;
    this.#send({ json, attachments });
  }

  #put(answer: FromWorker): void {
    const own = this.#attachments.slice(this.#attached);
    try {
      const text = writeJson(answer);
      const size = own.reduce((sum, one) => sum + attachmentSize(one), text.length);
      if (size > BATCH_SIZE) return this.#sendAlone(text, own);
      this.#texts.push(text);
      this.#size += size;
      // Their memory is the tool's, which may go on to change it.
      for (const [place, one] of own.entries()) {
        if (typeof one !== "string" && !(one instanceof OwnedBytes)) {
          this.#attachments[this.#attached + place] = new OwnedBytes(new Uint8Array(one).buffer);
        }
      }
      this.#attached = this.#attachments.length;
    } catch (cause) {
      this.#attachments.length = this.#attached;
      const code = cause instanceof RangeError ? "OUTPUT_TOO_LARGE" : "NOT_PORTABLE";
      throw new ToolError(code, `The output cannot leave its worker: ${thrownText(cause)}`, {
        cause,
      });
    }
  }

  /** In a frame of its own, what is too large to be sent is nobody else's trouble. */
  #sendAlone(text: string, own: readonly Attachment[]): void {
    const places = this.#attached;
    this.#attachments.length = places;
    this.flush();
    // It refers to its attachments by their places in the frame it was meant for.
    const before = Array.from({ length: places }, () => new Uint8Array(0));
    this.#send({ json: `[${text}]`, attachments: [...before, ...own] });
  }

  #flushSoon(): void {
    this.#flushIsDue = true;
    later(() => {
      this.#flushIsDue = false;
      this.flush();
    });
  }
}
