/**
 * Starts, counted in a sliding window: never more than `limit` in any window of `perMs`, wherever it begins.
 *
 * What counts is every start that began in the last `perMs`, and every one that was taken in that time and has not
 * begun. One more may be taken while those are fewer than `limit`. Nothing is estimated, as it is where windows are cut
 * into slices or weighed against each other.
 *
 * Why no window holds more that really began, in whatever order: of those in it, look at the one that was taken last.
 * When it was taken, each of the others had begun in the last `perMs`, or was still to begin, and so had been taken in
 * the last `perMs`, if none begins later than that. So all of them were counted.
 */
import type { RateStats } from "../../core/limit-stats.ts";
import type { Meter, MeterReceipt } from "./meter.ts";
import { NumberRing } from "./number-ring.ts";
import { ServerCaps } from "./server-caps.ts";
import { wholeCost } from "./whole-amount.ts";
import { sumUp } from "./exact-sum.ts";

/** A receipt is the number of its first start, modulo this, and how many there are. Both fit into 53 bits. */
const RECEIPT_NUMBERS = 2 ** 33;
const RECEIPT_STARTS = 2 ** 20;

/** Stands where one was taken that counts as begun. */
const BEGUN = Infinity;

/**
 * Counts starts; O(1) for each, and about 8 bytes for each in the window. What has started has: {@link settle} does
 * nothing. Starts that begin `perMs` after they were taken, or later still, may be that many too many in a window;
 * they count all the same, and hold up those who come later.
 */
export class SlidingWindow implements Meter {
  readonly capacity: number;
  readonly #perMs: number;
  /** When those were taken that have not begun, in order, with {@link BEGUN} between them. */
  readonly #taken = new NumberRing();
  /** When the others began, in order. */
  readonly #begun = new NumberRing();
  /** The number of the first of those taken. */
  #firstTaken = 0;
  /** How many count. */
  #count = 0;
  #caps: ServerCaps | undefined;

  /**
   * @param limit - Most starts in a window. Integer from 1.
   * @param perMs - Length of a window in milliseconds. Above 0.
   */
  constructor(limit: number, perMs: number) {
    this.capacity = limit;
    this.#perMs = perMs;
  }

  opensAt(now: number, cost: number): number {
    const starts = wholeCost(cost);
    const opensAt = this.#opensAt(now, starts);
    return this.#caps === undefined ? opensAt : Math.max(opensAt, this.#caps.opensAt(now, starts));
  }

  /** @throws RangeError when the window is not open, or `cost` is 2^20 or more. */
  take(now: number, cost: number): MeterReceipt {
    const starts = wholeCost(cost);
    this.#dropPast(now);
    if (this.#count + starts > this.capacity || starts >= RECEIPT_STARTS) {
      throw new RangeError(`Taken before the window was open, or too many at once: ${starts}.`);
    }
    const number = (this.#firstTaken + this.#taken.length) % RECEIPT_NUMBERS;
    for (let start = 0; start < starts; start += 1) this.#taken.push(now);
    this.#count += starts;
    this.#caps?.take(starts);
    return number * RECEIPT_STARTS + starts;
  }

  begin(receipt: MeterReceipt, now: number): void {
    const number = Math.floor(receipt / RECEIPT_STARTS);
    const starts = receipt - number * RECEIPT_STARTS;
    let place = number - this.#firstTaken;
    if (place < 0) place += RECEIPT_NUMBERS;
    if (this.#taken.at(place) === now) return;
    for (let start = 0; start < starts; start += 1) this.#begin(place + start, now);
    this.#dropPast(now);
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
    if (this.#count + starts <= this.capacity) return now;
    if (starts > this.capacity) return Infinity;
    this.#dropPast(now);
    const surplus = this.#count + starts - this.capacity;
    return surplus > 0 ? sumUp(this.#oldest(surplus), this.#perMs) : now;
  }

  #remaining(now: number): number {
    this.#dropPast(now);
    const left = this.capacity - this.#count;
    return this.#caps === undefined ? left : Math.min(left, this.#caps.left(now));
  }

  /** From when the one counts that is `rank` from the oldest. */
  #oldest(rank: number): number {
    let [taken, begun, time] = [0, 0, 0];
    for (let left = rank; left > 0; left -= 1) {
      while (taken < this.#taken.length && this.#taken.at(taken) === BEGUN) taken += 1;
      time = Math.min(this.#taken.at(taken), this.#begun.at(begun));
      if (time === this.#begun.at(begun)) begun += 1;
      else taken += 1;
    }
    return time;
  }

  /** One that is no longer among those taken had left the window: it is one more. */
  #begin(place: number, now: number): void {
    if (place < this.#taken.length) {
      if (this.#taken.at(place) >= now) return;
      this.#taken.set(place, BEGUN);
    } else this.#count += 1;
    this.#begun.push(now);
  }

  /** Forgets those who left the window, and that there were some who have begun. */
  #dropPast(now: number): void {
    while (this.#begun.length > 0 && this.#isPast(this.#begun.at(0), now)) {
      this.#begun.shift();
      this.#count -= 1;
    }
    while (this.#taken.length > 0) {
      const time = this.#taken.at(0);
      if (time !== BEGUN && !this.#isPast(time, now)) return;
      if (time !== BEGUN) this.#count -= 1;
      this.#taken.shift();
      this.#firstTaken = (this.#firstTaken + 1) % RECEIPT_NUMBERS;
    }
  }

  #isPast(time: number, now: number): boolean {
    return sumUp(time, this.#perMs) <= now;
  }
}
