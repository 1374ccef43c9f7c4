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
