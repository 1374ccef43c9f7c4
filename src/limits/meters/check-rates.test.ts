import { describe, expect, test } from "vitest";
import type { LimitOptions } from "../limit-options.ts";
import { checkRates } from "./check-rates.ts";

const PATH = 'limits["a"]';

test.each<LimitOptions>([
  {},
  { rate: [] },
  { rate: { limit: 1, per: "second" } },
  {
    rate: [
      { limit: 60, perMs: 0.5 },
      { limit: 1e6, per: "day", kind: "fixed", timeZone: "Asia/Tokyo" },
    ],
  },
  { rate: { limit: 10, per: "minute", kind: "bucket", burst: 2 } },
  { rate: { limit: 10, perMs: 15_000, kind: "fixed", burst: undefined } },
  { tokens: { limit: 90_000.5, per: "minute", estimate: 500, used: "usage.total" } },
  { tokens: [{ limit: 10, per: "day", estimate: () => 5, used: () => 5 }] },
  { tokens: { limit: 10, per: "minute", kind: "bucket", burst: 200, estimate: 200 } },
])("%j is accepted", (options) => {
  expect(() => checkRates(PATH, options)).not.toThrow();
});

describe("what JavaScript may write instead is a TypeError that names the field", () => {
  const limits = [0, -1, 0.5, 1.5, NaN, Infinity, "8", null, undefined];
  test.each<[unknown, string]>([
    ...limits.map((limit): [unknown, string] => [
      { rate: { limit, per: "minute" } },
      ".rate.limit must be an integer from 1 and at most 1000000000000.",
    ]),
    [{ rate: 5 }, ".rate must be an object."],
    [{ rate: null }, ".rate must be an object."],
    [{ rate: [{ limit: 1, per: "day" }, 5] }, ".rate[1] must be an object."],
    [{ rate: { limit: 1 } }, ".rate must have one of per and perMs."],
    [{ rate: { limit: 1, per: "day", perMs: 5 } }, ".rate must have one of per and perMs."],
    [{ rate: { limit: 1, per: "week" } }, ".rate.per must be one of: second, minute, hour, day."],
    ...[0, -5, NaN, "1", 3e9].map((perMs): [unknown, string] => [
      { rate: [{ limit: 1, perMs }] },
      ".rate[0].perMs must be a number above 0 and at most 2678400000.",
    ]),
    [
      { rate: { limit: 1, per: "day", kind: "leaky" } },
      ".rate.kind must be one of: sliding, fixed, bucket.",
    ],
    [
      { rate: { limit: 1, window: 5 } },
      ".rate.window is unknown; known: limit, per, perMs, kind, burst, timeZone.",
    ],
    [{ rate: { limit: 1, per: "day", estimate: 5 } }, ".rate.estimate is unknown"],
    [{ rate: { limit: 1, per: "day", burst: 5 } }, '.rate.burst is for rates of kind "bucket".'],
    [
      { rate: { limit: 1, per: "day", kind: "bucket", burst: 0 } },
      ".rate.burst must be a number from 1",
    ],
    ...[{}, { kind: "bucket" }].map((more): [unknown, string] => [
      { rate: { limit: 1, per: "day", timeZone: "UTC", ...more } },
      '.rate.timeZone is for rates of kind "fixed" with per.',
    ]),
    [
      { rate: { limit: 1, perMs: 5, kind: "fixed", timeZone: "UTC" } },
      '.rate.timeZone is for rates of kind "fixed" with per.',
    ],
    ...["Mars/Olympus", "", 5, null].map((timeZone): [unknown, string] => [
      { rate: { limit: 1, per: "day", kind: "fixed", timeZone } },
      '.rate.timeZone must be an IANA name such as "America/Los_Angeles".',
    ]),
    [{ tokens: { limit: 0, per: "day" } }, ".tokens.limit must be a number from 1"],
    ...[0, -1, NaN, 11, "5"].map((estimate): [unknown, string] => [
      { tokens: { limit: 10, per: "day", estimate } },
      ".tokens.estimate must be a number above 0 and at most 10.",
    ]),
    [{ tokens: [{ limit: 10, per: "day", used: 5 }] }, ".tokens[0].used must be a path"],
    [
      { tokens: { limit: 10, per: "day", estimated: 5 } },
      ".tokens.estimated is unknown; known: limit,",
    ],
  ])("%j", (options, message) => {
    const check = (): void => checkRates(PATH, options as LimitOptions);
    expect(check).toThrow(TypeError);
    expect(check).toThrow(`${PATH}${message}`);
  });
});
