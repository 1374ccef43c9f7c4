import { expect, test } from "vitest";
import type { ErrorCode } from "../core/error-codes.ts";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { explainRefusals } from "./refusals.ts";

const timing = {
  queuedMs: 0,
  runMs: 0,
  transferMs: 0,
  cpuMs: undefined,
  attempts: 0,
  mode: "async",
  workerId: undefined,
  waitedFor: undefined,
} as const;

function failed(code: ErrorCode, details: Readonly<Record<string, unknown>>): ToolResult {
  const error = new ToolError(code, "no", { details });
  return { callId: "c", toolName: "t", status: "error", error, timing };
}

test("refusals are counted by code and limit, with what to do about each", () => {
  const full = failed("QUEUE_FULL", { limit: "search", maxQueued: 2 });
  const results = [full, full, failed("CIRCUIT_OPEN", { limit: "db" })];
  expect(explainRefusals(results)).toBe(
    "Limits refused 3 calls: 2× QUEUE_FULL by search, 1× CIRCUIT_OPEN by db. " +
      "Raise the limit's `queue.max` in the config. Look at why it fails, and try again later.",
  );
});

test.each([
  ["QUEUE_FULL", { timeoutMs: 50 }, "`queue.timeoutMs`"],
  ["QUEUE_FULL", { dropped: "oldest" }, "`queue.onFull`"],
  ["RATE_LIMITED", { tokens: 9, capacity: 5 }, "`estimate`"],
  ["DEADLINE_EXCEEDED", { expectedMs: 9, leftMs: 5 }, "--deadline"],
] as const)("%s with %j has a remedy of its own", (code, details, remedy) => {
  const sentence = explainRefusals([failed(code, { limit: "*", ...details })]);
  expect(sentence).toContain(`Limits refused 1 call: 1× ${code} by *. `);
  expect(sentence).toContain(remedy);
});

test("what servers, budgets and pools refuse is not ours", () => {
  const others = [
    failed("RATE_LIMITED", {}),
    failed("RATE_LIMITED", { budget: "calls" }),
    failed("CIRCUIT_OPEN", { deaths: 5 }),
    failed("TOOL_FAILED", { limit: "search" }),
  ];
  expect(explainRefusals(others)).toBeUndefined();
});
