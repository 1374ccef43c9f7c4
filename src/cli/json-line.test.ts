import { expect, test } from "vitest";
import { ToolError } from "../core/tool-error.ts";
import type { CallTiming } from "../core/tool-result.ts";
import { jsonLine } from "./json-line.ts";

const timing: CallTiming = {
  queuedMs: 1.23456,
  runMs: 2,
  transferMs: 0.25,
  cpuMs: 1.00049,
  attempts: 1,
  mode: "thread",
  workerId: "thread-1",
  waitedFor: undefined,
};

test("an output has all keys, in a stable order", () => {
  const line = jsonLine(
    { callId: "c1", toolName: "math.add", calledAs: "math_add", status: "ok", output: 3, timing },
    { index: 4, runMode: "thread" },
  );
  expect(line).toBe(
    '{"index":4,"runMode":"thread","callId":"c1","toolName":"math.add","calledAs":"math_add",' +
      '"status":"ok","output":3,"timing":{"queuedMs":1.235,"runMs":2,"transferMs":0.25,"cpuMs":1,' +
      '"attempts":1,"mode":"thread","workerId":"thread-1","waitedFor":null}}',
  );
});

test("an error has code, message, details and whether trying again helps", () => {
  const error = new ToolError("INPUT_INVALID", "no", { details: { issues: [] } });
  const line = jsonLine(
    {
      callId: "c1",
      toolName: "add",
      status: "error",
      error,
      timing: { ...timing, cpuMs: undefined },
    },
    { index: 0, runMode: "auto" },
  );
  expect(JSON.parse(line)).toMatchObject({
    calledAs: "add",
    status: "error",
    error: { code: "INPUT_INVALID", message: "no", details: { issues: [] }, retryable: false },
    timing: { cpuMs: null },
  });
});

test("what JSON cannot say is said readably, and nothing is null", () => {
  const cyclic: Record<string, unknown> = { big: 2n, map: new Map([["a", NaN]]) };
  cyclic["self"] = cyclic;
  const place = { index: 0, runMode: "async" } as const;
  const outputs = [cyclic, undefined].map((output) => {
    const result = { callId: "c", toolName: "t", status: "ok", output, timing } as const;
    return (JSON.parse(jsonLine(result, place)) as { output: unknown }).output;
  });
  expect(outputs).toEqual([{ big: "2", map: { a: "NaN" }, self: "[circular]" }, null]);
});
