import type { WorkerTransport } from "./worker-transport.ts";

/**
 * Attachments of calls sent and not answered, from which on a worker that runs one call at a time gets no more: enough
 * to keep it busy. A thread with nothing else to do can be given the bytes of a large input themselves instead of a
 * copy; those for a process lie in a ring of limited size. Bytes, or characters of text.
 */
const ENOUGH = { thread: 512 * 1024, process: 2 * 1024 * 1024 } as const;

/** What is attached to the calls that a worker has. */
export class AttachedLoad {
  readonly #enough: number;
  readonly #sizes = new Map<number, number>();
  #sum = 0;

  constructor({ threadId }: Pick<WorkerTransport, "threadId">) {
    this.#enough = ENOUGH[threadId === undefined ? "process" : "thread"];
  }

  /** Whether more would only lie about. */
  get isEnough(): boolean {
    return this.#sum >= this.#enough;
  }

  /** A call is sent. @param size - Bytes, or characters of text. */
  add(seq: number, size: number): void {
    if (size === 0) return;
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
