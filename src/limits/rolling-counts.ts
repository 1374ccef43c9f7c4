/** How many slots a window is counted in: what leaves it leaves a tenth at a time. */
const SLOTS = 10;

/**
 * Two counts over the last while: of calls, and of those among or beside them that are marked (failures, retries).
 *
 * Counted in ten slots, so a window holds between nine tenths of its length and all of it, never more. O(1) in time
 * and space.
 */
export class RollingCounts {
  readonly #slotMs: number;
  readonly #callsBySlot = new Float64Array(SLOTS);
  readonly #marksBySlot = new Float64Array(SLOTS);
  #calls = 0;
  #marks = 0;
  #slot = -Infinity;

  /** @param windowMs - Length of the window in milliseconds. Above 0. */
  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  /** Calls in the window, as of the last {@link add} or {@link forget}. */
  get calls(): number {
    return this.#calls;
  }

  /** Marks in the window, as of the last {@link add} or {@link forget}. */
  get marks(): number {
    return this.#marks;
  }

  /** Counts `calls` calls and `marks` marks, now. */
  add(now: number, calls: number, marks: number): void {
    this.forget(now);
    const place = placeOf(this.#slot);
    this.#calls += calls;
    this.#marks += marks;
    this.#callsBySlot[place] = (this.#callsBySlot[place] ?? 0) + calls;
    this.#marksBySlot[place] = (this.#marksBySlot[place] ?? 0) + marks;
  }

  /** Lets go of what has left the window. */
  forget(now: number): void {
    const slot = Math.floor(now / this.#slotMs);
    const passed = Math.min(slot - this.#slot, SLOTS);
    if (passed <= 0) return;
    for (let back = 0; back < passed; back += 1) {
      const place = placeOf(slot - back);
      this.#calls -= this.#callsBySlot[place] ?? 0;
      this.#marks -= this.#marksBySlot[place] ?? 0;
      this.#callsBySlot[place] = 0;
      this.#marksBySlot[place] = 0;
    }
    this.#slot = slot;
  }
}

/** Clocks may begin below 0. */
function placeOf(slot: number): number {
  return ((slot % SLOTS) + SLOTS) % SLOTS;
}
