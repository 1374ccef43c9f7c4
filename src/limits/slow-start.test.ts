import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SlowStartOptions } from "./limit-options.ts";
import { SlowStart } from "./slow-start.ts";

/** A slow start that began at 1_000 with this chance. */
function begun(options: SlowStartOptions | true = true, chance = 0): SlowStart {
  const slow = new SlowStart(options);
  slow.begin(1_000, chance);
  return slow;
}

/** Starts as many as it lets at `now`; at most `waiting`. */
function startAll(slow: SlowStart, now: number, waiting = 10_000): number {
  let started = 0;
  while (started < waiting && slow.opensAt(now) <= now) {
    slow.start(now);
    started += 1;
  }
  return started;
}

test("it holds nobody back before it begins", () => {
  const slow = new SlowStart();
  expect([slow.isActive, startAll(slow, 5)]).toEqual([false, 10_000]);
});

test("one starts, then two, then four, each 50 ms later", () => {
  const slow = begun();
  const steps = [1_000, 1_049, 1_050, 1_100, 1_149, 1_150].map((now) => startAll(slow, now));
  expect(steps).toEqual([1, 0, 2, 4, 0, 8]);
  expect(slow.opensAt(1_160)).toBe(1_200);
});

test("the first start is put off by chance, by up to 50 ms", () => {
  expect([0, 0.5, 0.98].map((chance) => begun(true, chance).opensAt(1_000))).toEqual([
    1_000, 1_025, 1_049,
  ]);
  const slow = begun({ jitterMs: 10, stepMs: 100 }, 0.5);
  expect([1_004, 1_005, 1_104, 1_105].map((now) => startAll(slow, now))).toEqual([0, 1, 0, 2]);
});

describe("it is over", () => {
  test("when a step ends in which fewer started than could", () => {
    const slow = begun();
    startAll(slow, 1_000);
    startAll(slow, 1_050);
    expect(startAll(slow, 1_100, 3)).toBe(3);
    expect(slow.isActive).toBe(true);
    expect(startAll(slow, 1_150)).toBe(10_000);
    expect(slow.isActive).toBe(false);
  });

  test("when nobody comes for ten steps", () => {
    expect(startAll(begun(), 1_499)).toBe(1);
    expect(startAll(begun(), 1_500)).toBe(10_000);
  });
});

test("a timer that fires late makes no larger step", () => {
  const slow = begun();
  expect([1_000, 1_340, 1_345, 1_390].map((now) => startAll(slow, now))).toEqual([1, 2, 0, 4]);
});

test("it can begin again at any time", () => {
  const slow = begun();
  startAll(slow, 1_000);
  startAll(slow, 1_050);
  slow.begin(1_060, 0);
  expect([1_060, 1_110].map((now) => startAll(slow, now))).toEqual([1, 2]);
});

test("however those who wait are woken, they start 2^n at most in the n-th step, and all do", () => {
  const options = fc.record({
    stepMs: fc.integer({ min: 1, max: 100 }),
    jitterMs: fc.integer({ min: 0, max: 100 }),
  });
  const chance = fc.double({ min: 0, max: 0.999, noNaN: true });
  const lateness = fc.array(fc.nat({ max: 40 }), { minLength: 12, maxLength: 12 });
  const property = fc.property(options, chance, lateness, (given, luck, late) => {
    const slow = begun(given, luck);
    let now = 1_000;
    let started = 0;
    for (const [step, lateMs] of late.entries()) {
      now = Math.max(now, slow.opensAt(now)) + Math.min(lateMs, given.stepMs * 9);
      started += startAll(slow, now);
      expect(started).toBe(2 ** (step + 1) - 1);
    }
    expect(now).toBeGreaterThanOrEqual(1_000 + luck * given.jitterMs + 11 * given.stepMs - 1e-6);
  });
  fc.assert(property);
});
