import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inputDigest } from "./input-digest.ts";

const shared = new SharedArrayBuffer(8);

test("keys of objects may come in any order, at every depth", () => {
  const one = { a: [{ x: 1, y: { p: 1, q: 2 } }], b: 2, 10: 3, 9: 4 };
  const other = { 9: 4, b: 2, 10: 3, a: [{ y: { q: 2, p: 1 }, x: 1 }] };
  expect(inputDigest(one)).toBe(inputDigest(other));
});

test("different values have different digests", () => {
  const values = [
    undefined,
    null,
    0,
    -0,
    1,
    "1",
    1n,
    NaN,
    Infinity,
    true,
    "true",
    "",
    [],
    {},
    [1, 2],
    [2, 1],
    [1, undefined],
    [1, null],
    [12],
    [[1], 2],
    [1, [2]],
    { a: undefined },
    { a: null },
    { a: 1, b: 2 },
    { a: 2, b: 1 },
    { ab: 1 },
    new Date(1),
    new Date(1).toISOString(),
    new Map([["a", 1]]),
    new Map([[1, "a"]]),
    new Map([
      ["a", 1],
      ["b", 2],
    ]),
    new Map([
      ["b", 2],
      ["a", 1],
    ]),
    new Set([1, 2]),
    new Set([2, 1]),
    /a/,
    /a/g,
    new URL("http://a.example"),
    "http://a.example/",
    new Uint8Array([1, 2]),
    new Int8Array([1, 2]),
    new Uint8Array([2, 1]),
    new Uint16Array([513]),
    Buffer.from([1, 2]),
    new DataView(new Uint8Array([1, 2]).buffer),
    new Uint8Array([1, 2]).buffer,
    "x".repeat(300),
    "x".repeat(301),
    { a: "x".repeat(300) },
  ];
  const digests = values.map(inputDigest);
  expect(digests).not.toContain(undefined);
  expect(new Set(digests).size).toBe(values.length);
});

test("equal values have equal digests, in whatever buffer their bytes lie", () => {
  const part = new Uint8Array([9, 9, 1, 2]).subarray(2);
  expect(inputDigest({ part })).toBe(inputDigest({ part: new Uint8Array([1, 2]) }));
  expect(inputDigest(new Date(5))).toBe(inputDigest(new Date(5)));
  expect(inputDigest([new Map([[1, new Set([2n])]])])).toBe(
    inputDigest([new Map([[1, new Set([2n])]])]),
  );
  expect(inputDigest("x".repeat(10_000))).toHaveLength(43);
});

describe("there is none for", () => {
  test.each<[string, unknown]>([
    ["a function", { f: () => 1 }],
    ["a symbol", [Symbol("a")]],
    ["an object with a symbol as key", { [Symbol("a")]: 1 }],
    ["an instance of a class", { at: new EventTarget() }],
    ["an error", new Error("x")],
    ["a promise", Promise.resolve(1)],
    ["a weak map", new WeakMap()],
    ["shared memory", { shared }],
    ["a view of shared memory", new Uint8Array(shared)],
    ["more than a mebibyte in a view", new Uint8Array(1024 * 1024 + 1)],
    [
      "what does not let itself be read",
      Object.defineProperty({}, "x", {
        enumerable: true,
        get: () => {
          throw new Error("no");
        },
      }),
    ],
  ])("%s", (_what, value) => {
    expect(inputDigest(value)).toBeUndefined();
  });
});

const json = fc
  .jsonValue({ maxDepth: 3 })
  .filter((value) => !JSON.stringify(value).includes("__proto__"));

test("two JSON values have the same digest just when they are equal", () => {
  const property = fc.property(json, json, (one, other) => {
    expect(inputDigest(one) === inputDigest(other)).toBe(isDeepStrictEqual(one, other));
    expect(inputDigest(turned(one))).toBe(inputDigest(one));
  });
  fc.assert(property, { numRuns: 500 });
});

/** The same value with the keys of every object the other way round. */
function turned(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(turned);
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, part]) => [key, turned(part)]));
}
