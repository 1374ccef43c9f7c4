import * as fc from "fast-check";
import { expect, test } from "vitest";
import { timeAxis } from "./time-axis.ts";

test("marks stand where their time is", () => {
  expect(timeAxis(100, 50)).toBe("0 ms      20        40        60        80        ");
  expect(timeAxis(1_234, 60)).toBe("0 ms     200       400       600      800       1000        ");
});

test("short runs have marks below a millisecond", () => {
  expect(timeAxis(0.5, 40)).toBe("0 ms            0.2             0.4     ");
});

test("an axis is as long as its row, for any length of time", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      fc.integer({ min: 10, max: 300 }),
      (totalMs, cells) => {
        expect(timeAxis(totalMs, cells)).toHaveLength(cells);
      },
    ),
  );
});
