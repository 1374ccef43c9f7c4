/** How much of a worker's stderr is kept for its obituary, in characters. */
const KEPT_CHARACTERS = 4_096;

/** Keeps the end of what a worker printed to stderr. */
export class StderrTail {
  #text = "";

  /** Adds what was printed. */
  add(text: string): void {
    this.#text = (this.#text + text).slice(-KEPT_CHARACTERS);
  }

  /** The end of it all. */
  get text(): string {
    return this.#text;
  }
}
