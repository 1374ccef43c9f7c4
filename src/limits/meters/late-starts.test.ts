import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BeginOrder,
  LateStarts,
  deafTo,
  lateArrivals,
  worstWindow,
} from "../../testing/late-starts.ts";
import { evenCalendar } from "./calendar.ts";
import { FixedWindow } from "./fixed-window.ts";
import type { Meter } from "./meter.ts";
import { SlidingLog } from "./sliding-log.ts";
import { SlidingWindow } from "./sliding-window.ts";
import { TokenBucket } from "./token-bucket.ts";

const PER_MS = 1_000;
const GRAIN_MS = 2 ** -10;

const sliding: [string, (limit: number) => Meter, number][] = [
  ["of starts", (limit) => new SlidingWindow(limit, PER_MS), 1],
  ["of several starts each", (limit) => new SlidingWindow(limit, PER_MS), 5],
  ["of tokens", (limit) => new SlidingLog(limit, PER_MS), 12],
];

const orders = ["in order", "out of order", "before it is told"] as const;

describe.each(sliding)("a sliding window %s that begin late", (_what, make, largest) => {
  /** Whether no window of what really begins holds more than the limit. */
  function holds(longestMs: number, order: BeginOrder, meterOf = make): fc.IProperty<unknown> {
    const walk = lateArrivals({ perMs: PER_MS, largest, longestMs });
    return fc.property(fc.integer({ min: largest, max: 25 }), walk, (limit, steps) => {
      const starts = new LateStarts(meterOf(limit), order);
      for (const step of steps) starts.arrive(step);
      expect(worstWindow(starts.beginnings, PER_MS)).toBeLessThanOrEqual(limit);
    });
  }

  test.each(orders)("never holds more than its limit when they begin %s", (order) => {
    fc.assert(holds(PER_MS / 2, order), { numRuns: 120 });
  });

  test("holds as long as they begin sooner than a window after they were taken", () => {
    fc.assert(holds(PER_MS - GRAIN_MS, "out of order"), { numRuns: 120 });
  });

  test("would not hold if it did not hear of it", () => {
    for (const order of orders) {
      const deaf = holds(PER_MS / 2, order, (limit) => deafTo(make(limit)));
      expect(fc.check(deaf, { numRuns: 120 }).failed).toBe(true);
    }
  });

  test.each<[number, BeginOrder, number]>([
    [0.25, "in order", 0.99],
    [2, "out of order", 0.99],
    [200, "in order", 1 / 1.2],
    [500, "out of order", 1 / 1.5],
  ])("is used well at delays of up to %d ms, %s", (longestMs, order, share) => {
    const limit = 60;
    const starts = new LateStarts(make(limit), order);
    for (let step = 0; starts.now < 30 * PER_MS; step += 1) {
      // By the golden ratio: spread evenly, and in no order.
      const delayMs = ((step * 0.618_034) % 1) * longestMs;
      starts.arrive({ gapMs: 0, cost: 1, used: 1, delayMs });
    }
    expect(starts.beginnings.length).toBeGreaterThanOrEqual(share * 30 * limit);
    expect(worstWindow(starts.beginnings, PER_MS)).toBe(limit);
  });

  test("counts what begins a whole window late, and lets nobody have its place", () => {
    const meter = make(largest);
    const receipt = meter.take(0, largest);
    meter.begin(meter.take(PER_MS, largest), PER_MS);
    meter.begin(receipt, PER_MS + 10);
    expect(meter.stats(PER_MS + 10).remaining).toBeLessThanOrEqual(0);
    expect(meter.opensAt(PER_MS + 10, 1)).toBe(2 * PER_MS + 10);
    expect(meter.opensAt(2 * PER_MS, largest)).toBe(2 * PER_MS + 10);
    expect(meter.stats(2 * PER_MS + 10).remaining).toBe(largest);
  });

  test("keeps no more of them than a window holds", () => {
    const before = process.memoryUsage().arrayBuffers;
    const meter = make(1_000);
    for (let at = 0; at < 1e6; at += 5) {
      const receipt = meter.take(at, 1);
      if (at % 1_000 !== 0) meter.begin(receipt, at + 4);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000);
  });
});

describe("a sliding window of starts that begin late", () => {
  test("lets in all that fit: what began in the window, or was taken in it and may begin", () => {
    const walk = lateArrivals({ perMs: PER_MS, largest: 3, longestMs: 3 * PER_MS });
    const property = fc.property(fc.integer({ min: 3, max: 20 }), walk, (limit, steps) => {
      const meter = new SlidingWindow(limit, PER_MS);
      const counted: { since: number; beginsAt: number; cost: number; receipt: number }[] = [];
      const pass = (until: number): void => {
        const due = counted.filter(({ since, beginsAt }) => since < beginsAt && beginsAt <= until);
        for (const one of due.toSorted((left, right) => left.beginsAt - right.beginsAt)) {
          meter.begin(one.receipt, one.beginsAt);
          one.since = one.beginsAt;
        }
      };
      let now = 0;
      for (const { gapMs, cost, delayMs } of steps) {
        now += gapMs;
        pass(now);
        const used = counted
          .filter(({ since }) => now - since < PER_MS)
          .reduce((sum, one) => sum + one.cost, 0);
        expect(meter.stats(now).remaining).toBe(limit - used);
        expect(meter.opensAt(now, cost) <= now).toBe(used + cost <= limit);
        if (used + cost > limit) continue;
        const receipt = meter.take(now, cost);
        const beginsAt = delayMs === undefined ? -Infinity : now + delayMs;
        counted.push({ since: now, beginsAt, cost, receipt });
      }
    });
    fc.assert(property, { numRuns: 200 });
  });

  test("one that takes long to begin holds up nobody who begins at once", () => {
    const meter = new SlidingWindow(10, PER_MS);
    const slow = meter.take(0, 1);
    meter.begin(meter.take(0, 9), 1);
    meter.begin(slow, 900);
    expect(meter.opensAt(900, 9)).toBe(PER_MS + 1);
    expect(meter.opensAt(900, 10)).toBe(PER_MS + 900);
  });
});

