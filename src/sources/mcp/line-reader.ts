/** Bytes to lines: what a server writes to its stdout, one message a line. */

const NEWLINE = 10;

/** Cuts a stream of bytes into lines. The bytes of a line are put together once, however many chunks it came in. */
export class LineReader {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  #parts: Buffer[] = [];
  #bytes = 0;

  /** @param maxBytes - Most bytes of one line. */
  constructor(maxBytes: number, onLine: (line: string) => void) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
  }

  /** Takes the next bytes. False when a line has become too long: then no more may come. */
  push(chunk: Buffer): boolean {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (this.#bytes + end - start > this.#maxBytes) return false;
      this.#onLine(this.#take(chunk, start, end));
      start = end + 1;
    }
    if (start === chunk.length) return true;
    this.#parts.push(start === 0 ? chunk : chunk.subarray(start));
    this.#bytes += chunk.length - start;
    return this.#bytes <= this.#maxBytes;
  }

  #take(chunk: Buffer, start: number, end: number): string {
    if (this.#bytes === 0) return chunk.toString("utf8", start, end);
    const whole = Buffer.concat([...this.#parts, chunk.subarray(start, end)]);
    this.#parts = [];
    this.#bytes = 0;
    return whole.toString("utf8");
  }
}
