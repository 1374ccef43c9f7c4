import type { Gate } from "./gate.ts";
import { type HeapItem, IndexedHeap } from "./indexed-heap.ts";
import type { Step } from "./step.ts";

interface Entry extends HeapItem {
  readonly gate: Gate;
  opensAt: number;
}

/** Gates that let nobody start for a while, until it is said that they have opened. */
export class ClosedGates {
  readonly #entries = new Map<Gate, Entry>();
  readonly #next = new IndexedHeap<Entry>(({ opensAt }) => opensAt);

  /** When the first of them opens; Infinity when none is closed. */
  get opensAt(): number {
    return this.#next.first?.opensAt ?? Infinity;
  }

  /** A gate was closed, or for longer than before. */
  add(gate: Gate): void {
    const known = this.#entries.get(gate);
    if (known !== undefined) {
      known.opensAt = gate.closedUntil;
      this.#next.update(known);
      return;
    }
    const entry = { gate, opensAt: gate.closedUntil, heapIndex: -1 };
    this.#entries.set(gate, entry);
    this.#next.add(entry);
  }

  /** Tells of those that have opened. */
  sayOpened(step: Step): void {
    for (let entry = this.#next.first; entry !== undefined; entry = this.#next.first) {
      if (entry.opensAt > step.now) return;
      this.#next.remove(entry);
      this.#entries.delete(entry.gate);
      step.tell(entry.gate.name, { type: "limit.opened" });
    }
  }
}
