import { expect, test } from "vitest";
import type { ErrorCode } from "../core/error-codes.ts";
import { ToolError } from "../core/tool-error.ts";
import type { CallTiming, ToolResult } from "../core/tool-result.ts";
import { plain } from "./palette.ts";
import { listResults } from "./result-list.ts";

function timing(runMs: number, workerId?: string): CallTiming {
  const mode = workerId === undefined ? "async" : "process";
  return {
    queuedMs: 0,
    runMs,
    transferMs: 0,
    cpuMs: undefined,
    attempts: 1,
    mode,
    workerId,
    waitedFor: undefined,
  };
}

function ok(toolName: string, output: unknown, at: CallTiming): ToolResult {
  return { callId: "c", toolName, status: "ok", output, timing: at };
}

function failed(toolName: string, code: ErrorCode, message: string, at: CallTiming): ToolResult {
  return {
    callId: "c",
    toolName,
    status: "error",
    error: new ToolError(code, message),
    timing: at,
  };
}

const NOT_BEGUN = { ...timing(0), attempts: 0, mode: undefined };

test("a line per call: mark, tool, time, place and output or error, in columns", () => {
  const results = [
    ok("math.add", 42, timing(0.04)),
    ok("hash.file", { hex: "c10a", bytes: 12 }, timing(1_234.5, "process-12")),
    failed("risky.crash", "WORKER_CRASHED", "It died.\n  at x", timing(30, "process-1")),
    failed("text.slug", "INPUT_INVALID", "Not JSON.", NOT_BEGUN),
    failed("slow.reply", "CALL_CANCELLED", "Interrupted.", timing(10, "process-2")),
  ];

  expect(listResults(results, { width: 100, paint: plain })).toBe(
    [
      "✓ math.add      0.0 ms  event loop  42",
      '✓ hash.file    1235 ms  process-12  {"hex":"c10a","bytes":12}',
      "✗ risky.crash    30 ms  process-1   WORKER_CRASHED: It died. at x",
      "✗ text.slug                         INPUT_INVALID: Not JSON.",
      "- slow.reply     10 ms  process-2   CALL_CANCELLED: Interrupted.",
      "",
    ].join("\n"),
  );
});

test("long outputs are cut to the width", () => {
  const [line = ""] = listResults([ok("echo", "世".repeat(500), timing(1))], {
    width: 60,
    paint: plain,
  }).split("\n");
  expect(line).toMatch(/^✓ echo {2}1\.0 ms {2}event loop {2}"世+…$/u);
});

test("escape sequences of a tool do not reach the terminal", () => {
  const results = [
    ok("evil", "\u001b[2J\u009b2J", timing(1)),
    failed("evil", "TOOL_FAILED", "\u001b[2J", timing(1)),
    failed("\u001b[2J", "TOOL_NOT_FOUND", "no", NOT_BEGUN),
  ];
  // oxlint-disable-next-line no-control-regex -- what must not be there.
  expect(listResults(results, { width: 100, paint: plain })).not.toMatch(/[\u001b\u009b]/u);
});

test("an output that is nothing at all is null", () => {
  expect(listResults([ok("void", undefined, timing(1))], { width: 80, paint: plain })).toContain(
    "null",
  );
});

test("no results, no lines", () => {
  expect(listResults([], { width: 80, paint: plain })).toBe("");
});
