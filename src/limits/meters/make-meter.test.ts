import { describe, expect, test } from "vitest";
import type { RateOptions, TokenRateOptions } from "../limit-options.ts";
import { makeMeters, resolvePerMs } from "./make-meter.ts";

const MIDNIGHT = Date.parse("2026-11-20T00:00Z");
const HOUR_MS = 3_600_000;

describe("a rate", () => {
  test.each<[RateOptions, object]>([
    [
      { limit: 5, per: "second" },
      { kind: "sliding", limit: 5, perMs: 1_000 },
    ],
    [
      { limit: 5, perMs: 250 },
      { kind: "sliding", limit: 5, perMs: 250 },
    ],
    [
      { limit: 5, per: "day", kind: "fixed" },
      { kind: "fixed", limit: 5, perMs: 86_400_000 },
    ],
    [
      { limit: 5, per: "minute", kind: "bucket" },
      { kind: "bucket", limit: 5, remaining: 5 },
    ],
    [
      { limit: 5, per: "hour", kind: "bucket", burst: 2 },
      { limit: 5, perMs: HOUR_MS, remaining: 2 },
    ],
  ])("%j becomes a meter", (rate, stats) => {
    const { requests, tokens } = makeMeters({ rate }, { ms: MIDNIGHT });
    expect(requests.map((meter) => meter.stats(0))).toEqual([expect.objectContaining(stats)]);
    expect(tokens).toEqual([]);
  });

  test.each<[RateOptions, number]>([
    [{ limit: 1, per: "day" }, 24 * HOUR_MS],
    [{ limit: 1, per: "day", kind: "fixed" }, 20 * HOUR_MS],
    [{ limit: 1, per: "day", kind: "fixed", timeZone: "America/Los_Angeles" }, 4 * HOUR_MS],
    [{ limit: 1, perMs: 7 * HOUR_MS, kind: "fixed" }, 3 * HOUR_MS],
  ])("%j opens again when its window ends", (rate, afterMs) => {
    // 7 hours go into the time since 1970 but for 0 hours at this time.
    const at =
      rate.perMs === undefined ? MIDNIGHT + 4 * HOUR_MS : 70_000 * 7 * HOUR_MS + 4 * HOUR_MS;
    const [meter] = makeMeters({ rate }, { ms: at }).requests;
    meter?.take(0, 1);
    expect(meter?.opensAt(0, 1)).toBe(afterMs);
  });

  test("its length is that of its unit, or as given", () => {
    expect(
      (["second", "minute", "hour", "day"] as const).map((per) => resolvePerMs({ per })),
    ).toEqual([1_000, 60_000, HOUR_MS, 24 * HOUR_MS]);
    expect(resolvePerMs({ perMs: 12.5 })).toBe(12.5);
    expect(() => resolvePerMs({})).toThrow("A rate needs `per` or `perMs`.");
  });
});

describe("tokens", () => {
  test.each<[TokenRateOptions, number]>([
    [{ limit: 90_000, per: "minute" }, 1_000],
    [{ limit: 500, per: "minute" }, 500],
    [{ limit: 90_000, per: "minute", kind: "bucket", burst: 200 }, 200],
    [{ limit: 90_000, per: "minute", estimate: 40 }, 40],
  ])("%j are taken to be %d", (tokens, estimate) => {
    expect(makeMeters({ tokens }, { ms: 0 }).tokens[0]?.estimate).toBe(estimate);
  });

  test("can be settled, and keep what says how many they were", () => {
    const rate = { limit: 10, per: "minute", used: "usage.total" } as const;
    const [made] = makeMeters({ tokens: [rate] }, { ms: 0 }).tokens;
    expect(made?.used).toBe("usage.total");
    made?.meter.settle(made.meter.take(0, 10), 3, 0);
    expect(made?.meter.stats(0).remaining).toBe(7);
  });
});

test("several rates, tokens and a preset are all counted", () => {
  const { requests, tokens } = makeMeters(
    {
      rate: [
        { limit: 60, per: "minute" },
        { limit: 5_000, per: "day" },
      ],
      tokens: { limit: 90_000, per: "minute" },
      preset: { provider: "gemini", rpm: 10, rpd: 250, tpm: 250_000 },
    },
    { ms: MIDNIGHT },
  );
  expect(requests.map((meter) => meter.stats(0)).map(({ kind, limit }) => [kind, limit])).toEqual([
    ["sliding", 60],
    ["sliding", 5_000],
    ["sliding", 10],
    ["fixed", 250],
  ]);
  expect(tokens.map(({ meter }) => meter.capacity)).toEqual([90_000, 250_000]);
});
