import { performance } from "node:perf_hooks";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compileValidator } from "./compile-validator.ts";
import { makeLinearPattern } from "./linear-pattern.ts";

test.each([
  [String.raw`^\d{4}-\d{2}$`, "2026-11", "26-11"],
  [String.raw`^\p{L}+$`, "Zoë", "Zo3"],
  [String.raw`é`, "é", "e"],
  ["^[a-z0-9]+(-[a-z0-9]+)*$", "a-slug-1", "a--b"],
  ["b", "abc", "ac"],
])("%s says what JavaScript says", (pattern, fits, doesNot) => {
  const linear = makeLinearPattern(pattern, "u");
  expect([linear.test(fits), linear.test(doesNot)]).toEqual([true, false]);
  expect([new RegExp(pattern, "u").test(fits), new RegExp(pattern, "u").test(doesNot)]).toEqual([
    true,
    false,
  ]);
});

test("simple patterns say what JavaScript says of any text", () => {
  const pattern = fc.stringMatching(/^\^?(?:[ab]|\[ab\]|\(a\|b\))[*+?]?(?:a|b|\(ab\)\+)?\$?$/u);
  const text = fc.stringMatching(/^[ab]{0,8}$/u);
  fc.assert(
    fc.property(pattern, text, (written, value) => {
      const linear = makeLinearPattern(written, "u");
      expect(linear.test(value)).toBe(new RegExp(written, "u").test(value));
    }),
  );
});

test("what cannot be said in linear time fits everything", () => {
  expect(makeLinearPattern("(?=a)b", "u").test("c")).toBe(true);
  expect(makeLinearPattern("(", "u").test("c")).toBe(true);
});

test("a schema from elsewhere cannot hold the event loop up with a pattern", () => {
  const schema = {
    type: "object",
    properties: {
      a: { type: "string", pattern: "^(a+)+$" },
      b: { type: "string", pattern: "^(a|aa)+$" },
    },
    patternProperties: { "^(x+)+y$": { type: "number" } },
  } as const;
  const validator = compileValidator(schema, undefined, { isForeign: true });
  const text = `${"a".repeat(5_000)}!`;
  const begunAt = performance.now();
  const bad = validator.parse({ a: text, b: text, ["x".repeat(5_000)]: 1 });
  expect(bad).toMatchObject({ ok: false, issues: [{ path: "/a" }, { path: "/b" }] });
  // A backtracking engine would take longer than the universe is old.
  expect(performance.now() - begunAt).toBeLessThan(5_000);
  expect(validator.parse({ a: "aaa", b: "aaaa", xxy: 1 })).toMatchObject({ ok: true });
});
