/**
 * Who may run a call: the worker that claims it, or the pool that takes it back, never both.
 *
 * The pool offers sequence numbers; the worker claims them one by one, in order, each just before it
 * runs that call; the pool takes back what nobody has claimed. Both sides take from the front of the
 * same queue in one atomic step, so a call is claimed exactly once, whichever side dies when:
 *
 *   threads    a ring in a SharedArrayBuffer, taken by compare-and-exchange on its head
 *   processes  a file whose descriptor is shared, read offset included: a `read` takes the next
 *              number, and the kernel hands each one out once. It outlives any death of the reader
 */
import { readSync, writeSync } from "node:fs";

/** The pool's side. */
export interface ClaimOffers {
  /** Offers calls, before they are sent. Numbers must grow. */
  offer(seqs: readonly number[]): void;
  /** Takes back every call that is not claimed, in order. The worker will never run these. */
  takeBack(): number[];
}

/** The worker's side. */
export interface ClaimSource {
  /** Claims the next call; undefined when there is none (left). */
  claim(): number | undefined;
}

const HEAD = 0;
const TAIL = 1;
const FIRST_SLOT = 2;

/** Calls that can be offered to a thread and not yet claimed. A power of two. */
export const RING_SLOTS = 1_024;

/** Makes the memory that a {@link SharedRing} lives in. */
export function makeRingMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((FIRST_SLOT + RING_SLOTS) * Int32Array.BYTES_PER_ELEMENT);
}

/** Claims between two threads. Each side makes one over the same memory. */
export class SharedRing implements ClaimOffers, ClaimSource {
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory);
  }

  offer(seqs: readonly number[]): void {
    const cells = this.#cells;
    let tail = Atomics.load(cells, TAIL);
    if (tail - Atomics.load(cells, HEAD) + seqs.length > RING_SLOTS) {
      throw new RangeError(`More than ${RING_SLOTS} calls offered to one worker.`);
    }
    for (const seq of seqs) {
      Atomics.store(cells, slotOf(tail), seq);
      tail = (tail + 1) | 0;
    }
    Atomics.store(cells, TAIL, tail);
  }

  claim(): number | undefined {
    const cells = this.#cells;
    for (;;) {
      const head = Atomics.load(cells, HEAD);
      if (head === Atomics.load(cells, TAIL)) return undefined;
      const seq = Atomics.load(cells, slotOf(head));
      if (Atomics.compareExchange(cells, HEAD, head, (head + 1) | 0) === head) return seq;
    }
  }

  takeBack(): number[] {
    const taken: number[] = [];
    for (let seq = this.claim(); seq !== undefined; seq = this.claim()) taken.push(seq);
    return taken;
  }
}

const SEQ_BYTES = 4;

/** Claims between two processes over a file descriptor that both hold, read offset shared. */
export class SharedFile implements ClaimOffers, ClaimSource {
  readonly #fd: number;
  readonly #cell = Buffer.alloc(SEQ_BYTES);
  #written = 0;

  /** @param fd - Opened once for reading and writing, then inherited by the other process. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  offer(seqs: readonly number[]): void {
    const bytes = Buffer.allocUnsafe(seqs.length * SEQ_BYTES);
    for (const [place, seq] of seqs.entries()) bytes.writeUInt32LE(seq, place * SEQ_BYTES);
    // Written at a position of its own, so that the shared read offset stays where it is.
    this.#written += writeSync(this.#fd, bytes, 0, bytes.length, this.#written);
  }

  claim(): number | undefined {
    const read = readSync(this.#fd, this.#cell, 0, SEQ_BYTES, null);
    return read === SEQ_BYTES ? this.#cell.readUInt32LE(0) : undefined;
  }

  takeBack(): number[] {
    const taken: number[] = [];
    for (let seq = this.claim(); seq !== undefined; seq = this.claim()) taken.push(seq);
    return taken;
  }
}

function slotOf(place: number): number {
  return FIRST_SLOT + (place & (RING_SLOTS - 1));
}
