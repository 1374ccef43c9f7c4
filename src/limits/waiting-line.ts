/** Those who wait for one limit: by priority (smaller first), then in order of arrival; leaving is O(1). */
export class WaitingLine<Waiter> {
  readonly #lanes = new Map<number, Set<Waiter>>();
  #priorities: number[] = [];
  #size = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds a waiter behind those of its priority. */
  add(waiter: Waiter, priority: number): void {
    let lane = this.#lanes.get(priority);
    if (lane === undefined) {
      lane = new Set();
      this.#lanes.set(priority, lane);
      this.#priorities = [...this.#lanes.keys()].sort((left, right) => left - right);
    }
    lane.add(waiter);
    this.#size += 1;
  }

  /** Takes a waiter out, wherever it stands. */
  remove(waiter: Waiter, priority: number): void {
    const lane = this.#lanes.get(priority);
    if (lane?.delete(waiter) !== true) return;
    this.#size -= 1;
    if (lane.size > 0) return;
    this.#lanes.delete(priority);
    this.#priorities = this.#priorities.filter((known) => known !== priority);
  }

  /** Who is next; undefined when nobody waits. */
  first(): Waiter | undefined {
    const lane = this.#lanes.get(this.#priorities[0] ?? 0);
    return lane?.values().next().value;
  }

  /** Everybody, next first. */
  all(): Waiter[] {
    return this.#priorities.flatMap((priority) => [...(this.#lanes.get(priority) ?? [])]);
  }
}
