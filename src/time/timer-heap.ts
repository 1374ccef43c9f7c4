/**
 * Timers in a binary heap, soonest first. Adding and removing cost O(log n), and O(1) for the
 * common case of deadlines added in order and removed before they fire.
 */

/** A timer in a {@link TimerHeap}. */
export interface TimerEntry {
  /** When it is due, on the clock of its heap. */
  readonly at: number;
  readonly fire: () => void;
  /** Place in the heap; -1 once it has left. */
  slot: number;
}

/** A heap of timers. It has no clock of its own. */
export class TimerHeap {
  readonly #entries: TimerEntry[] = [];

  /** How many timers wait. */
  get size(): number {
    return this.#entries.length;
  }

  /** When the soonest is due; Infinity when none waits. */
  get nextAt(): number {
    return this.#entries[0]?.at ?? Infinity;
  }

  /** Adds a timer due at `at`. Timers due at the same time leave in no set order. */
  add(at: number, fire: () => void): TimerEntry {
    const entry: TimerEntry = { at, fire, slot: this.#entries.length };
    this.#entries.push(entry);
    this.#siftUp(entry);
    return entry;
  }

  /** Removes a timer; one that has left already stays out. */
  remove(entry: TimerEntry): void {
    if (entry.slot < 0) return;
    const { slot } = entry;
    entry.slot = -1;
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#place(last, slot);
    this.#siftUp(last);
    this.#siftDown(last);
  }

  /** Takes out the soonest timer when it is due at `now` or before. */
  takeDue(now: number): TimerEntry | undefined {
    const soonest = this.#entries[0];
    if (soonest === undefined || soonest.at > now) return undefined;
    this.remove(soonest);
    return soonest;
  }

  #place(entry: TimerEntry, slot: number): void {
    this.#entries[slot] = entry;
    entry.slot = slot;
  }

  #siftUp(entry: TimerEntry): void {
    while (entry.slot > 0) {
      const parent = this.#entries[(entry.slot - 1) >> 1];
      if (parent === undefined || parent.at <= entry.at) return;
      this.#swap(parent, entry);
    }
  }

  #siftDown(entry: TimerEntry): void {
    for (;;) {
      const left = this.#entries[2 * entry.slot + 1];
      const right = this.#entries[2 * entry.slot + 2];
      const child = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (child === undefined || child.at >= entry.at) return;
      this.#swap(entry, child);
    }
  }

  #swap(above: TimerEntry, below: TimerEntry): void {
    const slot = above.slot;
    this.#place(above, below.slot);
    this.#place(below, slot);
  }
}
