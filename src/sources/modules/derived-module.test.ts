import { expect, test } from "vitest";
import { isDerivedModule } from "./derived-module.ts";

test.each<[string, object, boolean]>([
  ["a function", { kind: "function" }, true],
  ["a method", { kind: "method", method: "area", on: "instance" }, true],
  ["a method without its name", { kind: "method", on: "instance" }, false],
  ["a part that is never derived", { kind: "tool-in-collection", toolName: "a" }, false],
  ["a function of what is no list", { kind: "function", parameters: 7 }, false],
  ["anything else", { kind: "other" }, false],
])("of what is read from a file, a tool that is %s counts: %j is %j", (_what, member, expected) => {
  const tool = { exportName: "a", name: "a", input: {}, member };
  expect(isDerivedModule({ tools: [tool], problems: [] })).toBe(expected);
});

test("of what is read from a file, no problem counts that names no export", () => {
  const problem = { exportName: "a", documented: true, message: "a cannot be a tool" };
  expect(isDerivedModule({ tools: [], problems: [problem] })).toBe(true);
  for (const other of [null, 5, {}]) {
    expect(isDerivedModule({ tools: [], problems: [other] })).toBe(false);
  }
});
