import { expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { ErrorResult } from "../core/tool-result.ts";
import { callFailure } from "./call-failure.ts";

const failed = (error: ToolError): ErrorResult => ({
  callId: "a",
  toolName: "find",
  status: "error",
  error,
  timing: {} as ErrorResult["timing"],
});

test("a failure is a ToolError of the same code whose text is advice, without the class's name", () => {
  const error = new ToolError("RATE_LIMITED", "find is busy.", { retryAfterMs: 2_000 });

  const thrown = callFailure(failed(error), undefined) as ToolError;

  expect(ToolError.is(thrown, "RATE_LIMITED")).toBe(true);
  expect(thrown).toMatchObject({ retryAfterMs: 2_000, retryable: true, cause: error });
  const text =
    "Error RATE_LIMITED: find is busy.\nWait at least 2 seconds before you call it again.";
  expect(thrown.message).toBe(text);
  expect(String(thrown)).toBe(text);
});

test("what the framework itself aborted throws the signal's own reason", () => {
  const reason = new Error("the user left");
  const signal = AbortSignal.abort(reason);
  const cancelled = failed(new ToolError("CALL_CANCELLED", "Cancelled."));
  const late = failed(new ToolError("TOOL_FAILED", "find failed."));

  expect(callFailure(cancelled, signal)).toBe(reason);
  expect(callFailure(cancelled, undefined)).not.toBe(reason);
  expect(ToolError.is(callFailure(late, signal), "TOOL_FAILED")).toBe(true);
});
