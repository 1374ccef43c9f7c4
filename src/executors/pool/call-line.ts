import type { PoolCall } from "./pool-call.ts";

/** The calls that wait for a worker, first come first served. Those answered meanwhile are passed over. */
export class CallLine {
  #calls: PoolCall[] = [];
  #head = 0;
  #size = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Who is next; undefined when nobody waits. */
  get first(): PoolCall | undefined {
    while (this.#calls[this.#head]?.answered === true) this.#head += 1;
    return this.#calls[this.#head];
  }

  /** Adds a call at the end. */
  add(call: PoolCall): void {
    this.#calls.push(call);
    this.#size += 1;
  }

  /** Takes out the first. */
  shift(): void {
    if (this.first === undefined) return;
    this.#head += 1;
    this.#size -= 1;
    // Cut what lies behind once it is the larger part, so that a shift costs O(1) on average.
    if (this.#head * 2 <= this.#calls.length) return;
    this.#calls = this.#calls.slice(this.#head);
    this.#head = 0;
  }

  /** A call that waits has been answered: it counts no more. */
  leave(): void {
    this.#size -= 1;
  }

  /** Puts calls back at the head, in order. Those answered meanwhile have nothing to come back for. */
  putBack(calls: readonly PoolCall[]): void {
    const waiting = calls.filter((call) => !call.answered);
    if (waiting.length === 0) return;
    this.#calls = [...waiting, ...this.#calls.slice(this.#head)];
    this.#head = 0;
    this.#size += waiting.length;
  }

  /** Takes out everybody. */
  takeAll(): PoolCall[] {
    const waiting = this.#calls.slice(this.#head).filter((call) => !call.answered);
    this.#calls = [];
    this.#head = 0;
    this.#size = 0;
    return waiting;
  }
}
