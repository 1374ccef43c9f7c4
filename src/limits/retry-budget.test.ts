import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RetryBudget } from "./retry-budget.ts";

/** How many of `asked` retries it grants. */
function grants(budget: RetryBudget, now: number, asked: number): number {
  let granted = 0;
  for (let retry = 0; retry < asked; retry += 1) if (budget.mayRetry(now)) granted += 1;
  return granted;
}

function calls(budget: RetryBudget, now: number, count: number): void {
  for (let call = 0; call < count; call += 1) budget.call(now);
}

test("a fifth of the calls of ten seconds, or ten where that is more, unless it is told otherwise", () => {
  const budget = new RetryBudget(true);
  expect(grants(budget, 0, 50)).toBe(10);
  calls(budget, 5_000, 100);
  expect(grants(budget, 5_000, 50)).toBe(10);
  expect(grants(budget, 9_999, 50)).toBe(0);
});

test("the part is exact, though 0.29 times 100 is less than 29 to a computer", () => {
  const budget = new RetryBudget({ ratio: 0.29, minPerSecond: 0 });
  calls(budget, 0, 100);
  expect(grants(budget, 0, 100)).toBe(29);
});

test("without a minimum nothing is granted before there are calls", () => {
  const budget = new RetryBudget({ ratio: 0.5, minPerSecond: 0 });
  expect(budget.mayRetry(0)).toBe(false);
  budget.call(0);
  expect(budget.mayRetry(0)).toBe(false);
  budget.call(0);
  expect([budget.mayRetry(0), budget.mayRetry(0)]).toEqual([true, false]);
});

test("calls and retries are forgotten after ten seconds", () => {
  const budget = new RetryBudget({ ratio: 0.5, minPerSecond: 0.5 });
  calls(budget, 0, 10);
  expect(grants(budget, 0, 99)).toBe(5);
  expect(grants(budget, 9_999, 99)).toBe(0);
  expect(grants(budget, 10_000, 99)).toBe(5);
});

test("when every call fails three times, there are 1.2 attempts a call", () => {
  const budget = new RetryBudget({ ratio: 0.2, minPerSecond: 1 });
  const seconds = 120;
  let attempts = 0;
  for (let now = 0; now < seconds * 1_000; now += 4) {
    budget.call(now);
    attempts += 1;
    for (let retry = 0; retry < 2 && budget.mayRetry(now); retry += 1) attempts += 1;
  }
  const made = seconds * 250;
  expect(attempts).toBeGreaterThan(1.19 * made);
  expect(attempts).toBeLessThanOrEqual(1.2 * made + 10);
});

test("whatever comes when, all retries together are within the bound it promises", () => {
  const step = fc.record({
    afterMs: fc.constantFrom(0, 1, 999, 1_000, 4_000, 9_999, 10_000),
    calls: fc.nat({ max: 20 }),
    retries: fc.nat({ max: 20 }),
  });
  const options = fc.record({
    ratio: fc.constantFrom(0.1, 0.2, 1),
    minPerSecond: fc.constantFrom(0, 0.1, 1),
  });
  const property = fc.property(options, fc.array(step, { maxLength: 60 }), (given, steps) => {
    const budget = new RetryBudget(given);
    let now = 0;
    let made = 0;
    let granted = 0;
    for (const one of steps) {
      now += one.afterMs;
      calls(budget, now, one.calls);
      made += one.calls;
      granted += grants(budget, now, one.retries);
      const bound = given.ratio * made + given.minPerSecond * (now / 1_000 + 10);
      expect(granted).toBeLessThanOrEqual(bound + 1e-6);
    }
  });
  fc.assert(property, { numRuns: 300 });
});
