import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesPattern, nameMatcher } from "./name-pattern.ts";

describe.each<[string, (pattern: string, name: string) => boolean]>([
  ["one pattern", matchesPattern],
  ["one of several", (pattern, name) => nameMatcher(["\0", pattern, "\0*\0"])(name)],
])("%s", (_which, fits) => {
  test("holds letters that mean something in regular expressions for themselves", () => {
    expect(fits("a.*", "abc")).toBe(false);
    expect(fits("(a|b)*", "(a|b)\nc")).toBe(true);
    expect(fits("a.b", "a.b")).toBe(true);
    expect(fits("a.b", "a.bc")).toBe(false);
  });

  test("needs letters for each of its parts", () => {
    for (const pattern of ["*b*b", "b*b", "*b*b*", "b*b*"]) {
      expect(fits(pattern, "b")).toBe(false);
      expect(fits(pattern, "bb")).toBe(true);
    }
  });

  test("fits what a regular expression does", () => {
    const names = fc.stringMatching(/^[ab.]{0,4}$/);
    const patterns = fc.stringMatching(/^[ab.*]{0,6}$/);
    fc.assert(
      fc.property(names, patterns, (name, pattern) => {
        const escaped = pattern.replaceAll(".", String.raw`\.`).replaceAll("*", ".*");
        expect(fits(pattern, name)).toBe(new RegExp(`^${escaped}$`).test(name));
      }),
      { numRuns: 1_000 },
    );
  });

  test("that nearly fits in many ways is answered at once", () => {
    expect(fits(`${"a*".repeat(30)}b`, "a".repeat(50_000))).toBe(false);
  });
});
