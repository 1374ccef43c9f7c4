import { describe, expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { ToolResult } from "../core/tool-result.ts";
import { readExpectations, unmetExpectations } from "./expectations.ts";

const timing = {
  queuedMs: 0,
  runMs: 0,
  transferMs: 0,
  cpuMs: undefined,
  attempts: 1,
  mode: "async",
  workerId: undefined,
  waitedFor: undefined,
} as const;

const results: readonly ToolResult[] = [
  { callId: "a", toolName: "add", status: "ok", output: 1, timing },
  {
    callId: "b",
    toolName: "crash",
    status: "error",
    error: new ToolError("WORKER_CRASHED", "gone"),
    timing,
  },
];

describe("readExpectations", () => {
  test("reads codes by call id", () => {
    expect([...readExpectations('{"a": "ok", "b": "TOOL_FAILED"}', "e.json")]).toEqual([
      ["a", "ok"],
      ["b", "TOOL_FAILED"],
    ]);
  });

  test.each([
    ['{"a": "BROKEN"}', "e.json: a: there is no error code BROKEN."],
    ["[]", "e.json is not a JSON object."],
    ["{", "e.json is not valid JSON:"],
    ['{"a": "toString"}', "e.json: a: there is no error code toString."],
  ])("%s is refused", (text, message) => {
    expect(() => readExpectations(text, "e.json")).toThrow(message);
  });
});

describe("unmetExpectations", () => {
  test("is empty when every call did what is meant", () => {
    expect(unmetExpectations(new Map([["b", "WORKER_CRASHED"]]), results)).toEqual([]);
  });

  test("names calls that failed otherwise, did not fail, or are not there", () => {
    const expected = new Map([
      ["a", "TOOL_FAILED"],
      ["z", "ok"],
    ]);
    expect(unmetExpectations(expected, results)).toEqual([
      "a (add) gave ok, meant was TOOL_FAILED.",
      "b (crash) gave WORKER_CRASHED, meant was ok.",
      "z is meant to be there and is not.",
    ]);
  });
});
