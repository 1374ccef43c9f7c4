import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrivals } from "../../testing/meter-arrivals.ts";
import { testMeter } from "../../testing/meter-suite.ts";
import { TokenBucket } from "./token-bucket.ts";

const PER_MS = 1_000;
/** Of one token: what adding up hundreds of floating point numbers may lose. */
const ROUNDING = 1e-6;

testMeter(
  "TokenBucket of starts",
  (setting) => new TokenBucket({ ...setting, burst: setting.limit }),
  {
    counts: "requests",
    refills: true,
  },
);
testMeter(
  "TokenBucket of tokens",
  (setting) => new TokenBucket({ ...setting, burst: setting.limit }),
  {
    counts: "tokens",
    refills: true,
  },
);

describe("a token bucket", () => {
  test("lets no more through in any span than its burst and what was refilled meanwhile", () => {
    const settings = fc.record({
      limit: fc.integer({ min: 1, max: 50 }),
      burst: fc.integer({ min: 12, max: 40 }),
    });
    const walk = arrivals({ perMs: PER_MS, largest: 12 });
    const property = fc.property(settings, walk, ({ limit, burst }, steps) => {
      const bucket = new TokenBucket({ limit, perMs: PER_MS, burst });
      const taken: { at: number; sum: number }[] = [];
      let [now, sum] = [0, 0];
      for (const { gapMs, cost } of steps) {
        now = bucket.opensAt(now + gapMs, cost);
        bucket.take(now, cost);
        for (const { at, sum: before } of taken) {
          const most = burst + ((now - at) * limit) / PER_MS;
          expect(sum + cost - before).toBeLessThanOrEqual(most + ROUNDING);
        }
        taken.push({ at: now, sum });
        sum += cost;
      }
    });
    fc.assert(property, { numRuns: 100 });
  });

  test("is used to the full by those who wait, one by one", () => {
    const bucket = new TokenBucket({ limit: 100, perMs: PER_MS, burst: 10 });
    let [now, taken] = [0, 0];
    for (; now < 50 * PER_MS; taken += 1) {
      now = bucket.opensAt(now, 1);
      bucket.take(now, 1);
    }
    expect(taken).toBeGreaterThanOrEqual(0.99 * 50 * 100);
    expect(taken).toBeLessThanOrEqual(50 * 100 + 11);
  });

  test("gives its burst at once and then one by one", () => {
    const bucket = new TokenBucket({ limit: 10, perMs: PER_MS, burst: 3 });
    expect(bucket.capacity).toBe(3);
    const times = Array.from({ length: 6 }, () => {
      const at = bucket.opensAt(0, 1);
      bucket.take(at, 1);
      return Math.round(at);
    });
    expect(times).toEqual([0, 0, 0, 100, 200, 300]);
  });

  test("carries a debt until it is refilled", () => {
    const bucket = new TokenBucket({ limit: 10, perMs: PER_MS, burst: 10 });
    bucket.settle(bucket.take(0, 10), 25, 0);
    expect(bucket.stats(0).remaining).toBe(-15);
    expect(bucket.opensAt(0, 1)).toBe(1_600);
  });

  test("does not save up more than its burst from what is given back late", () => {
    const bucket = new TokenBucket({ limit: 10, perMs: PER_MS, burst: 10 });
    const receipt = bucket.take(0, 10);
    bucket.settle(receipt, 0, 900);
    expect(bucket.stats(900).remaining).toBe(10);
    bucket.take(900, 10);
    expect(bucket.opensAt(900, 1)).toBe(1_000);
  });
});
