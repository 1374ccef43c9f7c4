/**
 * Starts, counted in a sliding window: never more than `limit` in any window of `perMs`, wherever it begins.
 *
 * It keeps the times of the last `limit` starts in a ring, so one more may start when the one `limit` starts ago has
 * left the window. Nothing is estimated, as it is where windows are cut into slices or weighed against each other.
 */
import type { RateStats } from "../../core/limit-stats.ts";
import type { Meter, MeterReceipt } from "./meter.ts";
import { ServerCaps } from "./server-caps.ts";
import { wholeCost } from "./whole-amount.ts";
import { sumUp } from "./exact-sum.ts";

const FIRST_LENGTH = 8;

/** Counts starts; O(1), and at most 8 bytes for each of `limit`. What has started has: {@link settle} does nothing. */
export class SlidingWindow implements Meter {
  readonly capacity: number;
  readonly #perMs: number;
  /** Times of starts, the oldest at `#head`. Grows as needed. */
  #starts: Float64Array;
  #head = 0;
  #count = 0;
  #caps: ServerCaps | undefined;

  /**
   * @param limit - Most starts in a window. Integer from 1.
   * @param perMs - Length of a window in milliseconds. Above 0.
   */
  constructor(limit: number, perMs: number) {
    this.capacity = limit;
    this.#perMs = perMs;
    this.#starts = new Float64Array(Math.min(limit, FIRST_LENGTH));
  }

  opensAt(now: number, cost: number): number {
    const starts = wholeCost(cost);
    const opensAt = this.#opensAt(now, starts);
    return this.#caps === undefined ? opensAt : Math.max(opensAt, this.#caps.opensAt(now, starts));
  }

  take(now: number, cost: number): MeterReceipt {
    const starts = wholeCost(cost);
    for (let start = 0; start < starts; start += 1) this.#add(now);
    this.#caps?.take(starts);
    return 0;
  }

  settle(): void {}

  lower(remaining: number, forMs: number, now: number): void {
    if (!(remaining < this.#remaining(now)) || !(forMs > 0)) return;
    this.#caps ??= new ServerCaps();
    this.#caps.add(Math.max(0, Math.floor(remaining)), now + forMs);
  }

  stats(now: number): Omit<RateStats, "counts"> {
    return {
      kind: "sliding",
      limit: this.capacity,
      perMs: this.#perMs,
      remaining: this.#remaining(now),
    };
  }

  #opensAt(now: number, starts: number): number {
    const surplus = this.#count + starts - this.capacity;
    if (surplus <= 0) return now;
    if (starts > this.capacity) return Infinity;
    const end = sumUp(this.#at(surplus - 1), this.#perMs);
    return end > now ? end : now;
  }

  #remaining(now: number): number {
    this.#dropPast(now);
    const left = this.capacity - this.#count;
    return this.#caps === undefined ? left : Math.min(left, this.#caps.left(now));
  }

  #at(place: number): number {
    const slot = this.#head + place;
    const { length } = this.#starts;
    return this.#starts[slot < length ? slot : slot - length] ?? 0;
  }

  #add(now: number): void {
    if (this.#count === this.#starts.length) this.#makeRoom(now);
    const slot = this.#head + this.#count;
    const { length } = this.#starts;
    this.#starts[slot < length ? slot : slot - length] = now;
    this.#count += 1;
  }

  #makeRoom(now: number): void {
    this.#dropPast(now);
    if (this.#count < this.#starts.length) return;
    if (this.#count >= this.capacity) throw new RangeError("Taken before the window was open.");
    const longer = new Float64Array(Math.min(this.capacity, this.#count * 2));
    for (let place = 0; place < this.#count; place += 1) longer[place] = this.#at(place);
    this.#starts = longer;
    this.#head = 0;
  }

  #dropPast(now: number): void {
    while (this.#count > 0 && sumUp(this.#at(0), this.#perMs) <= now) {
      this.#head = this.#head + 1 < this.#starts.length ? this.#head + 1 : 0;
      this.#count -= 1;
    }
  }
}
