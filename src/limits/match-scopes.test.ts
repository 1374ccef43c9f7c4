import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchScopes } from "./match-scopes.ts";

/** Whether a scope alone holds the tool `github.issues.list`, tagged `net`. */
function holds(
  scope: string,
  tool = { name: "github.issues.list", tags: ["net", "a:b"] },
): boolean {
  return matchScopes([scope], tool).length === 1;
}

describe("a tool is in the scope", () => {
  test.each([
    "*",
    "github.issues.list",
    "github.*",
    "*.list",
    "github.*.list",
    "g*t*b*.*.*t",
    "github.issues.list*",
    "**",
    "source:github",
    "source:github.issues",
    "tag:net",
    "tag:a:b",
  ])("%s", (scope) => {
    expect(holds(scope)).toBe(true);
  });
});

describe("a tool is not in the scope", () => {
  test.each([
    "tenant",
    "github.issues",
    "GitHub.*",
    "github.*.list.*",
    "*.lis",
    "github.issues.list*list",
    "source:git",
    "source:github.issues.list",
    "source:",
    "tag:network",
    "tag:*",
    "tag:",
    "",
  ])("%j", (scope) => {
    expect(holds(scope)).toBe(false);
  });
});

test("letters that mean something in regular expressions mean themselves", () => {
  expect(holds("a.*", { name: "abc", tags: [] })).toBe(false);
  expect(holds("(a|b)*", { name: "(a|b)\nc", tags: [] })).toBe(true);
});

test("each part of a pattern needs letters of its own", () => {
  for (const pattern of ["*b*b", "b*b", "*b*b*", "b*b*"]) {
    expect(holds(pattern, { name: "b", tags: [] })).toBe(false);
    expect(holds(pattern, { name: "bb", tags: [] })).toBe(true);
  }
});

test("a tool named tenant or without tags is like others", () => {
  expect(matchScopes(["tenant", "tag:net", "*"], { name: "tenant" })).toEqual(["*"]);
});

test("the narrowest comes first: name, patterns, source, tags, everything; the longer of two alike", () => {
  const scopes = ["*", "tag:net", "a.*", "source:a", "a.b", "tag:slow-one", "a.b*"];
  const tool = { name: "a.b", tags: ["net", "slow-one"] };
  expect(matchScopes(scopes, tool)).toEqual([
    "a.b",
    "a.b*",
    "a.*",
    "source:a",
    "tag:slow-one",
    "tag:net",
    "*",
  ]);
});

test("a pattern matches what a regular expression does", () => {
  const name = fc.stringMatching(/^[ab.]{0,4}$/);
  const pattern = fc.stringMatching(/^[ab.*]{0,6}$/).filter((text) => text.includes("*"));
  fc.assert(
    fc.property(name, pattern, (text, scope) => {
      const escaped = scope.replaceAll(".", "\\.").replaceAll("*", ".*");
      expect(holds(scope, { name: text, tags: [] })).toBe(new RegExp(`^${escaped}$`).test(text));
    }),
    { numRuns: 1_000 },
  );
});

test("a pattern that nearly matches in many ways is answered at once", () => {
  const name = "a".repeat(50_000);
  expect(holds(`${"a*".repeat(30)}b`, { name, tags: [] })).toBe(false);
});
