import { expect, test } from "vitest";
import { checkNestedCall } from "./nested-call.ts";

test("every option may be left out, be undefined, or be what it should", () => {
  checkNestedCall("t", {});
  checkNestedCall("t", {
    mode: undefined,
    signal: undefined,
    deadlineMs: undefined,
    priority: undefined,
    idempotencyKey: undefined,
  });
  const { signal } = new AbortController();
  checkNestedCall("t", { mode: "auto", signal, deadlineMs: 0, priority: -1, idempotencyKey: "" });
  checkNestedCall("t", { deadlineMs: Infinity });
});

test.each<[unknown, unknown, RegExp]>([
  [undefined, {}, /name of a tool/],
  [7, {}, /name of a tool/],
  ["t", null, /options as an object/],
  ["t", "fast", /options as an object/],
  ["t", { tenant: "x" }, /"tenant".*unknown; known: mode, signal/],
  ["t", { toString: 1 }, /"toString".*unknown/],
  ["t", { mode: "moon" }, /"mode".*one of auto, async, thread, process/],
  ["t", { signal: { aborted: false } }, /"signal".*AbortSignal/],
  ["t", { deadlineMs: "5" }, /"deadlineMs".*number/],
  ["t", { deadlineMs: Number.NaN }, /"deadlineMs".*number/],
  ["t", { priority: Infinity }, /"priority".*finite/],
  ["t", { idempotencyKey: 5 }, /"idempotencyKey".*string/],
])("%j with %j is a TypeError", (name, options, message) => {
  expect(() => checkNestedCall(name, options)).toThrow(TypeError);
  expect(() => checkNestedCall(name, options)).toThrow(message);
});
