import type { AttachedInput } from "./worker-outbox.ts";

/**
 * Attachments of calls sent and not answered, from which on a worker that runs one call at a time gets no more: enough
 * to keep it busy, and no more than the ring of a process holds. Bytes, or characters of text.
 */
const ENOUGH = 2 * 1024 * 1024;
/**
 * The same while inputs are given to a thread with their bytes: they are only while it has nothing else to do, and to
 * wait for that is cheaper than to copy this much.
 */
const ENOUGH_MOVED = 64 * 1024;

/** What is attached to the calls that a worker has. */
export class AttachedLoad {
  readonly #sizes = new Map<number, number>();
  #sum = 0;
  #enough = ENOUGH;

  /** Whether more would only lie about. */
  get isEnough(): boolean {
    return this.#sum >= this.#enough;
  }

  /** A call is sent. */
  add(seq: number, { size, isMoved }: AttachedInput): void {
    if (size === 0) return;
    // Beside others nothing is moved, whatever is asked for.
    if (this.#sum === 0) this.#enough = isMoved ? ENOUGH_MOVED : ENOUGH;
    this.#sizes.set(seq, size);
    this.#sum += size;
  }

  /** A call is answered or taken back. */
  remove(seq: number): void {
    const size = this.#sizes.get(seq);
    if (size === undefined) return;
    this.#sizes.delete(seq);
    this.#sum -= size;
  }
}
