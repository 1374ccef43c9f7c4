import { assert, double, nat, property } from "fast-check";
import { expect, test } from "vitest";
import { RestartBackoff } from "./restart-backoff.ts";

const ONE = (): number => 1;

test("the wait doubles with each failure up to the maximum", () => {
  const backoff = new RestartBackoff({ initialIntervalMs: 100, maximumIntervalMs: 1_000 }, ONE);
  const waits = Array.from({ length: 6 }, () => backoff.failed(0));
  expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test("the wait is anything from nothing to its ceiling", () => {
  assert(
    property(double({ min: 0, max: 1, noNaN: true }), nat(200), (chance, failures) => {
      const backoff = new RestartBackoff({}, () => chance);
      for (let count = 0; count < failures; count += 1) backoff.failed(0);
      expect(backoff.failed(0)).toBeCloseTo(chance * Math.min(500 * 2 ** failures, 30_000), 6);
    }),
  );
});

test("a connection that lived for a while makes the next wait short again, one that died soon does not", () => {
  const backoff = new RestartBackoff({ initialIntervalMs: 100 }, ONE);
  backoff.failed(0);
  backoff.succeeded(1_000);
  expect(backoff.failed(10_999)).toBe(200);
  backoff.succeeded(20_000);
  expect(backoff.failed(30_000)).toBe(100);
});

test("after the most restarts without success there is no other; success gives them all back", () => {
  const backoff = new RestartBackoff({ initialIntervalMs: 10, maximumAttempts: 2 }, ONE);
  expect(backoff.failed(0)).toBe(10);
  expect(backoff.failed(0)).toBe(20);
  expect(backoff.failed(0)).toBeUndefined();
  backoff.succeeded(0);
  expect(backoff.failed(0)).toBe(40);
  expect(backoff.failed(0)).toBe(80);
  expect(backoff.failed(0)).toBeUndefined();
  expect(new RestartBackoff({ maximumAttempts: 0 }, ONE).failed(0)).toBeUndefined();
});
