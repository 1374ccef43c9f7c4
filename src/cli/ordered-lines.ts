/**
 * Writes lines in the order of their index, each as soon as all before it are written: results come
 * in any order, and a reader gets them in the order of the calls.
 */
export class OrderedLines {
  readonly #write: (line: string) => void;
  readonly #held = new Map<number, string>();
  #next = 0;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** Takes the line of an index. Each index once. */
  add(index: number, line: string): void {
    this.#held.set(index, line);
    for (;;) {
      const ready = this.#held.get(this.#next);
      if (ready === undefined) return;
      this.#held.delete(this.#next);
      this.#next += 1;
      this.#write(ready);
    }
  }

  /** Writes what is held back, gaps or not: nothing more will come. */
  flush(): void {
    for (const index of [...this.#held.keys()].toSorted((a, b) => a - b)) {
      this.#write(this.#held.get(index) ?? "");
    }
    this.#held.clear();
  }
}
