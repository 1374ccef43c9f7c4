import { expect, test } from "vitest";
import { mergeOptions } from "./merge-options.ts";

test("an override replaces its setting and leaves the others", () => {
  const merged = mergeOptions(
    {
      mode: "thread",
      timeoutMs: 5,
      limits: { "*": { concurrency: 8, queue: { max: 1 } }, slow: { concurrency: 1 } },
      pools: { thread: { max: 2, killGraceMs: 7 } },
    },
    {
      mode: "process",
      limits: { "*": { concurrency: 2 }, fast: { concurrency: 9 } },
      pools: { thread: { max: 3 }, process: { max: 1 } },
    },
  );
  expect(merged).toStrictEqual({
    mode: "process",
    timeoutMs: 5,
    limits: {
      "*": { concurrency: 2, queue: { max: 1 } },
      slow: { concurrency: 1 },
      fast: { concurrency: 9 },
    },
    pools: { thread: { max: 3, killGraceMs: 7 }, process: { max: 1 } },
  });
});

test("what is undefined overrides nothing", () => {
  const options = { mode: "thread", pools: { process: { max: 2 } } } as const;
  const overrides = { mode: undefined, limits: undefined, pools: { process: undefined } };
  expect(mergeOptions(options, overrides)).toStrictEqual(options);
  expect(mergeOptions({}, {})).toStrictEqual({});
});

test("neither side is changed", () => {
  const options = Object.freeze({
    limits: Object.freeze({ "*": Object.freeze({ concurrency: 1 }) }),
  });
  const overrides = Object.freeze({
    limits: Object.freeze({ a: Object.freeze({ concurrency: 2 }) }),
  });
  expect(mergeOptions(options, overrides).limits).toEqual({
    "*": { concurrency: 1 },
    a: { concurrency: 2 },
  });
});
