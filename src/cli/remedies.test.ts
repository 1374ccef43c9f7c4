import { expect, test } from "vitest";
import { ERROR_CODES, type ErrorCode } from "../core/error-codes.ts";
import { remedyFor, remedyForError } from "./remedies.ts";

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

test.each(CODES)("the remedy for %s is nothing that only a program can do", (code) => {
  expect(remedyFor(code)).not.toMatch(
    /registry|register[A-Z]|details|`cause`|retryAfterMs|import/u,
  );
});

test("a call that somebody stopped needs no remedy, and a misspelt one a list of names", () => {
  expect(remedyFor("CALL_CANCELLED")).toBe("");
  expect(remedyFor("TOOL_NOT_FOUND")).toBe("See: toolyard list");
  expect(remedyFor("OUTPUT_INVALID")).toBe(ERROR_CODES.OUTPUT_INVALID.remedy);
});

test("a server's refusal says itself what to set", () => {
  const code = "PERMISSION_DENIED";
  expect(remedyForError({ code, details: { status: 401 } })).toBe("");
  expect(remedyForError({ code, details: {} })).toBe(ERROR_CODES[code].remedy);
});
