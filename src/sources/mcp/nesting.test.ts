import { expect, test } from "vitest";
import { isDeeperThan } from "./nesting.ts";

test.each([
  [0, "text"],
  [0, null],
  [1, {}],
  [2, [[]]],
  [3, { a: 1, b: [2, { c: 3 }] }],
])("there are %i levels in %j", (levels, value) => {
  expect(isDeeperThan(levels, value)).toBe(false);
  if (levels > 0) expect(isDeeperThan(levels - 1, value)).toBe(true);
});

test("what goes on for a million levels is not walked to its end", () => {
  const value: unknown = JSON.parse("[".repeat(1_000_000) + "]".repeat(1_000_000));
  expect(isDeeperThan(500, value)).toBe(true);
});
