/** How many bytes several answers may have together. */
export class ByteAllowance {
  readonly #max: number;
  #left: number;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
    this.#left = maxBytes;
  }

  /** Bytes that may still come. */
  get left(): number {
    return this.#left;
  }

  /** What it allows, for people. */
  get rule(): string {
    return `a document with all that it refers to may have ${this.#max}`;
  }

  /** Takes bytes from it. False: there were not so many left, and none are taken. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}
