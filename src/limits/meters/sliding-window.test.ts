import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrivals, justBefore } from "../../testing/meter-arrivals.ts";
import { testMeter } from "../../testing/meter-suite.ts";
import { SlidingLog } from "./sliding-log.ts";
import type { Meter } from "./meter.ts";
import { SlidingWindow } from "./sliding-window.ts";

const PER_MS = 1_000;

testMeter("SlidingWindow", ({ limit, perMs }) => new SlidingWindow(limit, perMs), {
  counts: "requests",
});
testMeter("SlidingLog", ({ limit, perMs }) => new SlidingLog(limit, perMs), { counts: "tokens" });

/** Everything that was ever taken, looked through from end to end. */
class NaiveLog {
  readonly entries: { at: number; amount: number }[] = [];

  take(at: number, amount: number): void {
    this.entries.push({ at, amount });
  }

  /** What the window that ends with `now` holds. Times are such that the difference is exact. */
  usedAt(now: number): number {
    const inside = this.entries.filter(({ at }) => now - at < PER_MS);
    return inside.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** The most that any window ever held: one that ends with each entry. */
  worst(): number {
    return Math.max(0, ...this.entries.map(({ at }, end) => this.#usedUntil(at, end)));
  }

  #usedUntil(now: number, end: number): number {
    let sum = 0;
    for (let place = end; place >= 0; place -= 1) {
      const entry = this.entries[place];
      if (entry === undefined || now - entry.at >= PER_MS) break;
      sum += entry.amount;
    }
    return sum;
  }
}

const kinds: [string, (limit: number) => Meter, number][] = [
  ["of starts", (limit) => new SlidingWindow(limit, PER_MS), 1],
  ["of tokens", (limit) => new SlidingLog(limit, PER_MS), 12],
];

describe.each(kinds)("a sliding window %s", (_what, make, largest) => {
  const walk = arrivals({ perMs: PER_MS, largest });

  test("never holds more than its limit, wherever it begins, and lets in all that fit", () => {
    const property = fc.property(fc.integer({ min: largest, max: 40 }), walk, (limit, steps) => {
      const meter = make(limit);
      const naive = new NaiveLog();
      let now = 0;
      for (const { gapMs, cost } of steps) {
        now += gapMs;
        const fits = naive.usedAt(now) + cost <= limit;
        const opensAt = meter.opensAt(now, cost);
        expect(opensAt <= now).toBe(fits);
        if (!fits) {
          expect(naive.usedAt(opensAt) + cost).toBeLessThanOrEqual(limit);
          expect(naive.usedAt(opensAt - 2 ** -10) + cost).toBeGreaterThan(limit);
          // Some wait, the others give up.
          if (cost % 2 === 0 || largest === 1) now = opensAt;
          else continue;
        }
        meter.take(now, cost);
        naive.take(now, cost);
      }
      expect(naive.worst()).toBeLessThanOrEqual(limit);
    });
    fc.assert(property, { numRuns: 700 });
  });

  test("is used to the full by those who wait", () => {
    const meter = make(100);
    let now = 0;
    let taken = 0;
    for (; now < 50 * PER_MS; taken += 1) {
      now = meter.opensAt(now, 1);
      meter.take(now, 1);
    }
    expect(taken).toBeGreaterThanOrEqual(0.99 * 50 * 100);
    expect(taken).toBeLessThanOrEqual(50 * 100 + 1);
  });

  test("what starts at a time and what starts a window later are not in one", () => {
    const meter = make(largest);
    meter.take(5, largest);
    expect(meter.opensAt(justBefore(5 + PER_MS), 1)).toBe(5 + PER_MS);
    expect(meter.opensAt(5 + PER_MS, 1)).toBe(5 + PER_MS);
  });

  test("any times at all: two that are not a whole window apart are in one", () => {
    const times = fc.array(fc.double({ min: 0, max: 900, noNaN: true }), { minLength: 60 });
    const property = fc.property(times, (gaps) => {
      const meter = make(largest);
      let now = 0;
      let last = -Infinity;
      for (const gap of gaps) {
        now = meter.opensAt(now + gap, largest);
        meter.take(now, largest);
        if (last >= 0) expect(exactly(now) - exactly(last) >= exactly(PER_MS)).toBe(true);
        if (last >= 0 && now > last + PER_MS + 1) expect(gap).toBeGreaterThan(0);
        last = now;
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe("a log of tokens", () => {
  const walk = arrivals({ perMs: PER_MS, largest: 12 });

  test("settled in any order gives what a look through all of them gives", () => {
    const steps = fc.tuple(walk, fc.array(fc.nat(), { minLength: 40 }));
    const property = fc.property(
      fc.integer({ min: 12, max: 60 }),
      steps,
      (limit, [asks, picks]) => {
        const meter = new SlidingLog(limit, PER_MS);
        const naive = new NaiveLog();
        const open: { receipt: number; used: number; place: number }[] = [];
        let now = 0;
        for (const [index, { gapMs, cost, used }] of asks.entries()) {
          now = meter.opensAt(now + gapMs, cost);
          expect(naive.usedAt(now) + cost).toBeLessThanOrEqual(limit);
          open.push({ receipt: meter.take(now, cost), used, place: naive.entries.length });
          naive.take(now, cost);
          const pick = (picks[index % picks.length] ?? 0) % (open.length + 2);
          const [settled] = open.splice(pick, 1);
          const entry = settled && naive.entries[settled.place];
          if (settled !== undefined && entry !== undefined) {
            meter.settle(settled.receipt, settled.used, now);
            entry.amount = settled.used;
          }
          expect(meter.stats(now).remaining).toBe(limit - naive.usedAt(now));
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
  });

  test("keeps little of what turned out to be for nothing", () => {
    const meter = new SlidingLog(5, 86_400_000);
    const before = process.memoryUsage().arrayBuffers;
    for (let call = 0; call < 200_000; call += 1) meter.settle(meter.take(call, 5), 0, call);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
    expect(meter.stats(200_000).remaining).toBe(5);
  });

  test("does not settle what has left the window", () => {
    const meter = new SlidingLog(5, PER_MS);
    const receipt = meter.take(0, 5);
    meter.take(PER_MS, 3);
    meter.settle(receipt, 50, PER_MS);
    expect(meter.stats(PER_MS).remaining).toBe(2);
  });
});

test("starts taken before the window is open are refused loudly", () => {
  const meter = new SlidingWindow(2, PER_MS);
  meter.take(0, 2);
  expect(() => meter.take(1, 1)).toThrow(RangeError);
});

/** A time as an integer number of 2^-1074, the smallest number there is. */
function exactly(value: number): bigint {
  let [scaled, exponent] = [value, 1_074];
  while (!Number.isInteger(scaled)) [scaled, exponent] = [scaled * 2, exponent - 1];
  return BigInt(scaled) << BigInt(exponent);
}
