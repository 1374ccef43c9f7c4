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
