import { expect, test } from "vitest";
import type { ListedOperation } from "./list-operations.ts";
import type { LocatedNode } from "./located-node.ts";
import { describeOperation } from "./operation-description.ts";

function nodeOf(value: object): LocatedNode {
  return { value, file: { url: undefined, base: undefined, root: {} }, path: [], base: undefined };
}

function described(operation: object, pathItem: object = {}): string {
  const listed: ListedOperation = {
    method: "GET",
    path: "/pets",
    name: "pets",
    operationId: undefined,
    tags: [],
    deprecated: false,
    node: nodeOf(operation),
    pathItem: nodeOf(pathItem),
  };
  return describeOperation(listed);
}

test.each([
  [{}, {}, "GET /pets"],
  [{ summary: "Lists pets." }, {}, "Lists pets."],
  [{ summary: "Lists pets", description: "In pages." }, {}, "Lists pets.\n\nIn pages."],
  [
    { summary: "Lists pets", description: "Lists pets. All of them." },
    {},
    "Lists pets. All of them.",
  ],
  [{ description: "<p>One</p>  \r\n\r\n\r\n\r\ntwo<br/>three" }, {}, "One\n\ntwo\nthree"],
  [{}, { summary: "Of the path" }, "Of the path"],
])("%j in %j is told as %j", (operation, pathItem, expected) => {
  expect(described(operation, pathItem)).toBe(expected);
});

test("a long description ends at a sentence", () => {
  const text = described({ description: "A sentence of some words. ".repeat(100) });
  expect(text.length).toBeLessThanOrEqual(1_002);
  expect(text).toMatch(/words\. …$/);
});

test.each([" ", "\t", ".", "<br ", "<p ", "\n "])(
  "a description of a million %j takes no time that matters",
  (piece) => {
    const description = `a${piece.repeat(1_000_000 / piece.length)}x`;
    const startedAt = process.cpuUsage();
    described({ summary: "s", description });
    expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(1_000);
  },
);
