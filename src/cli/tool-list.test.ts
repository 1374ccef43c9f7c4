import { expect, test } from "vitest";
import type { ToolInfo } from "../runtime/tool-info.ts";
import { plain } from "./palette.ts";
import { drawToolList } from "./tool-list.ts";

const tool: ToolInfo = {
  name: "math.add",
  description: "Adds two numbers.\nReally.",
  namespace: "math",
  source: undefined,
  deferred: false,
  tags: [],
  annotations: {},
  enabled: true,
  disabledReason: undefined,
  mode: undefined,
  autoMode: "process",
  modes: ["async"],
  origin: "closure",
  timeoutMs: 30_000,
};

test("a line per tool: name, where it runs, what it does", () => {
  const tools = [
    tool,
    { ...tool, name: "crash", mode: "thread", description: "x".repeat(80) },
    { ...tool, name: "off", enabled: false, disabledReason: "too slow" },
  ] as const;

  expect(drawToolList(tools, { width: 60, paint: plain })).toBe(
    [
      "math.add  auto: process  Adds two numbers. Really.",
      `crash     thread         ${"x".repeat(34)}…`,
      "off       auto: process  [off: too slow] Adds two numbers. …",
      "",
    ].join("\n"),
  );
});
