import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RateLimitReading, readRateLimitHeaders } from "./remaining-budget.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");

describe("what servers say is read", () => {
  test.each<[string, Record<string, string>, RateLimitReading]>([
    ["nothing", { "content-type": "text/plain" }, {}],
    ["seconds to wait", { "Retry-After": "120" }, { retryAfterMs: 120_000 }],
    ["a date", { "retry-after": "Fri, 20 Nov 2026 12:01:00 GMT" }, { retryAfterMs: 60_000 }],
    ["a date gone by", { "retry-after": "Fri, 20 Nov 2026 11:00:00 GMT" }, { retryAfterMs: 0 }],
    ["milliseconds", { "retry-after-ms": "150.5", "retry-after": "1" }, { retryAfterMs: 150.5 }],
    [
      "OpenAI's",
      {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-remaining-tokens": "149984",
        "x-ratelimit-reset-tokens": "6m0s",
      },
      { remaining: { requests: 59, tokens: 149_984, resetMs: 1_000 } },
    ],
    [
      "Groq's",
      { "x-ratelimit-remaining-requests": "14370", "x-ratelimit-reset-requests": "2m59.56s" },
      { remaining: { requests: 14_370, resetMs: 179_560 } },
    ],
    [
      "short spans",
      { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "20ms" },
      { remaining: { tokens: 0, resetMs: 20 } },
    ],
    [
      "Anthropic's",
      {
        "anthropic-ratelimit-requests-remaining": "3",
        "anthropic-ratelimit-requests-reset": "2026-11-20T12:00:30Z",
        "anthropic-ratelimit-tokens-remaining": "8000",
        "anthropic-ratelimit-tokens-reset": "2026-11-20T13:00:45+01:00",
      },
      { remaining: { requests: 3, tokens: 8_000, resetMs: 30_000 } },
    ],
    [
      "GitHub's",
      { "X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": String(NOW / 1_000 + 90) },
      { remaining: { requests: 4_999, resetMs: 90_000 } },
    ],
    [
      "the older draft's",
      { "ratelimit-remaining": "9", "ratelimit-reset": "50" },
      { remaining: { requests: 9, resetMs: 50_000 } },
    ],
    [
      "one field of the older draft",
      { ratelimit: "limit=100, remaining=50, reset=30" },
      { remaining: { requests: 50, resetMs: 30_000 } },
    ],
    [
      "the draft's",
      { ratelimit: '"burst";r=50;t=30, "daily";r=2;t=4000' },
      { remaining: { requests: 2, resetMs: 4_000_000 } },
    ],
    [
      "the draft's without a time",
      { ratelimit: '"default";r=0', "ratelimit-policy": '"default";q=100;w=60' },
      { remaining: { requests: 0, resetMs: 60_000 } },
    ],
    [
      "quotas of something else",
      { ratelimit: '"a";r=0;t=5', "ratelimit-policy": '"a";q=9;qu="content-bytes";w=60' },
      {},
    ],
    [
      "the least of several",
      { "ratelimit-remaining": "9", "ratelimit-reset": "50", ratelimit: '"x";r=4;t=7' },
      { remaining: { requests: 4, resetMs: 7_000 } },
    ],
  ])("%s", (_what, headers, reading) => {
    expect(readRateLimitHeaders(headers, NOW)).toEqual(reading);
    expect(readRateLimitHeaders(new Headers(headers), NOW)).toEqual(reading);
  });

  test("of Node's header objects, too", () => {
    expect(readRateLimitHeaders({ "retry-after": ["5"], date: undefined }, NOW)).toEqual({
      retryAfterMs: 5_000,
    });
  });

  test("of times, as they are on the machine's clock by default", () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    const { retryAfterMs = 0 } = readRateLimitHeaders({ "retry-after": inAMinute });
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});

describe("what nobody understands is left out", () => {
  test.each(["", "soon", "-5", "NaN", "Infinity", "1e3", "0x10", "5 minutes", "12:00"])(
    "%j",
    (nonsense) => {
      const names = ["retry-after", "retry-after-ms", "ratelimit", "ratelimit-remaining"];
      for (const name of names) {
        expect(readRateLimitHeaders({ [name]: nonsense }, NOW)).toEqual({});
      }
      const headers = { "x-ratelimit-remaining": "5", "x-ratelimit-reset": nonsense };
      expect(readRateLimitHeaders(headers, NOW)).toEqual({ remaining: { requests: 5 } });
    },
  );

  test("of any headers at all, nothing comes but numbers from 0", () => {
    const names = [
      "retry-after",
      "retry-after-ms",
      "ratelimit",
      "ratelimit-policy",
      "x-ratelimit-remaining",
      "x-ratelimit-reset",
      "x-ratelimit-remaining-tokens",
      "anthropic-ratelimit-tokens-reset",
    ];
    const bits = [
      "1",
      "9".repeat(20),
      ".5",
      "s",
      "ms",
      "m",
      "h",
      "-",
      ";r=",
      ";t=",
      '"',
      ",",
      " ",
      "T",
      "Z",
      "2026-01-01T",
    ];
    const value = fc
      .array(fc.constantFrom(...bits), { maxLength: 6 })
      .map((parts) => parts.join(""));
    const headers = fc.dictionary(fc.constantFrom(...names), value);
    const property = fc.property(headers, (given) => {
      const { remaining, retryAfterMs } = readRateLimitHeaders(given, NOW);
      for (const number of [retryAfterMs, ...Object.values(remaining ?? {})]) {
        if (number !== undefined) expect(number >= 0 && number < Infinity).toBe(true);
      }
    });
    fc.assert(property, { numRuns: 3_000 });
  });
});
