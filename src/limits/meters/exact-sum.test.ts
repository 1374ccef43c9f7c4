import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sumDown, sumUp } from "./exact-sum.ts";

const time = fc
  .double({ min: -1e13, max: 1e13, noNaN: true })
  .map((value) => (Math.abs(value) < 1e-200 ? 0 : value));

test("sums are next to the exact one, on the side that is asked for", () => {
  const property = fc.property(time, time, (left, right) => {
    const exact = exactly(left) + exactly(right);
    const [down, up] = [sumDown(left, right), sumUp(left, right)];
    expect(exactly(down) <= exact && exact <= exactly(up)).toBe(true);
    const isExact = exactly(left + right) === exact;
    expect(up === down).toBe(isExact);
    // No number lies between them.
    const middle = down + (up - down) / 2;
    expect(middle === down || middle === up).toBe(true);
  });
  fc.assert(property, { numRuns: 5_000 });
});

test.each([
  [2 ** 52, 0.25, 2 ** 52, 2 ** 52 + 1],
  [2 ** 52, -0.25, 2 ** 52 - 0.5, 2 ** 52],
  [1, 2, 3, 3],
  [0, 0, 0, 0],
])("%d and %d are between %d and %d", (left, right, down, up) => {
  expect(sumDown(left, right)).toBe(down);
  expect(sumUp(left, right)).toBe(up);
});

/** A number as an integer number of 2^-1074, the smallest number there is. */
function exactly(value: number): bigint {
  let [scaled, exponent] = [value, 1_074];
  while (!Number.isInteger(scaled)) [scaled, exponent] = [scaled * 2, exponent - 1];
  return BigInt(scaled) << BigInt(exponent);
}
