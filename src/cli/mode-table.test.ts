import { expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import type { ConcreteMode } from "../core/tool.ts";
import { drawModeTable } from "./mode-table.ts";
import { plain } from "./palette.ts";

const timing = {
  queuedMs: 0,
  runMs: 1,
  transferMs: 0,
  cpuMs: undefined,
  attempts: 1,
  workerId: undefined,
  waitedFor: undefined,
};

function ok(mode: ConcreteMode): ToolResult {
  return { callId: "c", toolName: "t", status: "ok", output: 1, timing: { ...timing, mode } };
}

function crashed(mode: ConcreteMode): ToolResult {
  const error = new ToolError("WORKER_CRASHED", "gone");
  return { callId: "c", toolName: "t", status: "error", error, timing: { ...timing, mode } };
}

test("runs stand side by side, with time, rate and what became of the calls", () => {
  const runs = [
    { mode: "async", wallMs: 8, firstStartMs: 0.5, results: [ok("async"), crashed("process")] },
    { mode: "process", wallMs: 250, firstStartMs: undefined, results: [ok("process")] },
  ] as const;

  expect(drawModeTable(runs, plain)).toBe(
    [
      "┌───────────────────────────┬────────┬─────────┐",
      "│                           │  async │ process │",
      "├───────────────────────────┼────────┼─────────┤",
      "│ wall time                 │ 8.0 ms │  250 ms │",
      "│ first tool began after    │ 0.5 ms │       - │",
      "│ calls/s                   │    250 │     4.0 │",
      "│ ok                        │      1 │       1 │",
      "│ failed                    │      1 │       0 │",
      "│   WORKER_CRASHED          │      1 │       0 │",
      "│ ran where their tool says │      1 │       0 │",
      "└───────────────────────────┴────────┴─────────┘",
      "",
    ].join("\n"),
  );
});
