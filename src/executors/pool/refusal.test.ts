import { expect, test } from "vitest";
import { type ConcreteMode, type ToolOrigin, defineTool } from "../../core/tool.ts";
import { refusalOf } from "./refusal.ts";

const CLOSURE: ToolOrigin = { kind: "closure" };
const MODULE: ToolOrigin = {
  kind: "module",
  url: "file:///tools.ts",
  exportName: "tool",
  member: { kind: "tool" },
};

const tool = (origin: ToolOrigin, permissions?: object): ReturnType<typeof defineTool> =>
  Object.freeze({
    ...defineTool({ name: "t", description: "", input: {}, permissions, execute: () => 1 }),
    origin,
  });

const refused = (origin: ToolOrigin, permissions?: object): string =>
  refusalOf(tool(origin, permissions), "thread")?.message ?? "";

test("a closure says why it is one, and what to do", () => {
  const because = { what: "is let in by a function", remedy: "Give a text" };
  expect(refused(CLOSURE)).toBe(
    "t is a function of this program and cannot be taken to a thread. Export it from a module and use registerModule, or run it in mode async.",
  );
  expect(refused({ kind: "closure", because })).toBe(
    "t is let in by a function and cannot be taken to a thread. Give a text, or run it in mode async.",
  );
  expect(refused(CLOSURE, {})).toContain("export it from a module and use registerModule");
  expect(refused({ kind: "closure", because }, {})).toContain("take its `permissions` out");
});

test.each<[ConcreteMode, readonly boolean[]]>([
  ["async", [false, false, true, true]],
  ["thread", [true, false, true, true]],
  ["process", [true, false, true, false]],
])("%s refuses closures and modules, without and with rights: %j", (mode, expected) => {
  const tools = [tool(CLOSURE), tool(MODULE), tool(CLOSURE, {}), tool(MODULE, {})];
  const refusals = tools.map((candidate) => refusalOf(candidate, mode));
  expect(refusals.map((refusal) => refusal !== undefined)).toEqual(expected);
  for (const refusal of refusals) {
    if (refusal !== undefined)
      expect(refusal).toMatchObject({ code: "NOT_PORTABLE", details: { mode } });
  }
});
