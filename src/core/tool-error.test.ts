import { expect, test } from "vitest";
import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import type * as ToolErrorModule from "./tool-error.ts";
import { ToolError } from "./tool-error.ts";

test.each(Object.keys(ERROR_CODES) as ErrorCode[])(
  "%s is retryable by default as its table says",
  (code) => {
    expect(new ToolError(code, "x").retryable).toBe(ERROR_CODES[code].retryable);
  },
);

test("what is said beats the table", () => {
  const error = new ToolError("TOOL_FAILED", "x", { retryable: false, retryAfterMs: 5 });
  expect(error).toMatchObject({ retryable: false, retryAfterMs: 5, details: {} });
});

test("a cause is there only when it was given", () => {
  expect("cause" in new ToolError("TOOL_FAILED", "x")).toBe(false);
  expect(new ToolError("TOOL_FAILED", "x", { cause: "y" }).cause).toBe("y");
});

test("it is recognised by its brand and its code, not by its looks", () => {
  const error = new ToolError("RATE_LIMITED", "x");
  expect(ToolError.is(error)).toBe(true);
  expect(ToolError.is(error, "RATE_LIMITED")).toBe(true);
  expect(ToolError.is(error, "TOOL_FAILED")).toBe(false);
  expect(ToolError.is({ name: "ToolError", code: "RATE_LIMITED", message: "x" })).toBe(false);
  expect(ToolError.is(null)).toBe(false);
});

test("an error of another copy of the package is recognised", async () => {
  const other: typeof ToolErrorModule = await import(
    `${new URL("./tool-error.ts", import.meta.url).href}?copy=2`
  );
  const foreign = new other.ToolError("QUEUE_FULL", "x");
  expect(other.ToolError).not.toBe(ToolError);
  expect(foreign).not.toBeInstanceOf(ToolError);
  expect(ToolError.is(foreign, "QUEUE_FULL")).toBe(true);
  expect(ToolError.from(foreign, "add")).toBe(foreign);
});

test("anything thrown becomes the named tool's failure, with what was thrown as cause", () => {
  const thrown = new RangeError("too far");
  const error = ToolError.from(thrown, "walk");
  expect(error).toMatchObject({ code: "TOOL_FAILED", message: "walk failed: too far" });
  expect(error.cause).toBe(thrown);
  expect(ToolError.from("boom", "walk").message).toBe("walk failed: boom");
  expect(ToolError.from(Object.create(null), "walk").message).toBe("walk failed: {}");
});

test("its JSON has every fact but stack and cause", () => {
  const error = new ToolError("RATE_LIMITED", "slow down", {
    details: { limit: 60 },
    retryAfterMs: 250,
    cause: new Error("429"),
  });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: "RATE_LIMITED",
    message: "slow down",
    details: { limit: 60 },
    retryable: true,
    retryAfterMs: 250,
  });
  expect(new ToolError("TOOL_FAILED", "x").toJSON()).not.toHaveProperty("retryAfterMs");
});
