/** Somebody in a {@link WaitingLine}. */
export interface InLine {
  /** A smaller number is served sooner. */
  readonly priority: number;
  /** Set once it has left; it is passed over from then on. */
  hasLeft: boolean;
}

interface Lane<Waiter> {
  readonly priority: number;
  waiters: Waiter[];
  head: number;
}

/** How many may have left and still lie in a line, however short it is. */
const MAX_STRAGGLERS = 32;

/**
 * Those who wait for one limit: by priority, then in order of arrival. Leaving from the middle is
 * O(1) on average: who leaves is passed over, and swept out once those are the larger part.
 */
export class WaitingLine<Waiter extends InLine> {
  /** Ordered by priority. Few: callers use a handful of priorities. */
  #lanes: Lane<Waiter>[] = [];
  #size = 0;
  /** How many have left since the last sweep. */
  #left = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds a waiter behind those of its priority. */
  add(waiter: Waiter): void {
    this.#laneOf(waiter.priority).waiters.push(waiter);
    this.#size += 1;
  }

  /** Takes a waiter out, wherever it stands. Once; later calls do nothing. */
  remove(waiter: Waiter): void {
    if (waiter.hasLeft) return;
    waiter.hasLeft = true;
    this.#size -= 1;
    this.#left += 1;
    if (this.#left > MAX_STRAGGLERS && this.#left > this.#size) this.#sweep();
  }

  /** Who is next; undefined when nobody waits. */
  first(): Waiter | undefined {
    for (let lane = this.#lanes[0]; lane !== undefined; lane = this.#lanes[0]) {
      const waiter = firstOf(lane);
      if (waiter !== undefined) return waiter;
      this.#lanes.shift();
    }
    return undefined;
  }

  /** Everybody, next first. */
  all(): Waiter[] {
    return this.#lanes.flatMap(({ waiters }) => waiters.filter((waiter) => !waiter.hasLeft));
  }

  /** Without it, those who give up while nobody is served would be kept for ever. */
  #sweep(): void {
    this.#left = 0;
    for (const lane of this.#lanes) {
      lane.waiters = lane.waiters.filter((waiter) => !waiter.hasLeft);
      lane.head = 0;
    }
    this.#lanes = this.#lanes.filter((lane) => lane.waiters.length > 0);
  }

  #laneOf(priority: number): Lane<Waiter> {
    const place = this.#lanes.findIndex((lane) => lane.priority >= priority);
    const found = this.#lanes[place];
    if (found?.priority === priority) return found;
    const lane: Lane<Waiter> = { priority, waiters: [], head: 0 };
    this.#lanes.splice(place === -1 ? this.#lanes.length : place, 0, lane);
    return lane;
  }
}

function firstOf<Waiter extends InLine>(lane: Lane<Waiter>): Waiter | undefined {
  while (lane.waiters[lane.head]?.hasLeft === true) lane.head += 1;
  return lane.waiters[lane.head];
}
