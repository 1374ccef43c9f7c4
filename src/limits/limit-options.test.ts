import { describe, expect, test } from "vitest";
import { type LimitsOptions, checkLimits } from "./limit-options.ts";

test.each<LimitsOptions>([
  {},
  { "*": {} },
  { "*": { concurrency: 1 }, "math.add": { concurrency: Infinity } },
  { "*": { concurrency: 64, queue: {} } },
  { a: { queue: { max: 0 } } },
  { a: { queue: { max: Infinity } } },
])("%j is accepted", (limits) => {
  expect(() => checkLimits(limits)).not.toThrow();
});

describe("what JavaScript may write instead is a TypeError that names the field", () => {
  test.each<[unknown, string]>([
    [null, "limits must be an object."],
    [8, "limits must be an object."],
    [[{ concurrency: 8 }], "limits must be an object."],
    [{ "*": 8 }, 'limits["*"] must be an object.'],
    [{ a: null }, 'limits["a"] must be an object.'],
    [{ a: { concurency: 8 } }, 'limits["a"].concurency is unknown; known: concurrency, queue.'],
    [{ a: { rate: [] } }, 'limits["a"].rate is unknown; known: concurrency, queue.'],
    ...[0, -1, 1.5, NaN, "8", null, -Infinity].map((concurrency): [unknown, string] => [
      { a: { concurrency } },
      'limits["a"].concurrency must be an integer from 1, or Infinity.',
    ]),
    [{ a: { queue: 5 } }, 'limits["a"].queue must be an object.'],
    [{ a: { queue: { maximum: 5 } } }, 'limits["a"].queue.maximum is unknown; known: max.'],
    ...[-1, 0.5, NaN, "8", null].map((max): [unknown, string] => [
      { a: { queue: { max } } },
      'limits["a"].queue.max must be an integer from 0, or Infinity.',
    ]),
  ])("%j", (limits, message) => {
    expect(() => checkLimits(limits as LimitsOptions)).toThrow(new TypeError(message));
  });
});
