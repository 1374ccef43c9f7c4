/** The promises of the {@link Meter} port, as tests that every kind of meter runs. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Meter } from "../limits/meters/meter.ts";
import { type Arrival, arrivals, justBefore } from "./meter-arrivals.ts";

/** What {@link testMeter} makes meters with. */
export interface MeterSetting {
  readonly limit: number;
  readonly perMs: number;
}

/** What a kind of meter does. */
export interface MeterTraits {
  /** Whether it counts tokens, so that what was taken can be settled. */
  readonly counts: "requests" | "tokens";
  /** Whether it goes on refilling after a server said what is left. */
  readonly refills?: boolean;
}

const PER_MS = 1_000;

/**
 * Registers the tests that every {@link Meter} must pass.
 *
 * @param make - Makes a fresh meter whose windows, if it has any, begin at 0.
 */
export function testMeter(
  name: string,
  make: (setting: MeterSetting) => Meter,
  { counts, refills = false }: MeterTraits,
): void {
  describe(`${name} keeps the promises of a meter`, () => {
    const largest = counts === "tokens" ? 12 : 1;
    const walk = arrivals({ perMs: PER_MS, largest });
    const limits = fc.integer({ min: largest, max: 40 });

    test("a fresh one opens at once for all it has, and never for more", () => {
      const meter = make({ limit: 7, perMs: PER_MS });
      expect([1, 7, 8].map((cost) => meter.opensAt(3, cost))).toEqual([3, 3, Infinity]);
      expect(meter.capacity).toBe(7);
      expect(meter.stats(3)).toMatchObject({ limit: 7, perMs: PER_MS, remaining: 7 });
    });

    test("it opens exactly when it says, and not a hair before", () => {
      const property = fc.property(limits, walk, (limit, steps) => {
        const meter = make({ limit, perMs: PER_MS });
        let now = 0;
        for (const { gapMs, cost } of steps) {
          now += gapMs;
          const opensAt = meter.opensAt(now, cost);
          if (opensAt > now) {
            const early = Math.max(now, justBefore(opensAt));
            expect(meter.opensAt(early, cost)).toBe(opensAt);
            now = opensAt;
          }
          expect(meter.opensAt(now, cost)).toBe(now);
          meter.take(now, cost);
        }
      });
      fc.assert(property, { numRuns: 150 });
    });

    test("asking changes nothing", () => {
      const property = fc.property(limits, walk, (limit, steps) => {
        const [asked, unasked] = [make({ limit, perMs: PER_MS }), make({ limit, perMs: PER_MS })];
        let now = 0;
        for (const { gapMs, cost } of steps) {
          now = Math.max(now + gapMs, unasked.opensAt(now + gapMs, cost));
          for (const other of [1, cost, limit]) asked.opensAt(now - gapMs / 2, other);
          asked.stats(now);
          expect(asked.take(now, cost)).toBe(unasked.take(now, cost));
          expect(asked.opensAt(now, limit)).toBe(unasked.opensAt(now, limit));
        }
      });
      fc.assert(property, { numRuns: 50 });
    });

    test("what begins when it is taken counts as if nobody had said that it begins", () => {
      const property = fc.property(limits, walk, (limit, steps) => {
        const [told, untold] = [make({ limit, perMs: PER_MS }), make({ limit, perMs: PER_MS })];
        let now = 0;
        for (const { gapMs, cost } of steps) {
          now = untold.opensAt(now + gapMs, cost);
          const receipt = told.take(now, cost);
          expect(untold.take(now, cost)).toBe(receipt);
          told.begin(receipt, now);
          expect(told.stats(now)).toEqual(untold.stats(now));
          expect(told.opensAt(now, limit)).toBe(untold.opensAt(now, limit));
        }
      });
      fc.assert(property, { numRuns: 50 });
    });

    test("what begins later than it was taken never opens it sooner", () => {
      const property = fc.property(limits, walk, (limit, steps) => {
        const [told, untold] = [make({ limit, perMs: PER_MS }), make({ limit, perMs: PER_MS })];
        let now = 0;
        let receipt: number | undefined;
        for (const { gapMs, cost } of steps) {
          now += gapMs / 8;
          if (receipt !== undefined) told.begin(receipt, now);
          now = told.opensAt(now, cost);
          expect(untold.opensAt(now, cost)).toBe(now);
          receipt = told.take(now, cost);
          untold.take(now, cost);
          expect(told.stats(now).remaining).toBeLessThanOrEqual(untold.stats(now).remaining);
        }
      });
      fc.assert(property, { numRuns: 50 });
    });

    test("what a server says is left is never believed when it is more", () => {
      const property = fc.property(
        limits,
        walk,
        fc.nat(50),
        fc.nat(5_000),
        (limit, steps, left, forMs) => {
          const [told, untold] = [make({ limit, perMs: PER_MS }), make({ limit, perMs: PER_MS })];
          let now = 0;
          for (const { gapMs, cost } of steps) {
            now = told.opensAt(now + gapMs, cost);
            expect(untold.opensAt(now, cost)).toBe(now);
            told.take(now, cost);
            untold.take(now, cost);
            told.lower(left, forMs, now);
            expect(told.stats(now).remaining).toBeLessThanOrEqual(untold.stats(now).remaining);
            for (const other of [1, cost, limit]) {
              expect(told.opensAt(now, other)).toBeGreaterThanOrEqual(untold.opensAt(now, other));
            }
          }
        },
      );
      fc.assert(property, { numRuns: 50 });
    });

    test("no more is taken than a server says is left, until it counts afresh", () => {
      const meter = make({ limit: 20, perMs: PER_MS });
      meter.lower(3, 5_000, 10);
      expect(meter.stats(10).remaining).toBe(3);
      for (let start = 0; start < 3; start += 1) {
        expect(meter.opensAt(10, 1)).toBe(10);
        meter.take(10, 1);
      }
      expect(meter.opensAt(10, 1)).toBe(refills ? 10 + PER_MS / 20 : 5_010);
      expect(meter.opensAt(5_010, 20)).toBe(5_010);
    });

    test.each([NaN, Infinity, 1e300])("a server that says %d of all is not heard", (nonsense) => {
      const meter = make({ limit: 5, perMs: PER_MS });
      meter.lower(nonsense, 100, 0);
      meter.lower(0, NaN, 0);
      meter.lower(0, 0, 0);
      meter.lower(0, -5, 0);
      expect(meter.opensAt(0, 5)).toBe(0);
    });

    if (counts === "tokens") testSettling(make, { limits, walk, refills });
  });
}

