import { type HeapItem, IndexedHeap } from "./indexed-heap.ts";
import type { QueuedCall } from "./queued-call.ts";

interface Entry extends HeapItem {
  readonly call: QueuedCall;
}

/** Attempts by how urgent they are, the least urgent first: for those who have to go when too many wait. */
export class LeastUrgent {
  readonly #entries = new Map<QueuedCall, Entry>();
  readonly #heap = new IndexedHeap<Entry>(
    ({ call }) => -call.urgency,
    ({ call }) => -call.order,
  );

  get first(): QueuedCall | undefined {
    return this.#heap.first?.call;
  }

  add(call: QueuedCall): void {
    const entry = { call, heapIndex: -1 };
    this.#entries.set(call, entry);
    this.#heap.add(entry);
  }

  remove(call: QueuedCall): void {
    const entry = this.#entries.get(call);
    if (entry === undefined) return;
    this.#entries.delete(call);
    this.#heap.remove(entry);
  }

  /** How urgent it is has changed. */
  update(call: QueuedCall): void {
    const entry = this.#entries.get(call);
    if (entry !== undefined) this.#heap.update(entry);
  }
}
