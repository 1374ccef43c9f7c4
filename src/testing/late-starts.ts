/** Starts that begin some time after they were taken, for tests of meters. */
import * as fc from "fast-check";
import type { Meter } from "../limits/meters/meter.ts";
import { type Arrival, GRAIN_MS, arrivals } from "./meter-arrivals.ts";

/** One that begins `delayMs` after it was taken; never when undefined. */
export interface LateArrival extends Arrival {
  readonly delayMs: number | undefined;
}

/** What really began, and when. */
export interface Beginning {
  readonly at: number;
  readonly amount: number;
}

/** What {@link lateArrivals} makes arrivals with. */
export interface LateSetting {
  readonly perMs: number;
  readonly largest: number;
  /** The longest delay; a multiple of 2^-10. */
  readonly longestMs: number;
}

/** How starts begin: each no sooner than the one before, in any order, or so and before the meter hears of it. */
export type BeginOrder = "in order" | "out of order" | "before it is told";

/** Arrivals that look for the edges of windows, and then for those of their delays. */
export function lateArrivals(setting: LateSetting): fc.Arbitrary<LateArrival[]> {
  const { longestMs } = setting;
  const delayMs = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0, GRAIN_MS, Math.min(1, longestMs)) },
    { weight: 3, arbitrary: fc.constantFrom(longestMs, longestMs - GRAIN_MS, longestMs / 2) },
    { weight: 4, arbitrary: fc.nat(longestMs / GRAIN_MS).map((grains) => grains * GRAIN_MS) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
  const delays = fc.array(delayMs, { minLength: 40, maxLength: 120, size: "max" });
  return fc
    .tuple(arrivals(setting), delays)
    .map(([steps, all]) =>
      steps.map((step, index) => ({ ...step, delayMs: all[index % all.length] })),
    );
}

/** Has each arrival take as soon as the meter lets it, one after the other, and begin when its delay is over. */
export class LateStarts {
  /** What has begun or will, in the order of taking. */
  readonly beginnings: Beginning[] = [];
  now = 0;
  readonly #meter: Meter;
  readonly #order: BeginOrder;
  #lastAt = 0;
  #taken = 0;
  #delayed: (Beginning & { readonly receipt: number })[] = [];

  constructor(meter: Meter, order: BeginOrder = "out of order") {
    this.#meter = meter;
    this.#order = order;
  }

  /** Lets everything happen up to `until`. */
  pass(until: number): void {
    this.now = until;
    const due = this.#delayed.filter(({ at }) => at <= until);
    this.#delayed = this.#delayed.filter(({ at }) => at > until);
    for (const { at, receipt } of due.toSorted((one, other) => one.at - other.at)) {
      this.#meter.begin(receipt, at);
    }
  }

  /** One arrives, waits until it may start, and takes. */
  arrive({ gapMs, cost, delayMs }: LateArrival): void {
    this.pass(this.now + gapMs);
    for (;;) {
      const opensAt = this.#meter.opensAt(this.now, cost);
      if (opensAt <= this.now) break;
      this.pass(Math.min(opensAt, ...this.#delayed.map(({ at }) => at)));
    }
    const receipt = this.#meter.take(this.now, cost);
    if (delayMs === undefined) return;
    const own = this.now + delayMs;
    const at = this.#order === "in order" ? Math.max(this.#lastAt, own) : own;
    this.#lastAt = at;
    this.#taken += 1;
    // Of those that begin before the meter is told, some do at once and some halfway.
    const share = this.#order === "before it is told" ? (this.#taken % 3) / 2 : 1;
    this.beginnings.push({ at: this.now + (at - this.now) * share, amount: cost });
    this.#delayed.push({ at, amount: cost, receipt });
    this.pass(this.now);
  }
}

/** The most that began in any window of `perMs`: one that begins with each of them. */
export function worstWindow(beginnings: readonly Beginning[], perMs: number): number {
  const held = beginnings.map((first) =>
    beginnings
      .filter(({ at }) => at >= first.at && at - first.at < perMs)
      .reduce((sum, { amount }) => sum + amount, 0),
  );
  return Math.max(0, ...held);
}

/** A meter that does not hear that what was taken begins. */
export function deafTo(meter: Meter): Meter {
  return {
    capacity: meter.capacity,
    opensAt: (now, cost) => meter.opensAt(now, cost),
    take: (now, cost) => meter.take(now, cost),
    begin: () => {},
    settle: (receipt, used, now) => meter.settle(receipt, used, now),
    lower: (remaining, forMs, now) => meter.lower(remaining, forMs, now),
    stats: (now) => meter.stats(now),
  };
}
