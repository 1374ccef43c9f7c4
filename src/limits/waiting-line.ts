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

/** Those who wait for one limit: by priority, then in order of arrival. Leaving from the middle is O(1). */
export class WaitingLine<Waiter extends InLine> {
  /** Ordered by priority. Few: callers use a handful of priorities. */
  readonly #lanes: Lane<Waiter>[] = [];
  #size = 0;

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
  // Cut what lies behind once it is the larger part, so that passing over costs O(1) on average.
  if (lane.head > 32 && lane.head * 2 > lane.waiters.length) {
    lane.waiters = lane.waiters.slice(lane.head);
    lane.head = 0;
  }
  return lane.waiters[lane.head];
}
