import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RollingCounts } from "./rolling-counts.ts";

test("it is a list of what happened in the last ten slots, whatever happened when", () => {
  const step = fc.record({
    afterMs: fc.oneof(fc.nat({ max: 400 }), fc.nat({ max: 2_500 })),
    calls: fc.nat({ max: 3 }),
    marks: fc.nat({ max: 3 }),
  });
  const start = fc.integer({ min: -1_000, max: 1_000 });
  const property = fc.property(start, fc.array(step, { maxLength: 60 }), (startsAt, steps) => {
    const counts = new RollingCounts(1_000);
    const seen: { slot: number; calls: number; marks: number }[] = [];
    let now = startsAt;
    for (const { afterMs, calls, marks } of steps) {
      now += afterMs;
      counts.add(now, calls, marks);
      seen.push({ slot: Math.floor(now / 100), calls, marks });
      const recent = seen.filter(({ slot }) => slot > Math.floor(now / 100) - 10);
      expect(counts.calls).toBe(recent.reduce((sum, one) => sum + one.calls, 0));
      expect(counts.marks).toBe(recent.reduce((sum, one) => sum + one.marks, 0));
    }
  });
  fc.assert(property);
});

test("what is as old as the window is gone, also when nothing happens", () => {
  const counts = new RollingCounts(1_000);
  counts.add(0, 4, 3);
  counts.forget(999);
  expect([counts.calls, counts.marks]).toEqual([4, 3]);
  counts.forget(1_000);
  expect([counts.calls, counts.marks]).toEqual([0, 0]);
});