describe("a log of tokens that begin late", () => {
  test("none leaves the window before those that were taken before it, and no later", () => {
    const walk = lateArrivals({ perMs: PER_MS, largest: 12, longestMs: PER_MS / 2 });
    const property = fc.property(fc.integer({ min: 12, max: 60 }), walk, (limit, steps) => {
      const meter = new SlidingLog(limit, PER_MS);
      const all: { at: number; amount: number; receipt: number }[] = [];
      let now = 0;
      for (const [index, { gapMs, cost, used, delayMs }] of steps.entries()) {
        now += gapMs;
        let last = -Infinity;
        const left =
          limit -
          all.reduce((sum, { at, amount }) => {
            last = Math.max(last, at);
            return now - last < PER_MS ? sum + amount : sum;
          }, 0);
        expect(meter.stats(now).remaining).toBe(left);
        expect(meter.opensAt(now, cost) <= now).toBe(cost <= left);
        if (cost <= left) all.push({ at: now, amount: cost, receipt: meter.take(now, cost) });
        // One of the latest begins, or is settled.
        const one = all[all.length - 1 - (used % 5)];
        if (one === undefined || now - one.at >= PER_MS) continue;
        if (index % 3 === 0) {
          one.amount = Math.max(1, used);
          meter.settle(one.receipt, one.amount, now);
        } else if (delayMs !== undefined) {
          meter.begin(one.receipt, now);
          one.at = now;
        }
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});

function fixedOf(limit: number): Meter {
  const calendar = evenCalendar(PER_MS);
  return new FixedWindow({ limit, perMs: PER_MS, calendar, offset: { ms: 0 } });
}

describe("a fixed window of what begins late", () => {
  test("holds what was taken in it and what began in it; all that began are counted", () => {
    const walk = lateArrivals({ perMs: PER_MS, largest: 5, longestMs: 2 * PER_MS });
    const property = fc.property(fc.integer({ min: 5, max: 20 }), walk, (limit, steps) => {
      const meter = fixedOf(limit);
      const starts = new LateStarts(meter);
      for (const step of steps) {
        starts.arrive(step);
        const window = Math.floor(starts.now / PER_MS);
        const began = starts.beginnings
          .filter(({ at }) => at <= starts.now && Math.floor(at / PER_MS) === window)
          .reduce((sum, { amount }) => sum + amount, 0);
        expect(meter.stats(starts.now).remaining).toBeLessThanOrEqual(limit - began);
      }
    });
    fc.assert(property, { numRuns: 120 });
  });

  test("counts what begins after an edge in both windows, and lets others wait for it", () => {
    const meter = fixedOf(10);
    const receipts = [meter.take(900, 6), meter.take(900, 2)];
    meter.begin(receipts[1] ?? -1, 950);
    meter.take(1_000, 7);
    meter.begin(receipts[0] ?? -1, 1_001);
    expect(meter.stats(1_001).remaining).toBe(-3);
    expect(meter.opensAt(1_001, 1)).toBe(2_000);
    expect(meter.opensAt(2_000, 10)).toBe(2_000);
  });

  test("counts what turns out to be more where it began", () => {
    const meter = fixedOf(20);
    const receipt = meter.take(900, 6);
    meter.begin(receipt, 1_100);
    meter.settle(receipt, 16, 1_200);
    expect(meter.stats(1_200).remaining).toBe(4);
    const other = meter.take(1_900, 3);
    meter.begin(other, 2_000);
    meter.settle(other, 1, 2_100);
    expect(meter.stats(2_100).remaining).toBe(17);
  });
});

test("a bucket lets no more begin in a span than it lets be taken in one that is longer by the longest delay", () => {
  const settings = fc.record({
    limit: fc.integer({ min: 1, max: 50 }),
    burst: fc.integer({ min: 12, max: 40 }),
    longestMs: fc.constantFrom(GRAIN_MS * 2, 50, PER_MS / 2),
  });
  const property = fc.property(
    settings.chain((setting) =>
      fc.tuple(
        fc.constant(setting),
        lateArrivals({ perMs: PER_MS, largest: 12, longestMs: setting.longestMs }),
      ),
    ),
    ([{ limit, burst, longestMs }, steps]) => {
      const starts = new LateStarts(new TokenBucket({ limit, perMs: PER_MS, burst }));
      for (const step of steps) starts.arrive(step);
      const beginnings = starts.beginnings.toSorted((one, other) => one.at - other.at);
      for (const [first, { at: from }] of beginnings.entries()) {
        let sum = 0;
        for (const { at, amount } of beginnings.slice(first)) {
          sum += amount;
          const most = burst + ((at - from + longestMs) * limit) / PER_MS;
          expect(sum).toBeLessThanOrEqual(most + 1e-6);
        }
      }
    },
  );
  fc.assert(property, { numRuns: 60 });
});
