import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testMeter } from "../../testing/meter-suite.ts";
import { arrivals, justBefore } from "../../testing/meter-arrivals.ts";
import { calendarOf, evenCalendar } from "./calendar.ts";
import { type EpochOffset, FixedWindow } from "./fixed-window.ts";

const PER_MS = 1_000;

function meterOf(limit: number, offset: EpochOffset = { ms: 0 }, perMs = PER_MS): FixedWindow {
  return new FixedWindow({ limit, perMs, calendar: evenCalendar(perMs), offset });
}

testMeter("FixedWindow of starts", ({ limit, perMs }) => meterOf(limit, { ms: 0 }, perMs), {
  counts: "requests",
});
testMeter("FixedWindow of tokens", ({ limit, perMs }) => meterOf(limit, { ms: 0 }, perMs), {
  counts: "tokens",
});

describe("a fixed window", () => {
  /** How far the clock is set, before an arrival; mostly not at all. */
  const setting = fc.oneof(
    { weight: 20, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -20 * PER_MS, max: 20 * PER_MS }) },
    { weight: 1, arbitrary: fc.integer({ min: -300, max: 300 }) },
  );

  test("never holds more than its limit, however the clock is set", () => {
    const steps = fc.tuple(
      arrivals({ perMs: PER_MS, largest: 5 }),
      fc.array(setting, { minLength: 30, maxLength: 120, size: "max" }),
    );
    const property = fc.property(
      fc.integer({ min: 5, max: 20 }),
      steps,
      (limit, [asks, settings]) => {
        const offset = { ms: 1_763_640_000_123 };
        const meter = meterOf(limit, offset);
        const used = new Map<number, number>();
        let now = 0;
        for (const [index, { gapMs, cost }] of asks.entries()) {
          now += gapMs;
          offset.ms += settings[index % settings.length] ?? 0;
          const opensAt = meter.opensAt(now, cost);
          const window = Math.floor((now + offset.ms) / PER_MS);
          const fits = (used.get(window) ?? 0) + cost <= limit;
          expect(opensAt <= now).toBe(fits);
          if (!fits && index % 2 === 0) continue;
          if (!fits) expect(meter.opensAt(Math.max(now, justBefore(opensAt)), cost)).toBe(opensAt);
          now = opensAt;
          meter.take(now, cost);
          const entered = Math.floor((now + offset.ms) / PER_MS);
          used.set(entered, (used.get(entered) ?? 0) + cost);
        }
        expect(Math.max(...used.values())).toBeLessThanOrEqual(limit);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  test("is used to the full by those who wait", () => {
    const meter = meterOf(100, { ms: 1_763_640_000_000.25 });
    let [now, taken] = [0, 0];
    for (; now < 50 * PER_MS; taken += 1) {
      now = meter.opensAt(now, 1);
      meter.take(now, 1);
    }
    expect(taken).toBeGreaterThanOrEqual(0.99 * 50 * 100);
    expect(taken).toBeLessThanOrEqual(51 * 100 + 1);
  });

  test("opens at midnight where its calendar is", () => {
    const offset = { ms: Date.parse("2026-11-01T20:00Z") };
    const calendar = calendarOf("day", "America/Los_Angeles");
    const meter = new FixedWindow({ limit: 2, perMs: 86_400_000, calendar, offset });
    meter.take(0, 2);
    // 12:00 PST; the day has 25 hours.
    expect(meter.opensAt(0, 1)).toBe(12 * 3_600_000);
    expect(meter.opensAt(12 * 3_600_000, 2)).toBe(12 * 3_600_000);
  });

  test("opens sooner when the clock is set forward", () => {
    const offset = { ms: 0 };
    const meter = meterOf(1, offset);
    meter.take(0, 1);
    expect(meter.opensAt(1, 1)).toBe(1_000);
    offset.ms = 700;
    expect(meter.opensAt(1, 1)).toBe(300);
    offset.ms = 1_000;
    expect(meter.opensAt(1, 1)).toBe(1);
  });

  test("skips windows that were used up before the clock was set back", () => {
    const offset = { ms: 0 };
    const meter = meterOf(1, offset);
    for (const at of [0, 1_000, 2_000]) meter.take(at, 1);
    offset.ms = -2_000;
    expect(meter.opensAt(2_000, 1)).toBe(5_000);
  });

  test("settles what was taken in a window before, in that window", () => {
    const offset = { ms: 0 };
    const meter = meterOf(10, offset);
    const receipt = meter.take(0, 10);
    meter.take(1_000, 4);
    meter.settle(receipt, 3);
    expect(meter.stats(1_000).remaining).toBe(6);
    offset.ms = -1_000;
    expect(meter.stats(1_000).remaining).toBe(7);
  });

  test("does not settle what was taken in a window that is forgotten", () => {
    const meter = meterOf(10);
    const receipt = meter.take(0, 10);
    for (let second = 1; second <= 128; second += 1) meter.take(second * 1_000, 1);
    meter.settle(receipt, 0);
    expect(meter.stats(128_000).remaining).toBe(9);
  });

  test("a clock set back over more windows than are remembered begins afresh", () => {
    const offset = { ms: 0 };
    const meter = meterOf(1, offset);
    for (let second = 0; second < 300; second += 1) meter.take(second * 1_000, 1);
    offset.ms = -299_000;
    expect(meter.opensAt(299_000, 1)).toBe(299_000);
  });
});
