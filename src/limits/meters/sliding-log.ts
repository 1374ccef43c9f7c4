/**
 * Tokens, counted in a sliding window: what was taken in any window of `perMs` never adds up to more than `limit`,
 * but for what turns out later to have used more than it took.
 *
 * It keeps each taking with its time in a ring, and sums over the oldest of them in a tree, so that it finds in
 * O(log n) which have to leave the window before there is room, however small they are.
 */
import type { RateStats } from "../../core/limit-stats.ts";
import type { Meter, MeterReceipt } from "./meter.ts";
import { PrefixSums } from "./prefix-sums.ts";
import { ServerCaps } from "./server-caps.ts";
import { wholeCost, wholeUse } from "./whole-amount.ts";
import { sumUp } from "./exact-sum.ts";

const FIRST_LENGTH = 8;

/** Counts tokens; 32 bytes for each taking in the window. Settled amounts count at the time they were taken. */
export class SlidingLog implements Meter {
  readonly capacity: number;
  readonly #perMs: number;
  #times = new Float64Array(FIRST_LENGTH);
  #amounts = new Float64Array(FIRST_LENGTH);
  #receipts = new Float64Array(FIRST_LENGTH);
  #sums = new PrefixSums(FIRST_LENGTH);
  #head = 0;
  #count = 0;
  #total = 0;
  #nextReceipt = 0;
  #caps: ServerCaps | undefined;

  /**
   * @param limit - Most tokens in a window. From 1.
   * @param perMs - Length of a window in milliseconds. Above 0.
   */
  constructor(limit: number, perMs: number) {
    this.capacity = Math.floor(limit);
    this.#perMs = perMs;
  }

  opensAt(now: number, cost: number): number {
    const amount = wholeCost(cost);
    const opensAt = this.#opensAt(now, amount);
    return this.#caps === undefined ? opensAt : Math.max(opensAt, this.#caps.opensAt(now, amount));
  }

  take(now: number, cost: number): MeterReceipt {
    this.#dropPast(now);
    if (this.#count === this.#times.length) this.#makeRoom();
    const slot = this.#slotOf(this.#count);
    const receipt = this.#nextReceipt;
    this.#nextReceipt += 1;
    this.#times[slot] = now;
    this.#receipts[slot] = receipt;
    this.#count += 1;
    this.#change(slot, wholeCost(cost));
    this.#caps?.take(wholeCost(cost));
    return receipt;
  }

  settle(receipt: MeterReceipt, used: number, now: number): void {
    this.#dropPast(now);
    const slot = this.#find(receipt);
    const amount = wholeUse(used);
    if (slot === undefined || amount === undefined) return;
    const debt = amount - (this.#amounts[slot] ?? 0);
    this.#change(slot, debt);
    if (debt > 0) this.#caps?.take(debt);
  }

  lower(remaining: number, forMs: number, now: number): void {
    if (!(remaining < this.#remaining(now)) || !(forMs > 0)) return;
    this.#caps ??= new ServerCaps();
    this.#caps.add(Math.max(0, Math.floor(remaining)), now + forMs);
  }

  stats(now: number): Omit<RateStats, "counts"> {
    const remaining = this.#remaining(now);
    return { kind: "sliding", limit: this.capacity, perMs: this.#perMs, remaining };
  }

  #opensAt(now: number, amount: number): number {
    if (this.#total + amount <= this.capacity) return now;
    this.#dropPast(now);
    const surplus = this.#total + amount - this.capacity;
    if (surplus <= 0) return now;
    if (amount > this.capacity) return Infinity;
    const end = sumUp(this.#times[this.#reach(surplus)] ?? 0, this.#perMs);
    return end > now ? end : now;
  }

  #remaining(now: number): number {
    this.#dropPast(now);
    const left = this.capacity - this.#total;
    return this.#caps === undefined ? left : Math.min(left, this.#caps.left(now));
  }

  /** The slot of the oldest taking with which `sum` will have left. The ring may go round the end of the arrays. */
  #reach(sum: number): number {
    const wrapped = this.#sums.before(this.#head);
    const unwrapped = this.#total - wrapped;
    return this.#sums.reach(sum <= unwrapped ? wrapped + sum : sum - unwrapped);
  }

  /** The slot of a receipt; undefined when it has left. Receipts are in order, but some may be missing. */
  #find(receipt: MeterReceipt): number | undefined {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#receipts[this.#slotOf(middle)] ?? 0) < receipt) low = middle + 1;
      else high = middle;
    }
    const slot = this.#slotOf(low);
    return low < this.#count && this.#receipts[slot] === receipt ? slot : undefined;
  }

  #slotOf(place: number): number {
    return (this.#head + place) & (this.#times.length - 1);
  }

  #change(slot: number, by: number): void {
    this.#amounts[slot] = (this.#amounts[slot] ?? 0) + by;
    this.#sums.add(slot, by);
    this.#total += by;
  }

  #dropPast(now: number): void {
    while (this.#count > 0 && sumUp(this.#times[this.#head] ?? 0, this.#perMs) <= now) {
      const amount = this.#amounts[this.#head] ?? 0;
      if (amount !== 0) this.#change(this.#head, -amount);
      this.#head = this.#slotOf(1);
      this.#count -= 1;
    }
  }

  /** Leaves out those that turned out to be for nothing, and grows unless that were half of them. */
  #makeRoom(): void {
    const { length } = this.#times;
    const kept = Array.from({ length: this.#count }, (_, place) => this.#slotOf(place)).filter(
      (slot) => this.#amounts[slot] !== 0,
    );
    const room = kept.length > length / 2 ? length * 2 : length;
    const copy = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(room);
      for (const [place, slot] of kept.entries()) to[place] = from[slot] ?? 0;
      return to;
    };
    this.#times = copy(this.#times);
    this.#receipts = copy(this.#receipts);
    this.#amounts = copy(this.#amounts);
    this.#sums = new PrefixSums(room);
    for (let place = 0; place < kept.length; place += 1) {
      this.#sums.add(place, this.#amounts[place] ?? 0);
    }
    this.#head = 0;
    this.#count = kept.length;
  }
}
