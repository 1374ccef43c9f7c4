/**
 * Tokens, counted in a sliding window: what was taken in any window of `perMs` never adds up to more than `limit`,
 * but for what turns out later to have used more than it took.
 *
 * It keeps each taking with its time in a ring, and sums over the oldest of them in a tree, so that it finds in
 * O(log n) which have to leave the window before there is room, however small they are.
 *
 * A taking that begins gets that time, in its place. None leaves the window before those that were taken before it:
 * that is to the safe side, and exact where they begin in the order in which they were taken. So when a taking leaves is
 * the latest time up to its place. Places whose time is as late as any before them are kept in a row: a new time is
 * later than all others, and so it is the last of the row, and those behind its place are no longer in it.
 */
import type { RateStats } from "../../core/limit-stats.ts";
import type { Meter, MeterReceipt } from "./meter.ts";
import { NumberRing } from "./number-ring.ts";
import { PrefixSums } from "./prefix-sums.ts";
import { ServerCaps } from "./server-caps.ts";
import { wholeCost, wholeUse } from "./whole-amount.ts";
import { sumUp } from "./exact-sum.ts";

const FIRST_LENGTH = 8;

/**
 * Counts tokens; 40 bytes for each taking in the window. Settled amounts count from when they were taken or began. One
 * that had left the window when it begins may be too many; nothing more is taken for a whole window then.
 */
export class SlidingLog implements Meter {
  readonly capacity: number;
  readonly #perMs: number;
  #times = new Float64Array(FIRST_LENGTH);
  #amounts = new Float64Array(FIRST_LENGTH);
  #receipts = new Float64Array(FIRST_LENGTH);
  #sums = new PrefixSums(FIRST_LENGTH);
  #head = 0;
  #count = 0;
  /** How many were before the head: counted from the first of all, its place is this. */
  #dropped = 0;
  /** Places, counted from the first of all, whose times are as late as any before them. */
  #latest = new NumberRing();
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
    this.#latest.push(this.#dropped + this.#count);
    this.#count += 1;
    this.#change(slot, wholeCost(cost));
    this.#caps?.take(wholeCost(cost));
    return receipt;
  }

  begin(receipt: MeterReceipt, now: number): void {
    const place = this.#find(receipt);
    if (place === undefined) {
      this.#caps ??= new ServerCaps();
      this.#caps.add(0, sumUp(now, this.#perMs));
      return;
    }
    const slot = this.#slotOf(place);
    if ((this.#times[slot] ?? 0) >= now) return;
    this.#times[slot] = now;
    const latest = this.#latest;
    while (latest.length > 0 && latest.at(latest.length - 1) >= this.#dropped + place) latest.pop();
    latest.push(this.#dropped + place);
  }

  settle(receipt: MeterReceipt, used: number, now: number): void {
    this.#dropPast(now);
    const place = this.#find(receipt);
    const amount = wholeUse(used);
    if (place === undefined || amount === undefined) return;
    const slot = this.#slotOf(place);
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
    return sumUp(this.#latestUntil(this.#reach(surplus)), this.#perMs);
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

  /** The latest time up to a slot, from the oldest on. */
  #latestUntil(slot: number): number {
    const place = this.#dropped + ((slot - this.#head) & (this.#times.length - 1));
    let low = 0;
    let high = this.#latest.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#latest.at(middle) <= place) low = middle;
      else high = middle;
    }
    return this.#times[this.#slotOf(this.#latest.at(low) - this.#dropped)] ?? 0;
  }

  /** The place of a receipt; undefined when it has left. Receipts are in order, but some may be missing. */
  #find(receipt: MeterReceipt): number | undefined {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#receipts[this.#slotOf(middle)] ?? 0) < receipt) low = middle + 1;
      else high = middle;
    }
    return low < this.#count && this.#receipts[this.#slotOf(low)] === receipt ? low : undefined;
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
      if (this.#latest.at(0) === this.#dropped) this.#latest.shift();
      this.#head = this.#slotOf(1);
      this.#dropped += 1;
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
    this.#dropped = 0;
    this.#count = kept.length;
    this.#findLatest();
  }

  #findLatest(): void {
    this.#latest = new NumberRing();
    let latest = -Infinity;
    for (let place = 0; place < this.#count; place += 1) {
      const time = this.#times[place] ?? 0;
      if (time < latest) continue;
      latest = time;
      this.#latest.push(place);
    }
  }
}
