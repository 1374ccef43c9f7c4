/**
 * A bucket: so many at once, refilled evenly. The generic cell rate algorithm (ITU-T I.371) in its virtual scheduling
 * form: instead of a level it keeps the time at which the bucket will be full again.
 */
import type { RateStats } from "../../core/limit-stats.ts";
import type { Meter, MeterReceipt } from "./meter.ts";
import { wholeCost, wholeUse } from "./whole-amount.ts";

/** What a {@link TokenBucket} is made with. */
export interface TokenBucketOptions {
  /** How much is refilled in `perMs`. Above 0. */
  readonly limit: number;
  /** In milliseconds. Above 0. */
  readonly perMs: number;
  /** Most that can be saved up. From 1. */
  readonly burst: number;
}

/**
 * Counts starts or tokens; O(1), and no memory of single ones. In any span: at most the burst, what is refilled in it, and
 * what is refilled in the longest time that one takes to begin.
 */
export class TokenBucket implements Meter {
  readonly capacity: number;
  readonly #limit: number;
  readonly #perMs: number;
  /** Milliseconds that refill one. */
  readonly #perOne: number;
  /** When it is full, if nothing is taken. Debts lie further ahead than the capacity. */
  #fullAt = -Infinity;

  constructor({ limit, perMs, burst }: TokenBucketOptions) {
    this.capacity = Math.floor(burst);
    this.#limit = limit;
    this.#perMs = perMs;
    this.#perOne = perMs / limit;
  }

  opensAt(now: number, cost: number): number {
    const amount = wholeCost(cost);
    if (amount > this.capacity) return Infinity;
    const opensAt = this.#fullAt - (this.capacity - amount) * this.#perOne;
    return opensAt > now ? opensAt : now;
  }

  take(now: number, cost: number): MeterReceipt {
    const amount = wholeCost(cost);
    this.#drain(now, amount);
    return amount;
  }

  /**
   * Does nothing. What begins in a span was taken in it, or at most the longest delay before: the bound of takings is
   * that of beginnings for a span that is longer by that. To drain later what begins later would cost its refill as well.
   */
  begin(): void {}

  settle(receipt: MeterReceipt, used: number, now: number): void {
    const amount = wholeUse(used);
    if (amount !== undefined) this.#drain(now, amount - receipt);
  }

  lower(remaining: number, forMs: number, now: number): void {
    const surplus = this.#level(now) - Math.max(0, remaining);
    if (surplus > 0 && forMs > 0) this.#drain(now, surplus);
  }

  stats(now: number): Omit<RateStats, "counts"> {
    // A level that is whole but for rounding is whole.
    const remaining = Math.floor(this.#level(now) + 1e-6);
    return { kind: "bucket", limit: this.#limit, perMs: this.#perMs, remaining };
  }

  #level(now: number): number {
    return this.capacity - Math.max(0, this.#fullAt - now) / this.#perOne;
  }

  /** Nobody can have saved up more than the capacity: what is given back to a full bucket flows over. */
  #drain(now: number, amount: number): void {
    this.#fullAt = Math.max(this.#fullAt, now) + amount * this.#perOne;
  }
}
