import { expect, test } from "vitest";
import { idleLimits } from "./idle-limits.ts";

const TOOLS = [
  { name: "search", tags: ["network"], namespace: undefined },
  { name: "pets.list", tags: [], namespace: "pets" },
];
const LIMIT = { concurrency: 1 };

test("limits that hold for a tool, for all of them or for tenants are not idle", () => {
  const scopes = ["*", "tenant", "search", "pets.*", "source:pets", "tag:network"];
  const limits = Object.fromEntries(scopes.map((scope) => [scope, LIMIT]));
  expect(idleLimits(limits, TOOLS)).toEqual([]);
});

test.each([
  ["serch", 'limits.serch holds for no tool. Did you mean "search"?'],
  ["pet.*", 'limits["pet.*"] holds for no tool.'],
  ["source:pet", 'limits["source:pet"] holds for no tool. Did you mean "source:pets"?'],
  ["tag:netwrk", 'limits["tag:netwrk"] holds for no tool. Did you mean "tag:network"?'],
])("a limit for %s is idle, and says what may have been meant", (scope, message) => {
  expect(idleLimits({ "*": LIMIT, [scope]: LIMIT }, TOOLS)).toEqual([
    { scope, message: expect.stringContaining(message) },
  ]);
});
