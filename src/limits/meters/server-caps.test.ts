import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ServerCaps } from "./server-caps.ts";

/** Every cap that was ever added. */
class NaiveCaps {
  readonly caps: { until: number; left: number }[] = [];

  opensAt(now: number, cost: number): number {
    const held = this.caps.filter(({ until, left }) => until > now && left < cost);
    return Math.max(now, ...held.map(({ until }) => until));
  }

  left(now: number): number {
    return Math.min(
      Infinity,
      ...this.caps.filter(({ until }) => until > now).map(({ left }) => left),
    );
  }
}

/** So far apart that no more than eight hold at once. */
const step = fc.record({
  gapMs: fc.integer({ min: 8, max: 30 }),
  does: fc.constantFrom("add", "add", "take"),
  amount: fc.nat(20),
  forMs: fc.integer({ min: 1, max: 60 }),
});

test("a few at once hold as all that were ever added do", () => {
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const caps = new ServerCaps();
    const naive = new NaiveCaps();
    let now = 0;
    for (const { gapMs, does, amount, forMs } of steps) {
      now += gapMs;
      if (does === "add") {
        caps.add(amount, now + forMs);
        naive.caps.push({ left: amount, until: now + forMs });
      } else {
        caps.take(amount);
        for (const cap of naive.caps) cap.left -= amount;
      }
      expect(caps.left(now)).toBe(naive.left(now));
      for (const cost of [1, 5, amount]) {
        expect(caps.opensAt(now, cost)).toBe(naive.opensAt(now, cost));
      }
    }
  });
  fc.assert(property, { numRuns: 500 });
});

test("of many at once the strictest holds as long as the one after it", () => {
  const caps = new ServerCaps();
  for (let left = 0; left < 9; left += 1) caps.add(left, 100 + left);
  expect(caps.left(100)).toBe(0);
  expect(caps.opensAt(0, 1)).toBe(101);
  expect(caps.opensAt(0, 8)).toBe(107);
  expect(caps.left(108)).toBe(Infinity);
});