interface SettlingCases {
  readonly limits: fc.Arbitrary<number>;
  readonly walk: fc.Arbitrary<Arrival[]>;
  readonly refills: boolean;
}

function testSettling(
  make: (setting: MeterSetting) => Meter,
  { limits, walk, refills }: SettlingCases,
): void {
  test("what is counted is what was used, however much was taken", () => {
    const uses = fc.array(fc.record({ cost: fc.integer({ min: 1, max: 9 }), used: fc.nat(30) }));
    const property = fc.property(uses, (takings) => {
      const meter = make({ limit: 1_000, perMs: PER_MS });
      const receipts = takings.map(({ cost }) => meter.take(5, cost));
      for (const [index, { used }] of takings.entries())
        meter.settle(receipts[index] ?? -1, used, 5);
      const used = takings.reduce((sum, taking) => sum + taking.used, 0);
      expect(meter.stats(5).remaining).toBe(1_000 - used);
    });
    fc.assert(property, { numRuns: 300 });
  });

  test("a debt holds those who come later, and what is given back lets them in", () => {
    const meter = make({ limit: 10, perMs: PER_MS });
    const receipts = [meter.take(0, 5), meter.take(0, 5)];
    expect(meter.opensAt(0, 1)).toBeGreaterThan(0);
    meter.settle(receipts[0] ?? -1, 2, 0);
    expect(meter.opensAt(0, 3)).toBe(0);
    meter.settle(receipts[1] ?? -1, 12, 0);
    expect(meter.stats(0).remaining).toBe(-4);
    expect(meter.opensAt(0, 1)).toBeGreaterThan(0);
  });

  test("a debt counts against what a server says is left, and what is given back does not", () => {
    const meter = make({ limit: 100, perMs: PER_MS });
    meter.lower(10, 60_000, 0);
    const receipts = [meter.take(0, 2), meter.take(0, 2)];
    meter.settle(receipts[0] ?? -1, 5, 0);
    expect(meter.stats(0).remaining).toBe(3);
    meter.settle(receipts[1] ?? -1, 0, 0);
    expect(meter.stats(0).remaining).toBe(refills ? 5 : 3);
  });

  test.each([NaN, -1, Infinity])("to have used %d counts as not having said", (used) => {
    const meter = make({ limit: 10, perMs: PER_MS });
    meter.settle(meter.take(0, 4), used, 0);
    expect(meter.stats(0).remaining).toBe(6);
  });

  test("fractions count as the next whole number, and less than 1 as 1", () => {
    const meter = make({ limit: 10, perMs: PER_MS });
    const receipt = meter.take(0, 2.1);
    meter.take(0, 0);
    expect(meter.stats(0).remaining).toBe(6);
    meter.settle(receipt, 4.5, 0);
    expect(meter.stats(0).remaining).toBe(4);
  });

  test("late settling never breaks it", () => {
    const property = fc.property(limits, walk, (limit, steps) => {
      const meter = make({ limit, perMs: PER_MS });
      const open: { receipt: number; used: number }[] = [];
      let now = 0;
      for (const { gapMs, cost, used } of steps) {
        now = meter.opensAt(now + gapMs, cost);
        expect(now).toBeLessThan(Infinity);
        open.push({ receipt: meter.take(now, cost), used });
        const { receipt, used: late } = open[open.length >>> 1] ?? { receipt: -1, used: 0 };
        if (open.length % 3 === 0) {
          meter.settle(receipt, late, now);
          open.splice(open.length >>> 1, 1);
        }
        expect(meter.stats(now).remaining).toBeLessThanOrEqual(limit);
      }
    });
    fc.assert(property, { numRuns: 50 });
  });
}
