import { expect, test } from "vitest";
import { addUsage } from "./usage-sum.ts";

test("a number means tokens, and tokens add up", () => {
  const first = addUsage(undefined, 3);
  expect(first).toEqual({ tokens: 3 });
  expect(addUsage(first, { tokens: 4.5 })).toEqual({ tokens: 7.5 });
  expect(addUsage(first, 0)).toEqual({ tokens: 3 });
});

test("the last remaining counts, whatever came with it", () => {
  const first = addUsage(undefined, { remaining: { requests: 5 } });
  expect(first).toEqual({ remaining: { requests: 5 } });
  const second = addUsage(first, { tokens: 2, remaining: { tokens: 9 } });
  expect(second).toEqual({ tokens: 2, remaining: { tokens: 9 } });
  expect(addUsage(second, 1)).toEqual({ tokens: 3, remaining: { tokens: 9 } });
});

test("a report may change afterwards, and bring what nobody asked for", () => {
  const remaining = { requests: 5, reset: "soon" };
  const sum = addUsage(undefined, { remaining, model: "m" });
  remaining.requests = 0;
  expect(sum).toEqual({ remaining: { requests: 5 } });
});

test.each([
  [-1, "tokens"],
  [Number.NaN, "tokens"],
  [Infinity, "tokens"],
  [{ tokens: "3" }, "tokens"],
  [{ tokens: null }, "tokens"],
  [{ remaining: { requests: -1 } }, "remaining.requests"],
  [{ remaining: { tokens: Number.NaN } }, "remaining.tokens"],
  [{ remaining: { resetMs: "1s" } }, "remaining.resetMs"],
  [{ remaining: 7 }, "remaining"],
  [null, "usage"],
  ["12", "usage"],
  [undefined, "usage"],
])("%j is refused, and the message names %s", (report, named) => {
  expect(() => addUsage({ tokens: 1 }, report)).toThrow(TypeError);
  expect(() => addUsage({ tokens: 1 }, report)).toThrow(named);
});
